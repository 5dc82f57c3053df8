"""The values of a journal: how parameters are written so that they can be read again, also on a changed world.

`{"$from": [line, path]}` is what the answer to the call at that line holds at that path; a third member is what it
held in this run, for a replay that begins after that line. `{"$message": {to, purpose,
nth}}` the code in the nth message of that purpose to that recipient, with `link: true` its link; `{"$joined": [...]}`
a text with such values in it; `{"$bytes": base64}` bytes; `{"$instant": seconds}` a datetime; `{"$map": [[key, value],
...]}` a map whose own keys begin with a dollar.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cogsim import clock
from cogsim.aws.model import operation_shape
from cogsim.errors import InputError

if TYPE_CHECKING:
    from cogsim.aws.journal_references import Spoken

#: Where in an answer: member names and positions.
AnswerPath = tuple[str | int, ...]
#: Gives what the answer at a line held at a path; the third argument, where there is one, is what it held in the run.
Answers = Callable[..., str]
#: Gives the code (or, by the last argument, the link) of the nth message of a purpose to a recipient.
Messages = Callable[[str, str, int, bool], str]

#: A role, or a session of one without its name: an answer that names another role is another answer.
_ROLE = re.compile(r"arn:aws[\w-]*:(?:iam::\d{12}:role/\S+|sts::\d{12}:assumed-role/[^/\s]+)")

#: Proofs that the client computed itself: over what an answer gave it, or of a secret of the client or the user.
_DERIVED = frozenset(
    {
        *("PASSWORD_CLAIM_SIGNATURE", "CREDENTIAL", "Credential"),
        *("SECRET_HASH", "SecretHash", "SOFTWARE_TOKEN_MFA_CODE", "UserCode"),
        *("TokenCode", "AuthenticationCode1", "AuthenticationCode2"),
    }
)


def has_derived(params: Any) -> bool:
    """Whether the client computed one of the parameters itself."""
    return holds(params, _DERIVED)


def holds(params: Any, names: frozenset[str]) -> bool:
    """Whether a member of one of these names stands anywhere in the parameters."""
    if isinstance(params, Mapping):
        return any(key in names or holds(value, names) for key, value in params.items())
    return isinstance(params, list | tuple) and any(holds(item, names) for item in params)


def encoded(value: Any, spoken: Spoken) -> Any:
    """`value` as JSON; InputError for what no call of AWS can carry."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            found = spoken.reference(value)
            return found if found is not None else spoken.joined(value) or value
        case bytes() | bytearray():
            return {"$bytes": base64.b64encode(value).decode()}
        case datetime():
            return {"$instant": clock.instant(value)}
        case list() | tuple():
            return [encoded(item, spoken) for item in value]
        case Mapping():
            pairs = [(str(key), encoded(inner, spoken)) for key, inner in value.items()]
            return {"$map": pairs} if any(key.startswith("$") for key, _ in pairs) else dict(pairs)
        case _:
            raise InputError(f"a {type(value).__name__} cannot be written to a journal")


def decoded(value: Any, answer: Answers, message: Messages) -> Any:
    """What `encoded` wrote, references looked up by `answer` and `message`; InputError for what it never writes."""
    if isinstance(value, list):
        return [decoded(item, answer, message) for item in value]
    if not isinstance(value, dict):
        return value
    marked = [key for key in value if key.startswith("$")]
    if not marked:
        return {key: decoded(inner, answer, message) for key, inner in value.items()}
    if len(value) != 1:
        raise InputError(f"{marked[0]} stands alone in its object")
    try:
        return _unmarked(marked[0], value[marked[0]], answer, message)
    except (TypeError, ValueError, KeyError, binascii.Error):
        raise InputError(f"{marked[0]} does not hold what it should") from None


def _unmarked(mark: str, held: Any, answer: Answers, message: Messages) -> Any:
    match mark:
        case "$from":
            line, path, *literal = held
            return answer(int(line), tuple(path), *(str(text) for text in literal))
        case "$message":
            return message(held["to"], held["purpose"], int(held["nth"]), bool(held.get("link")))
        case "$joined":
            return "".join(decoded(part, answer, message) for part in held)
        case "$bytes":
            return base64.b64decode(held, validate=True)
        case "$instant":
            return clock.at(held)
        case "$map":
            return {key: decoded(inner, answer, message) for key, inner in held}
        case _:
            raise InputError(f"{mark} means nothing in a journal")


def at_path(value: Any, path: AnswerPath) -> Any:
    """What stands at `path` inside an answer; KeyError, IndexError or TypeError where nothing does."""
    for step in path:
        value = value[step]
    return value


def digest(value: Any) -> str:
    """A digest of a value as JSON, the same in every process."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()[:32]


def canonical(value: Any) -> str:
    """A value as JSON text with sorted keys; bytes and instants have their own forms."""
    return _CANONICAL.encode(value)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | bytearray):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, datetime):
        return {"$instant": clock.instant(value)}
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"an answer holds a {type(value).__name__}, which is no JSON")


def outline(operation: str, response: Mapping[str, Any] | None) -> str:
    """A digest of what stays of an answer when ids and tokens differ: members, numbers, enumerations, bytes, roles."""
    shape = operation_shape(operation).model.output_shape
    return digest(_outline(response, shape))


def _outline(value: Any, shape: Any) -> Any:
    kind = getattr(shape, "type_name", None)
    match value:
        case Mapping() if kind == "structure":
            return {name: _outline(inner, shape.members.get(name)) for name, inner in value.items()}
        case Mapping():
            return {name: _outline(inner, getattr(shape, "value", None)) for name, inner in value.items()}
        case list() | tuple():
            return [_outline(item, getattr(shape, "member", None)) for item in value]
        case str():
            role = _ROLE.match(value)
            return value if getattr(shape, "enum", ()) else role[0] if role else "text"
        case datetime():
            return "instant"
        case bytes() | bytearray() if getattr(shape, "metadata", {}).get("sensitive"):
            return "secret"
        case _:
            return value


#: Made once: `json.dumps` makes an encoder a call.
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=_plain)
