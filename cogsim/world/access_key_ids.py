"""Ids of access keys: the account stands in them, as it does in AWS's.

Sixteen base32 characters after the prefix are eighty bits: a one, the account as a number of forty bits, and what is
drawn. # sts:GetAccessKeyInfo
"""

from __future__ import annotations

import base64
import binascii

from cogsim.entropy import Draw

_BITS, _ACCOUNT_BITS = 80, 40
_DRAWN_BITS = _BITS - 1 - _ACCOUNT_BITS
PREFIXES = ("AKIA", "ASIA")


def access_key_id(prefix: str, account: str, draw: Draw) -> str:
    """An id of that prefix for a key of `account`; of an account that is no number, an id that tells nothing."""
    if not (account.isascii() and account.isdigit()):
        return prefix + draw.base32(16)
    bits = (1 << (_BITS - 1)) | (int(account) % (1 << _ACCOUNT_BITS) << _DRAWN_BITS) | draw.integer(_DRAWN_BITS)
    return prefix + base64.b32encode(bits.to_bytes(_BITS // 8, "big")).decode()


def account_in(key_id: str) -> str | None:
    """The account that stands in an id; None in one of the time before ids told it, and in what is no id."""
    if len(key_id) != 20 or key_id[:4] not in PREFIXES:
        return None
    try:
        bits = int.from_bytes(base64.b32decode(key_id[4:]), "big")
    except (binascii.Error, ValueError):
        return None
    account = bits >> _DRAWN_BITS & (1 << _ACCOUNT_BITS) - 1
    return f"{account:012}" if bits >> (_BITS - 1) and account < 10**12 else None
