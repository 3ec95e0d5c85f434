"""The answers' shapes, as Pydantic models: they are both what is sent and what the OpenAPI document says."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from emotion.analyzer import crop_faces
from emotion.faces import Face, RGBImage
from emotion.labels import EMOTIONS, Emotion
from emotion.obstacles import sharpness, with_obstacle

Probability = Annotated[float, Field(ge=0, le=1)]


class Answer(BaseModel):
    """What all answers share: nothing is added, nothing changed after it was made."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class BoxAnswer(Answer):
    """A face's pixel corners in the upright picture; x2 and y2 are exclusive."""

    x1: int
    y1: int
    x2: int
    y2: int


class Quality(Answer):
    """How well a face can be read; with an obstacle no emotion is named."""

    obstacle: Literal["small", "blurred", "dark"] | None
    width_px: int = Field(ge=1, description="width of the face in the picture")
    sharpness: float = Field(ge=0, description="variance of the Laplacian over that of the grey values")
    contrast: float = Field(ge=0, description="standard deviation of the grey values, 0-255")


class FaceAnswer(Answer):
    """One face; `emotion` is null where the network is unsure or an obstacle stands before it."""

    box: BoxAnswer
    emotion: Emotion | None
    probabilities: dict[Emotion, Probability] = Field(
        min_length=len(EMOTIONS), max_length=len(EMOTIONS), description="calibrated; the seven sum to 1"
    )
    quality: Quality


class PictureAnswer(Answer):
    """One picture, turned upright by its EXIF; faces in reading order."""

    width: int = Field(ge=1, description="pixels")
    height: int = Field(ge=1, description="pixels")
    faces: list[FaceAnswer]


class Prediction(Answer):
    """One entry per picture, in the order in which they were sent."""

    model: str
    pictures: list[PictureAnswer] = Field(min_length=1)


class Health(Answer):
    """`loading` until the network is in memory; asking never waits for it."""

    status: Literal["ok", "loading"]
    model: str = Field(description="the name on the model card")
    backend: Literal["LiteRT", "TensorFlow"]
    uptime_s: float = Field(ge=0)


class CardAnswer(Answer):
    """The model card: what the network reads and answers, how far to trust it, where it comes from."""

    name: str
    labels: list[Emotion]
    input_shape: list[int]
    temperature: float = Field(gt=0)
    unsure_below: Probability
    metrics: dict[str, Any]
    provenance: dict[str, Any]


class Problem(BaseModel):
    """What was wrong, with what, and what to do (RFC 9457)."""

    model_config = ConfigDict(frozen=True)

    type: str
    title: str
    status: int = Field(ge=400, le=599)
    detail: str


def picture_answer(image: RGBImage, faces: Sequence[Face]) -> PictureAnswer:
    """The answer on an RGB picture, uint8 (height, width, 3), and its faces."""
    height, width = image.shape[:2]
    crops = crop_faces(image, [face.box for face in faces])[..., 0]
    found = [_face_answer(with_obstacle(face, crop), crop) for face, crop in zip(faces, crops, strict=True)]
    return PictureAnswer(width=width, height=height, faces=found)


def _face_answer(face: Face, crop: Any) -> FaceAnswer:
    box = face.box
    return FaceAnswer(
        box=BoxAnswer(x1=box.x1, y1=box.y1, x2=box.x2, y2=box.y2),
        emotion=face.emotion,
        probabilities=_rounded(face.scores),
        quality=Quality.model_validate(
            {
                "obstacle": face.obstacle,
                "width_px": box.width,
                "sharpness": round(sharpness(crop), 4),
                "contrast": round(float(crop.std()), 2),
            }
        ),
    )


def _rounded(scores: Mapping[Emotion, float]) -> dict[Emotion, float]:
    return {emotion: round(min(max(score, 0.0), 1.0), 6) for emotion, score in scores.items()}
