"""The values of a journal: how parameters are written so that they can be read again, also on a changed world.

`{"$from": [line, path]}` is what the answer to the call at that line holds at that path; `{"$message": {to, purpose,
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
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cogsim import clock
from cogsim.aws.mailbox import Message, messages
from cogsim.aws.model import operation_shape
from cogsim.errors import InputError

if TYPE_CHECKING:
    from cogsim.aws.state import State

#: Where in an answer: member names and positions.
AnswerPath = tuple[str | int, ...]

#: Texts shorter than this are never taken for an answer's: `Bearer` is not a token.
_SHORTEST = 8
#: Ids that stand inside longer texts: an identity's id in an object's key.
_EMBEDDED = re.compile(r"(?:[a-z]{2}(?:-[a-z]+)+-\d:)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

#: Proofs that the client computed over what the answer before gave it; they fit no other answer.
_OVER_ANSWERS = frozenset({"PASSWORD_CLAIM_SIGNATURE", "CREDENTIAL", "Credential"})
#: Those, and proofs of a secret of the client or the user.
_DERIVED = _OVER_ANSWERS | {
    *("SECRET_HASH", "SecretHash", "SOFTWARE_TOKEN_MFA_CODE", "UserCode"),
    *("TokenCode", "AuthenticationCode1", "AuthenticationCode2"),
}


class References:
    """Where values came from, as far as the journal is written: answers by value, messages by code."""

    def __init__(self, state: State) -> None:
        self._answers: dict[str, tuple[int, AnswerPath]] = {}
        self._given: set[str] = set()
        self._codes: dict[str, list[tuple[float, dict[str, Any]]]] = {}
        counts: Counter[tuple[str, str]] = Counter()
        for message in messages(state):
            about = _about(message)
            reference = {"to": message.to, "purpose": message.purpose, "nth": counts[about]}
            self._codes.setdefault(message.code, []).append((message.at, reference))
            if message.link is not None:
                self._codes.setdefault(message.link, []).append((message.at, {**reference, "link": True}))
            counts[about] += 1

    def at(self, instant: float) -> Spoken:
        """The references that a call made at that instant may use."""
        return Spoken(self._answers, self._codes, instant)

    def heard(self, params: Any) -> None:
        """Take in what a client says: what no answer said before is its own, and stays literal from now on."""
        self._given.update(text for _, text in _texts(params, None) if text not in self._answers)

    def answered(self, line: int, operation: str, response: Mapping[str, Any] | None) -> None:
        """Take in the answer to the call at `line`."""
        shape = operation_shape(operation).model.output_shape
        for path, text in _texts(response or {}, shape):
            if len(text) >= _SHORTEST and text not in self._given:
                self._answers.setdefault(text, (line, path))


class Spoken:
    """The values one call may refer to; `used` are those of answers that it did."""

    def __init__(
        self,
        answers: Mapping[str, tuple[int, AnswerPath]],
        codes: Mapping[str, list[tuple[float, dict[str, Any]]]],
        instant: float,
    ) -> None:
        self._answers = answers
        self._codes = codes
        self._instant = instant
        self.used: list[str] = []

    def reference(self, text: str) -> Any:
        """`text` as a reference, or None where it is the caller's own. Of equal codes the latest is meant."""
        if text in self._answers:
            self.used.append(text)
            line, path = self._answers[text]
            return {"$from": [line, list(path)]}
        sent = [reference for at, reference in self._codes.get(text, ()) if text and at <= self._instant]
        return {"$message": sent[-1]} if sent else None

    def joined(self, text: str) -> Any:
        """`text` with the ids of earlier answers in it taken out, or None where it has none."""
        parts: list[Any] = []
        done = 0
        for match in _EMBEDDED.finditer(text):
            if match[0] in self._answers:
                parts += [text[done : match.start()], self.reference(match[0])]
                done = match.end()
        return {"$joined": [part for part in (*parts, text[done:]) if part != ""]} if parts else None

    def derived(self, params: Any) -> str | None:
        """A digest of the answers that the call's proof was computed over; None where it has no such proof."""
        return digest(sorted(self.used)) if _holds(params, _OVER_ANSWERS) else None


def has_derived(params: Any) -> bool:
    """Whether the client computed one of the parameters itself."""
    return _holds(params, _DERIVED)


def _holds(params: Any, names: frozenset[str]) -> bool:
    if isinstance(params, Mapping):
        return any(key in names or _holds(value, names) for key, value in params.items())
    return isinstance(params, list | tuple) and any(_holds(item, names) for item in params)


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


def decoded(value: Any, answer: Callable[[int, AnswerPath], str], message: Callable[[str, str, int, bool], str]) -> Any:
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


def _unmarked(
    mark: str, held: Any, answer: Callable[[int, AnswerPath], str], message: Callable[[str, str, int, bool], str]
) -> Any:
    match mark:
        case "$from":
            line, path = held
            return answer(int(line), tuple(path))
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


def nth_code(state: State, to: str, purpose: str, nth: int, link: bool = False) -> str:
    """The code, or the `link`, in the nth message of `purpose` to `to`; IndexError where there is none."""
    found = [message for message in messages(state) if _about(message) == (to, purpose)][nth]
    if link and found.link is None:
        raise IndexError("the message holds no link")
    return found.link or "" if link else found.code


def _about(message: Message) -> tuple[str, str]:
    return (message.to, message.purpose)


def digest(value: Any) -> str:
    """A digest of a value as JSON, the same in every process."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()[:32]


def canonical(value: Any) -> str:
    """A value as JSON text with sorted keys; bytes and instants have their own forms."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | bytearray):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, datetime):
        return {"$instant": clock.instant(value)}
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"an answer holds a {type(value).__name__}, which is no JSON")


def outline(operation: str, response: Mapping[str, Any] | None) -> str:
    """A digest of what stays of an answer when ids and tokens differ: its members, numbers, enumerations and bytes."""
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
            return value if getattr(shape, "enum", ()) else "text"
        case datetime():
            return "instant"
        case bytes() | bytearray() if getattr(shape, "metadata", {}).get("sensitive"):
            return "secret"
        case _:
            return value


def _texts(value: Any, shape: Any, path: AnswerPath = ()) -> Iterator[tuple[AnswerPath, str]]:
    """The texts in a value with their paths; enumerations are words of AWS, nobody's own."""
    if isinstance(value, str):
        if not getattr(shape, "enum", ()):
            yield path, value
    elif isinstance(value, Mapping):
        for name in sorted(value):
            inner = shape.members.get(name) if getattr(shape, "members", None) else getattr(shape, "value", None)
            yield from _texts(value[name], inner, (*path, name))
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            yield from _texts(item, getattr(shape, "member", None), (*path, number))
