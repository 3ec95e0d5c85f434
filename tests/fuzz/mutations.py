"""Damage as files meet it, and as somebody would do it on purpose; the same random state does the same damage."""

import random
import struct
import zlib
from collections.abc import Callable, Sequence

MOST_GROWTH = 4
"""No input becomes longer than this many times its longest seed, or every later step would be about length alone."""
NUMBERS = (0, 1, 2, 7, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
WORDS = (
    b"-1", b"0", b"256", b"255", b"1e309", b"nan", b"inf", b"-inf", b"99999999999999999999", b"0x10", b"1_0", b"", b" ",
    b'"', b'""', b",", b",,", b"\n", b"\r", b"\r\n", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xe2\x80\xae", b"'", b";",
    b"\t", b"emotion", b"pixels", b"Usage", b"Training", b"index", "\N{ARABIC-INDIC DIGIT FIVE}".encode(), b"=1+1",
)  # fmt: skip

Mutation = Callable[[random.Random, bytearray, Sequence[bytes]], None]


def damaged(random: random.Random, seeds: Sequence[bytes]) -> bytes:
    """One of `seeds` after one to eight mutations, or, of a hundred, one that nobody touched."""
    content = bytearray(random.choice(seeds))
    if random.random() < 0.01:
        return bytes(content)
    most = MOST_GROWTH * max(map(len, seeds))
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 5, 8))):
        random.choice(MUTATIONS)(random, content, seeds)
        del content[most:]
    if content.startswith(PNG) and random.random() < 0.7:
        content = with_right_checksums(content)
    return bytes(content)


def flip_bits(random: random.Random, content: bytearray, seeds: Sequence[bytes]) -> None:
    for _ in range(random.choice((1, 1, 4, 16))):
        if content:
            content[random.randrange(len(content))] ^= 1 << random.randrange(8)


def set_bytes(random: random.Random, content: bytearray, seeds: Sequence[bytes]) -> None:
    at = place(random, content)
    length = random.choice((1, 2, 4, 16, 64))
    content[at : at + length] = random.randbytes(length)


def set_number(random: random.Random, content: bytearray, seeds: Sequence[bytes]) -> None:
    """A number that sizes, counts and offsets break on, as one, two or four bytes in either order."""
    number, kind = random.choice(NUMBERS), random.choice(("<B", "<H", ">H", "<I", ">I"))
    size = struct.calcsize(kind)
    at = place(random, content)
    content[at : at + size] = struct.pack(kind, number & ((1 << 8 * size) - 1))


def set_word(random: random.Random, content: bytearray, seeds: Sequence[bytes]) -> None:
    """A word that readers of text break on, in the place of another or between two letters."""
    at = place(random, content)
    end = at if random.random() < 0.5 else at + random.randrange(8)
    content[at:end] = random.choice(WORDS) * random.choice((1, 1, 1, 1, 40))


def cut_off(random: random.Random, content: bytearray, seeds: Sequence[bytes]) -> None:
    del content[place(random, content) :]


def cut_out(random: random.Random, content: bytearray, seeds: Sequence[bytes]) -> None:
    at = place(random, content)
    del content[at : at + span(random, content)]


def repeat(random: random.Random, content: bytearray, seeds: Sequence[bytes]) -> None:
    at = place(random, content)
    piece = content[at : at + span(random, content)]
    content[at:at] = piece * random.choice((1, 1, 2, 20))


def swap(random: random.Random, content: bytearray, seeds: Sequence[bytes]) -> None:
    """Exchange two pieces: boxes, chunks or columns in another order."""
    one, other = sorted((place(random, content), place(random, content)))
    length = min(span(random, content), other - one, len(content) - other)
    first, second = content[one : one + length], content[other : other + length]
    content[one : one + length], content[other : other + length] = second, first


def splice(random: random.Random, content: bytearray, seeds: Sequence[bytes]) -> None:
    """Go on as another seed from some place on."""
    other = random.choice(seeds)
    content[place(random, content) :] = other[place(random, other) :]


MUTATIONS: tuple[Mutation, ...] = (
    flip_bits, flip_bits, set_bytes, set_number, set_number, set_word, cut_off, cut_out, repeat, swap, splice,
)  # fmt: skip


def place(random: random.Random, content: bytes | bytearray) -> int:
    """Somewhere in `content`, of two one in its first 200 bytes: headers are short, and decide the most."""
    length = min(len(content), 200) if random.random() < 0.5 else len(content)
    return random.randrange(length + 1)


def span(random: random.Random, content: bytes | bytearray) -> int:
    return min(int(2 ** random.uniform(0, 12)), len(content))


PNG = b"\x89PNG\r\n\x1a\n"


def with_right_checksums(content: bytes | bytearray) -> bytearray:
    """A PNG whose chunks' checksums fit again: otherwise no damage would get past them."""
    fixed = bytearray(content)
    at = len(PNG)
    while at + 12 <= len(fixed):
        (length,) = struct.unpack_from(">I", fixed, at)
        end = at + 8 + length
        if end + 4 > len(fixed):
            break
        struct.pack_into(">I", fixed, end, zlib.crc32(fixed[at + 4 : end]))
        at = end + 4
    return fixed
