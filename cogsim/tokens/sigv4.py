"""The key that a secret becomes under version 4 of AWS's signatures. # aws:sigv4"""

from __future__ import annotations

import hmac
from functools import lru_cache


@lru_cache(maxsize=1024)
def signing_key(secret: str, day: str, region: str, service: str) -> bytes:
    """What a secret becomes for one day (such as 20260101), Region and service."""
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
