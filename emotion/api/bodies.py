"""A request's body to pictures' bytes, in memory only; limits hold while it is read, not after."""

from collections.abc import AsyncGenerator, Callable

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from emotion.images import MAX_BYTES

MULTIPART = "multipart/form-data"
PICTURE_TYPES = ("image/jpeg", "image/png", "image/webp", "image/bmp", "application/octet-stream")
SPELLINGS = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/x-ms-bmp": "image/bmp"}
MOST_FILES = 8
MOST_BYTES = 24_000_000
"""Of all files of a request together; one picture may have `MAX_BYTES`."""
MOST_PART_HEAD = 1024

Count = Callable[[int], None]
"""Told of each piece's bytes before they are kept; may raise."""


class BodyError(ValueError):
    """A body that cannot be read as pictures (400); the message is for who sent it."""


class LengthMissingError(BodyError):
    """No body was announced (411)."""


class TooLargeError(BodyError):
    """More bytes or files than are taken (413)."""


class TypeRefusedError(BodyError):
    """Neither a picture nor a form with pictures (415)."""


class _InMemoryParser(MultiPartParser):
    spool_max_size = MOST_BYTES + 1
    """Starlette puts files above 1 MB on the disk; no upload may ever be there."""


def require_body(request: Request) -> str:
    """The media type of a body that may be read; raises a `BodyError` before any of it is."""
    headers = request.headers
    length = headers.get("content-length")
    if length is None and "transfer-encoding" not in headers:
        raise LengthMissingError("there is no body: send a picture, with its Content-Length or in chunks")
    if length is not None and not (length.isascii() and length.isdigit()):
        raise BodyError(f"Content-Length must be a number of bytes, got {length[:40]!r}")
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise TypeRefusedError("pictures are compressed already: send them without Content-Encoding")
    given = headers.get("content-type", "").partition(";")[0].strip().lower()
    media_type = SPELLINGS.get(given, given)
    if media_type != MULTIPART and media_type not in PICTURE_TYPES:
        raise TypeRefusedError(
            f"Content-Type must be {', '.join(PICTURE_TYPES)} or {MULTIPART}, got {given[:80] or 'none'}"
        )
    most = MOST_BYTES if media_type == MULTIPART else MAX_BYTES
    if (length is not None and len(length) > 15) or int(length or 0) > most:
        raise TooLargeError(_too_large(most))
    return media_type


async def read_pictures(request: Request, media_type: str, count: Count) -> list[bytes]:
    """The pictures' bytes, one to `MOST_FILES` of them.

    Raises:
        BodyError: malformed, empty, cut off, or too large.
    """
    try:
        if media_type == MULTIPART:
            return await _form(request, count)
        content = bytearray()
        async for piece in _limited(request, MAX_BYTES, count):
            content += piece
    except ClientDisconnect:
        raise BodyError("the body ended too early") from None
    if not content:
        raise BodyError("the body is empty (0 bytes): send a picture")
    return [bytes(content)]


async def _form(request: Request, count: Count) -> list[bytes]:
    stream = _limited(request, MOST_BYTES, count)
    parser = _InMemoryParser(
        request.headers, stream, max_files=MOST_FILES, max_fields=MOST_FILES, max_part_size=MOST_PART_HEAD
    )
    try:
        form = await parser.parse()
    except MultiPartException as error:
        if error.message.startswith("Too many files"):
            raise TooLargeError(f"at most {MOST_FILES} pictures are taken at once, this form has more") from None
        raise BodyError(f"this is no whole multipart form: {error.message}") from None
    try:
        values = [value for _, value in form.multi_items()]
        files = [value for value in values if isinstance(value, UploadFile)]
        if not files or len(files) < len(values):
            raise BodyError(
                f"each part of the form must be a picture with a `filename`, got {len(files)} such "
                f"and {len(values) - len(files)} other"
            )
        return [await file.read() for file in files]
    finally:
        await form.close()


async def _limited(request: Request, most: int, count: Count) -> AsyncGenerator[bytes, None]:
    total = 0
    async for piece in request.stream():
        total += len(piece)
        if total > most:
            raise TooLargeError(_too_large(most))
        count(len(piece))
        yield piece


def _too_large(most: int) -> str:
    return f"at most {most / 1e6:.0f} MB are taken at once, this is more: send fewer or smaller pictures"
