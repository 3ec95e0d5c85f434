"""What reads files of others: its seeds, how a file is handed to it, and how it may say that it is wrong.

Everything is imported within the functions, as each entry runs in a process of its own whose memory is counted.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emotion.faces import RGBImage

Read = Callable[[bytes], object]


@dataclass(frozen=True, slots=True)
class Entry:
    """`prepare` is given an empty folder and answers seeds, the reader, and the errors that refuse a file.

    Any other error is a crash. The reader answers false where it refused a file without raising. `share` is the
    part of all inputs that goes to this entry.
    """

    name: str
    share: float
    prepare: Callable[[Path], tuple[list[bytes], Read, tuple[type[Exception], ...]]]


def photos(folder: Path) -> tuple[list[bytes], Read, tuple[type[Exception], ...]]:
    """A photo: decoded, analysed, drawn and given back as PNG."""
    from emotion.analyzer import load_analyzer
    from emotion.drawing import draw_faces
    from emotion.images import PictureError, decode_picture, encode_png

    analyzer = load_analyzer()

    def read(content: bytes) -> object:
        image = decode_picture(content)
        return encode_png(draw_faces(image, analyzer.analyze(image)))

    return picture_seeds(), read, (PictureError,)


def windows(folder: Path) -> tuple[list[bytes], Read, tuple[type[Exception], ...]]:
    """A picture of a shared window, as its route hands it on."""
    from emotion.analyzer import load_analyzer
    from emotion.images import PictureError
    from emotion.routes import as_json
    from emotion.screen import ScreenSource
    from emotion.stream import StreamAnalyzer

    source = ScreenSource(StreamAnalyzer(load_analyzer().classifier))
    return (
        [seed for seed in picture_seeds() if seed[:3] == b"\xff\xd8\xff"],
        lambda c: as_json(source.look_at(c)),
        (PictureError,),
    )


def recordings(folder: Path) -> tuple[list[bytes], Read, tuple[type[Exception], ...]]:
    """A recording: read, analysed, drawn and counted into a lesson, as the Recording tab does."""
    from emotion.analyzer import load_analyzer
    from emotion.pictures import PictureReader, RecordingError
    from emotion.recording import AnnotatedVideo, analyse, record_lesson
    from tests.films import film

    classifier = load_analyzer().classifier
    scenes = [scene(160, 120, shift) for shift in (0, 8, 16)]
    kinds = (
        ("mp4", "libx264"), ("mov", "mpeg4"), ("matroska", "libx264"), ("webm", "libvpx"), ("avi", "mpeg4"),
        ("mpegts", "libx264"), ("flv", "flv"),
    )  # fmt: skip

    def read(content: bytes) -> object:
        with PictureReader(io.BytesIO(content), rate=5) as reader, AnnotatedVideo(io.BytesIO(), 5) as drawn:

            def seen(analysed: object) -> None:
                drawn.add(analysed.picture.image, analysed.faces)  # type: ignore[attr-defined]

            return record_lesson(analyse(reader, classifier), reader, "fuzz", seen=seen)

    return [film(scenes, kind=kind, codec=codec) for kind, codec in kinds], read, (RecordingError,)


def faces_csv(folder: Path) -> tuple[list[bytes], Read, tuple[type[Exception], ...]]:
    """fer2013.csv and its relatives."""
    from training.csv_files import read_csv_file

    pixels = [str((7 * number) % 256) for number in range(48 * 48)]
    row = " ".join(pixels)
    parts = ("Training", "PublicTest", "PrivateTest")
    official = "emotion,pixels,Usage\n" + "".join(f"{number},{row},{part}\n" for number, part in enumerate(parts))
    words = "pixels,label\n" + "".join(f'"{row}",{word}\n' for word in ("happy", "Sadness", "neutral"))
    wide = "label," + ",".join(f"pixel{n}" for n in range(48 * 48)) + "\n" + "3," + ",".join(pixels) + "\n"
    return encoded(official, words, wide), from_file(folder, lambda path: read_csv_file(path, 1)), (ValueError,)


def lists_csv(folder: Path) -> tuple[list[bytes], Read, tuple[type[Exception], ...]]:
    """Exclusions, soft targets and FER+ votes: each file through all three readers."""
    import numpy as np

    from emotion.labels import EMOTIONS
    from training.ferplus import FERPLUS_COLUMNS, FERPLUS_OTHERS, ferplus_counts
    from training.labelled_faces import LabelledFaces, Split
    from training.targets import read_exclusions, read_soft_targets

    faces = LabelledFaces(np.zeros((3, 48, 48, 1), np.uint8), np.array([0, 3, 6]))

    def read(path: Path) -> bool:
        readers = (
            lambda: read_exclusions(path, 3),
            lambda: read_soft_targets(path, 3),
            lambda: ferplus_counts(path, faces, Split.TRAINING),
        )
        taken = 0
        for reader in readers:
            try:
                reader()
                taken += 1
            except ValueError:
                continue
        return taken > 0

    exclusions = "index,label,given\n0,happy,sad\n2,fear,fear\n"
    soft = ",".join(EMOTIONS) + "\n" + "0.1,0.1,0.1,0.4,0.1,0.1,0.1\n" * 3
    header = ",".join(("Usage", "Image name", *FERPLUS_COLUMNS, *FERPLUS_OTHERS))
    votes = [["0"] * 10 for _ in range(3)]
    for row, label in zip(votes, (0, 3, 6), strict=True):
        row[label] = "9"
    ferplus = header + "\n" + "".join(f"Training,fer{n}.png,{','.join(row)}\n" for n, row in enumerate(votes))
    return encoded(exclusions, soft, ferplus), from_file(folder, read), (ValueError,)


ENTRIES = {
    entry.name: entry
    for entry in (
        Entry("photo", 0.3, photos),
        Entry("window", 0.2, windows),
        Entry("recording", 0.1, recordings),
        Entry("faces.csv", 0.2, faces_csv),
        Entry("lists.csv", 0.2, lists_csv),
    )
}


def scene(width: int, height: int, shift: int = 0) -> "RGBImage":
    """A real face (NASA's astronaut) in a small scene, so that damage which leaves it readable is analysed, too."""
    from skimage import data

    from tests.scenes import on_background

    return on_background(data.astronaut()[: 300 - shift, shift + 60 : 360], width, height)


def picture_seeds() -> list[bytes]:
    """The four formats in the modes that are converted: grey, palette, transparent, 16 bits, CMYK, animated, turned."""
    import numpy as np
    from PIL import Image

    rgb = Image.fromarray(scene(160, 120))
    turned, small = rgb.rotate(90, expand=True), rgb.resize((48, 36))
    deep = Image.fromarray(np.asarray(small.convert("L")).astype(np.uint16) * 257)
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turned by a quarter
    exif.get_ifd(0x8825)[1] = "N"
    pages = {"save_all": True, "append_images": [small.rotate(90)]}
    saved = [
        (turned, "JPEG", {"exif": exif}), (rgb, "JPEG", {"progressive": True}), (small.convert("L"), "JPEG", {}),
        (small.convert("CMYK"), "JPEG", {}), (small, "PNG", {"exif": exif}), (small.convert("RGBA"), "PNG", {}),
        (small.convert("P"), "PNG", {"transparency": 0}), (deep, "PNG", {}), (small, "PNG", pages),
        (small.convert("1"), "PNG", {}),
        (turned, "WEBP", {"exif": exif}), (small, "WEBP", {"lossless": True}), (small, "WEBP", pages),
        (small, "BMP", {}), (small.convert("P"), "BMP", {}), (small.convert("1"), "BMP", {}),
    ]  # fmt: skip
    files = []
    for picture, kind, options in saved:
        file = io.BytesIO()
        picture.save(file, kind, **options)
        files.append(file.getvalue())
    return files


def encoded(*texts: str) -> list[bytes]:
    """Texts as UTF-8, and each once more as Windows writes it."""
    return [text.encode() for text in texts] + [text.replace("\n", "\r\n").encode("utf-8-sig") for text in texts]


def from_file(folder: Path, read: Callable[[Path], object]) -> Read:
    """A reader of paths as one of bytes."""
    path = folder / "input.csv"

    def read_bytes(content: bytes) -> object:
        path.write_bytes(content)
        return read(path)

    return read_bytes
