"""What the conditions of a trust policy's statement ask of a token: for each claim the values that would meet them.

A pattern is met by a text with its wildcards filled in; a condition that only excludes is met by a text that nobody
has. What no single text can be made for (a date, an address, a variable) is listed as unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from cogsim.analysis.probes import PROBE
from cogsim.policy.document import Condition, Statement

_WILD = frozenset({"StringLike", "ArnEquals", "ArnLike"})
_POSITIVE = _WILD | {"StringEquals", "StringEqualsIgnoreCase", "Bool", "NumericEquals"}
_NEGATIVE = frozenset({"StringNotEquals", "StringNotLike", "StringNotEqualsIgnoreCase", "ArnNotEquals", "ArnNotLike"})
_TAG, _SOURCE_IDENTITY, _SESSION = "aws:requesttag/", "sts:sourceidentity", "sts:rolesessionname"
_SESSION_NAME = "session"


@dataclass(frozen=True, slots=True)
class Meeting:
    """A value that meets a condition: itself, how tables tell it (`like repo:acme*`; empty where anything does), and
    whether it is the only one."""

    text: str
    shown: str = ""
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one statement asks for: claims of the provider (by name, in lower case), which of them are lists, the tags,
    source identity and names of the session, and the keys for which no value was found."""

    claims: dict[str, tuple[Meeting, ...]] = field(default_factory=dict)
    lists: frozenset[str] = frozenset()
    tags: dict[str, str] = field(default_factory=dict)
    source_identity: str | None = None
    session_names: tuple[str, ...] = (_SESSION_NAME,)
    unknown: tuple[str, ...] = ()

    def of(self, claim: str) -> tuple[Meeting, ...]:
        """The values for a claim; one that nobody has where nothing is asked of it."""
        return self.claims.get(claim) or (Meeting(PROBE),)

    def texts(self, claim: str) -> tuple[str, ...]:
        """The same as texts."""
        return tuple(each.text for each in self.of(claim))

    def states(self, claim: str) -> bool:
        """Whether the statement asks anything of the claim."""
        return claim in self.claims

    def told(self, others: tuple[str, ...]) -> Iterator[str]:
        """What is asked of claims beside `others`, in the words of tables."""
        for claim, values in self.claims.items():
            shown = " or ".join(each.shown for each in values if each.shown)
            if claim not in others and shown:
                yield f"{claim} {shown}"


def wanted(statement: Statement, prefix: str) -> Wanted:
    """What the statement's conditions ask of a token whose keys begin with `prefix`."""
    claims: dict[str, list[Meeting]] = {}
    tags: dict[str, str] = {}
    lists, unknown, names, identity = set[str](), list[str](), list[str](), None
    for condition in statement.conditions:
        key = condition.key.casefold()
        found = _meeting(condition)
        if found is None:
            unknown.append(condition.key)
        elif key.startswith(f"{prefix.casefold()}:"):
            claim = key[len(prefix) + 1 :]
            claims.setdefault(claim, []).extend(found)
            if condition.operator.qualifier is not None:
                lists.add(claim)
        elif key.startswith(_TAG) and found:
            tags[condition.key[len(_TAG) :]] = found[0].text
        elif key == _SOURCE_IDENTITY and found:
            identity = found[0].text
        elif key == _SESSION:
            names += [each.text for each in found]
    settled = {claim: tuple(dict.fromkeys(values)) for claim, values in claims.items() if values}
    session_names = tuple(names) or (_SESSION_NAME,)
    return Wanted(settled, frozenset(lists), tags, identity, session_names, tuple(unknown))


def _meeting(condition: Condition) -> tuple[Meeting, ...] | None:
    """The values that meet one condition, none where absence does; None where no value can be told."""
    name = condition.operator.name
    if name == "Null":
        return () if condition.values == ("true",) else (Meeting(PROBE),)
    if name in _NEGATIVE:
        return (Meeting(PROBE),)
    if name not in _POSITIVE or any("${" in value for value in condition.values):
        return None
    return tuple(_met(value, wild=name in _WILD) for value in condition.values)


def _met(value: str, *, wild: bool) -> Meeting:
    if not wild or not {"*", "?"} & set(value):
        return Meeting(value, value, exact=True)
    filled = value.replace("*", PROBE).replace("?", "x")
    return Meeting(filled, "" if value == "*" else f"like {value}")
