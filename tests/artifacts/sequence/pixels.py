"""PNG files read by the letter: https://www.w3.org/TR/png-3/."""

from __future__ import annotations

import struct
import zlib


def size(png: bytes) -> tuple[int, int]:
    """Width and height."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def data(png: bytes) -> bytes:
    """The data of all pixels, unpacked and whole; still filtered, so that equal rows may differ."""
    found, at = b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length : at + 12 + length]) == (zlib.crc32(kind + body),)
        found += body if kind == b"IDAT" else b""
        at += 12 + length
    return zlib.decompress(found)
