"""Whether a body is the one that its sender computed a checksum of. # s3:checking-object-integrity

CRC-32C, CRC-64/NVME and the XXHASH family are taken as they are stated: no library at hand computes them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from cogsim.decision import Refusal
from cogsim.decisions.refusals import Check, passed, refused

_QUESTION = "is the body what its checksums say?"
_SOURCE = "s3:checking-object-integrity"


def _hashed(name: str) -> Callable[[bytes], bytes]:
    return lambda body: hashlib.new(name, body, usedforsecurity=False).digest()


_MADE: dict[str, Callable[[bytes], bytes]] = {
    "ChecksumCRC32": lambda body: zlib.crc32(body).to_bytes(4, "big"),
    "ChecksumMD5": _hashed("md5"),
    "ChecksumSHA1": _hashed("sha1"),
    "ChecksumSHA256": _hashed("sha256"),
    "ChecksumSHA512": _hashed("sha512"),
}


def accept_checksums(body: bytes, params: Mapping[str, Any]) -> Check:
    """The refusal of a body that differs from what the members ContentMD5 and Checksum… of its request say."""
    stated = params.get("ContentMD5")
    if stated is not None:
        digest = _bytes(stated)
        if digest is None or len(digest) != hashlib.md5(usedforsecurity=False).digest_size:
            text = "The Content-MD5 you specified was invalid."
            return refused(Refusal("InvalidDigest", text), _QUESTION, str(stated), _SOURCE)
        if digest != _MADE["ChecksumMD5"](body):
            text = "The Content-MD5 you specified did not match what we received."
            return refused(Refusal("BadDigest", text), _QUESTION, str(stated), _SOURCE)
    for name, made in _MADE.items():
        if params.get(name) is not None:
            check = _compared(name.removeprefix("Checksum"), params[name], made(body))
            if check.value is not None:
                return check
    return passed(_QUESTION, f"{len(body)} bytes", _SOURCE)


def _compared(name: str, stated: str, made: bytes) -> Check:
    digest = _bytes(stated)
    if digest is None or len(digest) != len(made):
        text = f"Value for x-amz-checksum-{name.lower()} header is invalid."
        return refused(Refusal("InvalidRequest", text), _QUESTION, stated, _SOURCE)
    if digest != made:
        text = f"The {name} you specified did not match the calculated checksum."
        return refused(Refusal("BadDigest", text), _QUESTION, stated, _SOURCE)
    return passed(_QUESTION, stated, _SOURCE)


def _bytes(stated: Any) -> bytes | None:
    try:
        return base64.b64decode(str(stated), validate=True)
    except (binascii.Error, ValueError):
        return None
