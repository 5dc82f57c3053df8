"""Where the values of a journal came from: which answer gave a text first, and which message held a code.

1. A text is known by 16 bytes of its digest, so that the memory of a long run is a few dozen bytes a text, whatever
   its size, and holds no secret.
2. What a client said before any answer did is its own, and stays literal.
3. A code is the latest message's that had been delivered when the call was made: a later message with the same code
   was never read by that caller.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cogsim.aws.journal_values import AnswerPath, digest, holds
from cogsim.aws.mailbox import Message, delivered, message
from cogsim.aws.model import operation_shape
from cogsim.aws.state import State

#: Texts shorter than this are never taken for an answer's: `Bearer` is not a token.
_SHORTEST = 8
#: Ids that stand inside longer texts: an identity's id in an object's key.
_EMBEDDED = re.compile(r"(?:[a-z]{2}(?:-[a-z]+)+-\d:)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: Proofs that the client computed over what the answer before gave it; they fit no other answer.
OVER_ANSWERS = frozenset({"PASSWORD_CLAIM_SIGNATURE", "CREDENTIAL", "Credential"})


class Deliveries:
    """The messages of a run as they come: which is the nth of its purpose to its recipient, and which held a code."""

    def __init__(self) -> None:
        self._taken = 0
        self._about: dict[tuple[str, str], list[int]] = {}
        self._codes: dict[str, list[tuple[int, dict[str, Any]]]] = {}

    def take(self, state: State) -> None:
        """Take in the messages delivered since the last time."""
        for number in range(self._taken, delivered(state)):
            found = message(state, number)
            earlier = self._about.setdefault((found.to, found.purpose), [])
            reference = {"to": found.to, "purpose": found.purpose, "nth": len(earlier)}
            if found.code:
                self._codes.setdefault(found.code, []).append((number, reference))
            if found.link:
                self._codes.setdefault(found.link, []).append((number, {**reference, "link": True}))
            earlier.append(number)
            self._taken = number + 1

    def nth(self, state: State, to: str, purpose: str, nth: int) -> Message:
        """The nth message of `purpose` to `to`, from 0; IndexError where there is none."""
        if nth < 0:
            raise IndexError("messages count from 0")
        return message(state, self._about.get((to, purpose), [])[nth])

    def reference(self, text: str, before: int) -> dict[str, Any] | None:
        """The latest message numbered below `before` that held `text` as its code or link; None where none did."""
        sent = self._codes.get(text)
        at = bisect_left(sent, before, key=lambda entry: entry[0]) if sent else 0
        return sent[at - 1][1] if sent and at else None


@dataclass(frozen=True, slots=True)
class Sayings:
    """What references remember, as a value: texts of answers by digest, with line and path, and what clients said."""

    answers: dict[bytes, tuple[int, AnswerPath]]
    given: frozenset[bytes]


class References:
    """Where values came from, as far as the journal is written."""

    def __init__(self, told: Sayings | None = None) -> None:
        self._answers: dict[bytes, tuple[int, AnswerPath]] = dict(told.answers) if told else {}
        self._given: set[bytes] = set(told.given) if told else set()
        self.deliveries = Deliveries()
        #: What answers of lines up to this one gave is written out beside the reference: a replay that begins after
        #: that line has no such answers.
        self.apart = 0

    def sayings(self) -> Sayings:
        """What is remembered now, but the messages: those are in the state."""
        return Sayings(dict(self._answers), frozenset(self._given))

    def before(self, messages: int) -> Spoken:
        """The references that a call may use when the first `messages` messages had been delivered."""
        return Spoken(self, messages)

    def answer(self, text: str) -> tuple[int, AnswerPath] | None:
        """The line and path where an answer gave `text` first; None where none did."""
        return self._answers.get(_mark(text)) if len(text) >= _SHORTEST else None

    def heard(self, params: Any) -> None:
        """Take in what a client says: what no answer said before is its own, and stays literal from now on."""
        for _, text in _texts(params, None):
            mark = _mark(text)
            if mark not in self._answers:
                self._given.add(mark)

    def answered(self, line: int, operation: str, response: Mapping[str, Any] | None) -> None:
        """Take in the answer to the call at `line`."""
        if not response:
            return
        for path, text in _texts(response, operation_shape(operation).model.output_shape):
            mark = _mark(text)
            if mark not in self._given:
                self._answers.setdefault(mark, (line, path))


class Spoken:
    """The values one call may refer to; `used` are those of answers that it did."""

    def __init__(self, references: References, messages: int) -> None:
        self._references = references
        self._messages = messages
        self.used: list[str] = []

    def reference(self, text: str) -> Any:
        """`text` as a reference, or None where it is the caller's own. Of equal codes the latest is meant."""
        found = self._references.answer(text)
        if found is not None:
            self.used.append(text)
            line, path = found
            return {"$from": [line, list(path), text] if line <= self._references.apart else [line, list(path)]}
        sent = self._references.deliveries.reference(text, self._messages)
        return {"$message": sent} if sent else None

    def joined(self, text: str) -> Any:
        """`text` with the ids of earlier answers in it taken out, or None where it has none."""
        parts: list[Any] = []
        done = 0
        for match in _EMBEDDED.finditer(text) if "-" in text else ():
            if self._references.answer(match[0]) is not None:
                parts += [text[done : match.start()], self.reference(match[0])]
                done = match.end()
        return {"$joined": [part for part in (*parts, text[done:]) if part != ""]} if parts else None

    def derived(self, params: Any) -> str | None:
        """A digest of the answers that the call's proof was computed over; None where it has no such proof."""
        return digest(sorted(self.used)) if holds(params, OVER_ANSWERS) else None


def _mark(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _texts(value: Any, shape: Any, path: AnswerPath = ()) -> Iterator[tuple[AnswerPath, str]]:
    """The texts in a value that could be an answer's, with their paths; enumerations are words of AWS, nobody's own."""
    if isinstance(value, str):
        if len(value) >= _SHORTEST and not getattr(shape, "enum", ()):
            yield path, value
    elif isinstance(value, Mapping):
        for name in sorted(value):
            inner = shape.members.get(name) if getattr(shape, "members", None) else getattr(shape, "value", None)
            yield from _texts(value[name], inner, (*path, name))
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            yield from _texts(item, getattr(shape, "member", None), (*path, number))
