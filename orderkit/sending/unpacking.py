"""Bodies of answers, unpacked within bounds: a few hundred bytes can stand for gigabytes."""

import zlib
from typing import Final

#: Bytes of an answer that are read, packed or not; TikTok's own have a few hundred.
LIMIT: Final = 1 << 20

#: An answer that is packed more often than this is not read.
_MOST_CODINGS: Final = 3


def unpack(body: bytes, codings: str) -> bytes:
    """What a body holds that is packed as a Content-Encoding header says.

    Raises OverflowError when that is more than `LIMIT` bytes, and ValueError, with the reason, when
    it cannot be told.
    """
    names = [name.strip().lower() for name in codings.split(",")]
    names = [name for name in names if name not in ("", "identity")]
    if len(body) > LIMIT:
        raise OverflowError
    if len(names) > _MOST_CODINGS:
        raise ValueError(f"it is packed {len(names)} times")
    for name in reversed(names):
        if name not in ("gzip", "x-gzip", "deflate"):
            raise ValueError(f"{name[:20]!r} is not known here, and was not asked for")
        body = _unpack_one(body, name)
    return body


def _unpack_one(body: bytes, name: str) -> bytes:
    # "deflate" is zlib's format by the standard, and raw by custom.
    raw = name == "deflate" and (not body or body[0] & 0x0F != 8)
    made, left = b"", body
    while True:
        unpacker = zlib.decompressobj(-15 if raw else 15 if name == "deflate" else 31)
        try:
            made += unpacker.decompress(left, LIMIT + 1 - len(made))
        except zlib.error as error:
            raise ValueError(f"it is no {name}") from error
        if len(made) > LIMIT:
            raise OverflowError
        if not unpacker.eof:
            raise ValueError(f"its {name} has no end")
        # RFC 1952: a gzip file may have several members, one behind the other.
        left = unpacker.unused_data
        if not left:
            return made
