"""What condition values say: numbers, instants, addresses and bytes, each text read once."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

_NUMBER = re.compile(r"[+-]?([0-9]{1,100}(\.[0-9]{0,100})?|\.[0-9]{1,100})([eE][+-]?[0-9]{1,3})?")
_EPOCH = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")
_DATE = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2}(?:\.[0-9]{1,9})?))?"
    r"(?:Z|([+-])([0-9]{2}):([0-9]{2})))?)?)?"
)
_ADDRESS = re.compile(r"[0-9A-Fa-f:.]+(/[0-9]{1,3})?")
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)

Network = tuple[int, int, int]
"""IP version, mask, and the bits under the mask."""


@lru_cache(maxsize=4096)
def number(text: str) -> Decimal | None:
    """The number written as `text`, or None. # ug:condition-operators §numeric"""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


@lru_cache(maxsize=4096)
def instant(text: str) -> Decimal | None:
    """Seconds since 1970, or None for no date; four digits are a year. # ug:condition-operators §date"""
    form = _DATE.fullmatch(text)
    if form is None:
        return Decimal(text) if _EPOCH.fullmatch(text) else None
    year, month, day, hour, minute, second, sign, ahead_hours, ahead_minutes = form.groups()
    try:
        begin = datetime(int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), tzinfo=UTC)
    except ValueError:
        return None
    seconds = Decimal(second or 0)
    if seconds >= 60 or int(ahead_hours or 0) > 23 or int(ahead_minutes or 0) > 59:
        return None
    ahead = (int(ahead_hours or 0) * 60 + int(ahead_minutes or 0)) * 60
    return Decimal((begin - _FIRST) // timedelta(seconds=1)) + seconds + (ahead if sign == "-" else -ahead)


@lru_cache(maxsize=4096)
def address(text: str) -> tuple[int, int] | None:
    """The IP version and the bits of an address, or None. # ug:condition-operators §ip-address"""
    try:
        found = ipaddress.ip_address(text) if _ADDRESS.fullmatch(text) else None
    except ValueError:
        return None
    return None if found is None else (found.version, int(found))


def network(text: str) -> Network | None:
    """A block of addresses, or None; a bare address is a block of one."""
    try:
        found = ipaddress.ip_network(text, strict=False) if _ADDRESS.fullmatch(text) else None
    except ValueError:
        return None
    return None if found is None else (found.version, int(found.netmask), int(found.network_address))


@lru_cache(maxsize=4096)
def decoded(text: str) -> bytes | None:
    """The bytes behind base64, or None. # ug:condition-operators §binary"""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def ordering(
    read: Callable[[str], Decimal | None], relation: Callable[[Decimal, Decimal], bool], written: tuple[str, ...]
) -> Callable[[str], bool | None]:
    """Whether a value stands in `relation` to one of `written`; None where it does not and something is unreadable."""
    found = [read(text) for text in written]
    known = [one for one in found if one is not None]
    unclear = None if len(known) < len(found) else False

    def compare(text: str) -> bool | None:
        value = read(text)
        if value is None:
            return None
        for one in known:
            if relation(value, one):
                return True
        return unclear

    return compare


def within(written: tuple[str, ...]) -> Callable[[str], bool | None]:
    """Whether an address lies in one of the blocks; None where it does not and something is unreadable."""
    found = [network(text) for text in written]
    known = [one for one in found if one is not None]
    unclear = None if len(known) < len(found) else False

    def compare(text: str) -> bool | None:
        value = address(text)
        if value is None:
            return None
        version, bits = value
        for kind, mask, low in known:
            if bits & mask == low and kind == version:
                return True
        return unclear

    return compare
