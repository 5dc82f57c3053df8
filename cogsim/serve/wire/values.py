"""Single values between text and Python, by the shape that says what they are."""

from __future__ import annotations

import base64
import binascii
import math
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from cogsim.errors import AwsError

if TYPE_CHECKING:
    from botocore.model import Shape

#: How a timestamp is written where the shape does not say.
ISO, UNIX, RFC822 = "iso8601", "unixTimestamp", "rfc822"


def malformed(what: str) -> AwsError:
    """The answer to a request that is not in the protocol's form."""
    return AwsError("SerializationException", what)


def from_text(shape: Shape, text: str) -> Any:
    """The value that `text` writes, in a query, a header or an element; text that is no such value is kept, and the
    door then says what is wrong with it."""
    match shape.type_name:
        case "integer" | "long":
            return int(text) if text.lstrip("+-").isascii() and text.lstrip("+-").isdigit() else text
        case "float" | "double":
            try:
                number = float(text)
            except ValueError:
                return text
            return number if math.isfinite(number) else text
        case "boolean":
            return {"true": True, "false": False}.get(text.lower(), text)
        case "timestamp":
            return instant(text)
        case "blob":
            return blob(text)
        case _:
            return text


def blob(text: str) -> bytes:
    """Base64 as bytes."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise malformed("a blob is not Base64") from None


def instant(value: Any) -> Any:
    """A timestamp in any of AWS's three forms as a datetime; anything else is kept as it is."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC) if math.isfinite(value) and abs(value) < 2.5e11 else value
    if not isinstance(value, str):
        return value
    for read in (float, datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(value.replace("Z", "+00:00") if read is datetime.fromisoformat else value)
        except (ValueError, TypeError):
            continue
        if isinstance(found, float):
            return instant(found)
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return value


def to_text(shape: Shape, value: Any, default_time: str) -> str:
    """A value as text in a header, an element or a query answer."""
    match shape.type_name:
        case "boolean":
            return "true" if value else "false"
        case "timestamp":
            return written_time(shape, value, default_time)
        case "blob":
            raw = value if isinstance(value, bytes) else str(value).encode()
            return base64.b64encode(raw).decode()
        case _:
            return str(value)


def written_time(shape: Shape, value: Any, default: str) -> str:
    """A timestamp in the form that the shape, or else the protocol, has."""
    form = shape.serialization.get("timestampFormat", default)
    moment = value if isinstance(value, datetime) else instant(value)
    if not isinstance(moment, datetime):
        return str(value)
    moment = moment.astimezone(UTC)
    if form == UNIX:
        return str(int(moment.timestamp()))
    if form == RFC822:
        return format_datetime(moment, usegmt=True)
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + (f".{moment.microsecond // 1000:03}Z" if moment.microsecond else "Z")
