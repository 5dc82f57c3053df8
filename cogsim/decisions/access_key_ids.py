"""Ids of access keys: the account stands in them, so that GetAccessKeyInfo can tell it of any key, a deleted one too.

Sixteen base32 characters after the prefix are eighty bits: a one, the account as a number of forty bits, and what is
drawn. # sts:GetAccessKeyInfo
"""

from __future__ import annotations

import base64
import binascii

from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions.refusals import refused
from cogsim.entropy import Draw
from cogsim.errors import NotModelled

_BITS, _ACCOUNT_BITS = 80, 40
_DRAWN_BITS = _BITS - 1 - _ACCOUNT_BITS
_PREFIXES = ("AKIA", "ASIA")


def access_key_id(prefix: str, account: str, draw: Draw) -> str:
    """An id of that prefix for a key of `account`; of an account that is no number, an id that tells nothing."""
    if not (account.isascii() and account.isdigit()):
        return prefix + draw.base32(16)
    bits = (1 << (_BITS - 1)) | (int(account) % (1 << _ACCOUNT_BITS) << _DRAWN_BITS) | draw.integer(_DRAWN_BITS)
    return prefix + base64.b32encode(bits.to_bytes(_BITS // 8, "big")).decode()


def account_of_key(key_id: str, known: str | None) -> Decision[str | Refusal]:
    """The account that a key belongs to: `known` where the key is there, else what its id says.

    NotModelled for an id of the time before ids told the account: only AWS's own records know it.
    """
    question = "which account does the key belong to?"
    if known is not None:
        return decided(known, Step(question, known, key_id, "sts:GetAccessKeyInfo"))
    account = _read(key_id)
    if account is not None:
        found = f"{key_id}: no such key is there, its id says"
        return decided(account, Step(question, account, found, "sts:GetAccessKeyInfo", Basis.OBSERVED))
    if key_id[:4] not in _PREFIXES:
        text = f"Invalid Access Key ID: {key_id}"
        return refused(Refusal("ValidationError", text), question, key_id, "sts:GetAccessKeyInfo")
    raise NotModelled("sts:GetAccessKeyInfo", "AccessKeyId", f"no account of the world gave out {key_id}")


def _read(key_id: str) -> str | None:
    if len(key_id) != 20 or key_id[:4] not in _PREFIXES:
        return None
    try:
        bits = int.from_bytes(base64.b32decode(key_id[4:]), "big")
    except binascii.Error:
        return None
    account = bits >> _DRAWN_BITS & (1 << _ACCOUNT_BITS) - 1
    return f"{account:012}" if bits >> (_BITS - 1) and account < 10**12 else None
