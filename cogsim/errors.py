"""The errors cogsim raises: AWS's own, ours for what is not modelled, and a user's bad input with its place."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in an input file; lines and columns count from 1, and 0 means that the file says no more."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}" if self.column else f"{self.file}:{self.line}"


class CogsimError(Exception):
    """Every error that a user's input or request can cause; anything else that escapes is a bug of ours."""


class AwsError(CogsimError):
    """An error as AWS answers it: the code on the wire, the message, and further members of the error shape."""

    def __init__(self, code: str, message: str = "", **members: object) -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.message = message
        self.members = members

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild_aws_error, (self.code, self.message, self.members))


def _rebuild_aws_error(code: str, message: str, members: dict[str, object]) -> AwsError:
    return AwsError(code, message, **members)


class NotModelled(CogsimError):
    """Something AWS has and cogsim does not: never answered by a guess, always named."""

    def __init__(self, what: str, parameter: str | None = None, hint: str = "") -> None:
        subject = f"{what} with {parameter}" if parameter else what
        super().__init__(f"{subject} is not modelled" + (f": {hint}" if hint else ""))
        self.what = what
        self.parameter = parameter
        self.hint = hint


class InvalidValue(CogsimError):
    """A noun's constructor refused a value: which member, and the rule it broke. Adapters add the place."""

    def __init__(self, path: str, rule: str) -> None:
        super().__init__(f"{path}: {rule}" if path else rule)
        self.path = path
        self.rule = rule


class InputError(CogsimError):
    """Bad input of a user: a message, where it stands, and what might have been meant. Exit code 2."""

    def __init__(self, message: str, location: Location | None = None, suggestion: str | None = None) -> None:
        self.message = message
        self.location = location
        self.suggestion = suggestion
        super().__init__(str(self))

    def __str__(self) -> str:
        place = f"{self.location}: " if self.location else ""
        hint = f" (did you mean {self.suggestion!r}?)" if self.suggestion else ""
        return f"{place}{self.message}{hint}"


def suggest(word: str, choices: Iterable[str]) -> str | None:
    """The choice nearest to `word`, compared without case, or None where nothing is near."""
    by_folded = {choice.casefold(): choice for choice in sorted(choices)}
    near = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[near[0]] if near else None
