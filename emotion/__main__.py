"""The app from a shell: `python -m emotion photo IN [--out OUT.png] [--json -|FILE]`, `... video IN --csv OUT`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from emotion.analyzer import load_analyzer
from emotion.drawing import caption_text, draw_faces
from emotion.exports import faces_json
from emotion.files import write_bytes
from emotion.images import decode_picture, encode_png
from emotion.obstacles import with_obstacles
from emotion.video_command import add_video_command


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 done, 2 bad input (said in one line on stderr)."""
    parser = argparse.ArgumentParser(prog="python -m emotion", description="Read facial expressions from pictures.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    photo = commands.add_parser("photo", help="one picture", description="Find the faces of a picture and read them.")
    photo.add_argument("input", type=Path, metavar="IN", help="a JPEG, PNG, WebP or BMP file")
    photo.add_argument("--out", type=Path, metavar="OUT.png", help="write the picture with boxes and captions here")
    photo.add_argument(
        "--json", metavar="-|FILE", help="write boxes and probabilities as JSON to a file, or - for here"
    )
    photo.set_defaults(run=run_photo)
    add_video_command(commands)
    arguments = parser.parse_args(argv)
    try:
        arguments.run(arguments)
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def run_photo(arguments: argparse.Namespace) -> None:
    """Analyse one picture; without --json, say in words what was found."""
    if arguments.out is not None and arguments.out.suffix.lower() != ".png":
        raise ValueError(f"--out writes PNG, so its name must end in .png, got {arguments.out}")
    if not arguments.input.is_file():
        raise FileNotFoundError(f"no picture at {arguments.input}")
    image = decode_picture(arguments.input.read_bytes())
    analyzer = load_analyzer()
    faces = with_obstacles(image, analyzer.analyze(image))
    if arguments.out is not None:
        write_bytes(arguments.out, encode_png(draw_faces(image, faces, numbered=len(faces) > 1)))
    report = faces_json(faces, image.shape[1], image.shape[0], analyzer.classifier.card.name)
    if arguments.json == "-":
        sys.stdout.write(report)
        return
    if arguments.json is not None:
        write_bytes(Path(arguments.json), report.encode())
    print(f"{len(faces)} face{'s' * (len(faces) != 1)} found" if faces else "no face found")
    for number, face in enumerate(faces, start=1):
        box = face.box
        print(f"{number}: {caption_text(face)} at x {box.x1}-{box.x2}, y {box.y1}-{box.y2}")


if __name__ == "__main__":
    sys.exit(main())
