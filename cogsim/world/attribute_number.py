"""DynamoDB's numbers: 38 digits, magnitudes from 1E-130 to 9.9…E+125, written in one normal form.

The normal form has no exponent, no plus sign and no zeros that say nothing, so equal numbers are equal texts.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal
from functools import lru_cache

from cogsim.errors import InvalidValue

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE]([+-]?[0-9]+))?")
_MOST_DIGITS, _LARGEST, _SMALLEST = 38, 125, -130

#: Wide enough for a sum of any two numbers, exactly.
_EXACT = Context(prec=400)
_NINES = str.maketrans("0123456789", "9876543210")


def normal_number(text: str) -> str:
    """The number in normal form; InvalidValue where DynamoDB has no such number. # ddb:constraints §numbers"""
    return _normal_before(text) if len(text) <= _REMEMBERED else _normal(text)


def _normal(text: str) -> str:
    found = _NUMBER.fullmatch(text)
    if found is None:
        shown = f": {text}" if text else ""
        raise InvalidValue("", f"The parameter cannot be converted to a numeric value{shown}")
    exponent = found[1] or "0"
    if len(exponent.lstrip("+-0")) > 6:
        mantissa = text[: text.lower().index("e")]
        if not mantissa.strip("+-0."):
            return "0"
        raise _out_of_range(exponent.startswith("-"))
    return written(Decimal(text))


#: Up to how many characters a number is kept for the next time that it is written so.
_REMEMBERED = 128
_normal_before = lru_cache(maxsize=16384)(_normal)


def written(number: Decimal) -> str:
    """A decimal in normal form; InvalidValue where it has too many digits or is out of range."""
    if not number:
        return "0"
    sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    text = "".join(map(str, digits)).lstrip("0")
    stripped = text.rstrip("0")
    magnitude = exponent + len(text) - 1
    if magnitude > _LARGEST or magnitude < _SMALLEST:
        raise _out_of_range(magnitude < _SMALLEST)
    if len(stripped) > _MOST_DIGITS:
        raise InvalidValue("", "Attempting to store more than 38 significant digits in a Number")
    if magnitude >= len(stripped) - 1:
        plain = stripped + "0" * (magnitude + 1 - len(stripped))
    elif magnitude >= 0:
        plain = f"{stripped[: magnitude + 1]}.{stripped[magnitude + 1 :]}"
    else:
        plain = "0." + "0" * (-magnitude - 1) + stripped
    return f"-{plain}" if sign else plain


def _out_of_range(small: bool) -> InvalidValue:
    word, side = ("underflow", "smaller") if small else ("overflow", "larger")
    return InvalidValue("", f"Number {word}. Attempting to store a number with magnitude {side} than supported range")


def added(one: str, other: str) -> str:
    """The sum of two numbers in normal form."""
    return _result(_EXACT.add(Decimal(one), Decimal(other)))


def subtracted(one: str, other: str) -> str:
    """What is left of `one` without `other`."""
    return _result(_EXACT.subtract(Decimal(one), Decimal(other)))


def _result(number: Decimal) -> str:
    """What was reckoned, in normal form; DynamoDB calls too many digits an overflow here."""
    if len(number.normalize(_EXACT).as_tuple().digits) > _MOST_DIGITS:
        raise _out_of_range(False)
    return written(number)


def number_order(text: str) -> str:
    """A text that sorts, by its characters, as the numbers do: sign, magnitude, digits; complements where negative."""
    if text == "0":
        return "1"
    bare = text.lstrip("-")
    whole, _, fraction = bare.partition(".")
    digits = (whole + fraction).strip("0")
    magnitude = len(whole) - 1 if whole != "0" else -(len(fraction) - len(fraction.lstrip("0"))) - 1
    body = f"{magnitude + 500:03d}{digits}"
    return f"0{body.translate(_NINES)}~" if text[0] == "-" else f"2{body}"


def number_size(text: str) -> int:
    """The bytes that a number counts for: a byte, one for each two digits before and behind the point, one for a minus
    sign. # ddb:item-size"""
    whole, _, fraction = text.lstrip("-").partition(".")
    whole, fraction = whole.lstrip("0"), fraction.rstrip("0")
    if fraction:
        fraction = fraction.lstrip("0") if not whole else fraction
    else:
        whole = whole.rstrip("0")
    return 1 + (len(whole) + 1) // 2 + (len(fraction) + 1) // 2 + (text[0] == "-")
