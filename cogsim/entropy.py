"""Randomness that is not random: named streams, numbered draws.

Every draw is a function of the seed, the stream's name and the draw's number, and of nothing else. A step more in a
scenario therefore shifts no value of another stream, and a replay or a fork draws the same bytes again. The numbers
already drawn are State's to remember; this module only computes.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

_LOWER_ALNUM = "abcdefghijklmnopqrstuvwxyz0123456789"
_ALNUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_BASE64 = _ALNUM + "+/"

#: A stream's name: the purpose first, then what it is drawn for.
Stream = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draw:
    """Draw number `number` of `stream` under `seed`: an endless supply of bytes and of ids made of them."""

    seed: str
    stream: Stream
    number: int = 0

    def bytes(self, size: int) -> bytes:
        """`size` bytes; a longer draw begins with the shorter one."""
        # An escaped separator never reads as a bare one: ("a\x1f", "b") and ("a", "\x1fb") are two streams.
        name = "\x1f".join([part.replace("\x1b", "\x1b\x1b").replace("\x1f", "\x1b\x1f") for part in self.stream])
        text = f"{name}\x1e{self.number}".encode("utf-8", "surrogatepass")
        key = hmac.digest(self.seed.encode("utf-8", "surrogatepass"), text, "sha256")
        return hashlib.shake_256(key).digest(size)

    def integer(self, bits: int) -> int:
        """A number below 2**bits."""
        return int.from_bytes(self.bytes((bits + 7) // 8), "big") >> (-bits % 8)

    def text(self, alphabet: str, length: int) -> str:
        """`length` characters of `alphabet`. Sixteen bits are folded into each, so the bias is below 2**-9."""
        raw = self.bytes(2 * length)
        if 256 % len(alphabet) == 0:  # the lower byte alone decides
            return raw[1::2].translate((alphabet * (256 // len(alphabet))).encode()).decode()
        size = len(alphabet)
        return "".join([alphabet[(high << 8 | low) % size] for high, low in zip(raw[::2], raw[1::2], strict=True)])

    def lower_alnum(self, length: int) -> str:
        return self.text(_LOWER_ALNUM, length)

    def alnum(self, length: int) -> str:
        return self.text(_ALNUM, length)

    def base32(self, length: int) -> str:
        return self.text(_BASE32, length)

    def base64(self, length: int) -> str:
        return self.text(_BASE64, length)

    def digits(self, length: int) -> str:
        return self.text("0123456789", length)

    def uuid(self) -> str:
        """A version 4 UUID in lower case."""
        raw = bytearray(self.bytes(16))
        raw[6] = raw[6] & 0x0F | 0x40
        raw[8] = raw[8] & 0x3F | 0x80
        text = raw.hex()
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def named(*stream: str) -> Draw:
    """The draw of a thing that is named rather than seeded: ids of a world's nouns depend on their names alone."""
    return Draw("world", stream)
