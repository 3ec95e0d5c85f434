"""Numbers that leave the app: a picture's faces as rows, CSV and JSON."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from emotion.faces import Face
from emotion.labels import EMOTIONS

COLUMNS = ("face", "emotion", "confidence", *(e.value for e in EMOTIONS), "x1", "y1", "x2", "y2")
"""Columns of a photo's table and CSV; `face` counts from 1 in reading order, boxes in pixels, x2 and y2 exclusive."""


@dataclass(frozen=True, slots=True)
class Photo:
    """What is known of a picture once it is forgotten: its name, its size in pixels and its faces."""

    name: str
    width: int
    height: int
    faces: tuple[Face, ...]


def face_rows(faces: Iterable[Face]) -> list[dict[str, Any]]:
    """One flat row per face, in `COLUMNS` order; probabilities with four digits."""
    return [
        {
            "face": number,
            "emotion": str(face.label),
            "confidence": round(face.confidence, 4),
            **{e.value: round(p, 4) for e, p in face.scores.items()},
            **_corners(face),
        }
        for number, face in enumerate(faces, start=1)
    ]


def faces_csv(faces: Iterable[Face]) -> str:
    """The rows as CSV with a header."""
    return _csv(COLUMNS, face_rows(faces))


def photo_rows(photos: Iterable[Photo]) -> list[dict[str, Any]]:
    """The rows of several pictures, the picture's name first."""
    return [{"picture": photo.name, **row} for photo in photos for row in face_rows(photo.faces)]


def photos_csv(photos: Iterable[Photo]) -> str:
    """The rows of several pictures as CSV with a header."""
    return _csv(("picture", *COLUMNS), photo_rows(photos))


def photos_json(photos: Iterable[Photo], model: str) -> str:
    """Several pictures as one JSON document: a list of what `faces_json` says of each, with its name."""
    told = [
        {"picture": photo.name, **json.loads(faces_json(photo.faces, photo.width, photo.height, model))}
        for photo in photos
    ]
    return json.dumps(told, indent=2) + "\n"


def _csv(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def faces_json(faces: Sequence[Face], width: int, height: int, model: str) -> str:
    """A picture's faces as JSON, with the picture's size in pixels and the model's name."""
    return json.dumps(
        {
            "image": {"width": width, "height": height},
            "model": model,
            "faces": [
                {
                    "box": _corners(face),
                    "emotion": face.emotion,
                    "likeliest": face.likeliest,
                    "confidence": round(face.confidence, 4),
                    "scores": {e.value: round(p, 4) for e, p in face.scores.items()},
                }
                for face in faces
            ],
        },
        indent=2,
    ) + "\n"  # fmt: skip


def _corners(face: Face) -> dict[str, int]:
    return {"x1": face.box.x1, "y1": face.box.y1, "x2": face.box.x2, "y2": face.box.y2}
