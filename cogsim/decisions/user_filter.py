"""The filter of ListUsers: `attribute = "value"` or `attribute ^= "value"`, one attribute at a time. # idp:ListUsers"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cogsim.assumptions import choice
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.refusals import INVALID_PARAMETER, UNSEEN_TEXTS, Check, passed, refused
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool

_SOURCE = "idp:ListUsers"
#: An attribute, perhaps quoted, the kind of match, and a quoted value in which a backslash takes quotation marks in.
_GRAMMAR = re.compile(
    r'\s*(?P<quote>"?)(?P<attribute>[\w:]+)(?P=quote)\s*(?P<kind>\^?=)\s*"(?P<value>(?:[^"\\]|\\.)*)"\s*'
)
_UNPARSABLE = Refusal(INVALID_PARAMETER, "Error while parsing filter.")
_NOT_THERE = Refusal(INVALID_PARAMETER, "One or more requested attributes do not exist.")
_UNSET = "cognito.attributesToGetUnset"

Read = Callable[[PoolUser], str | None]


def _of_attribute(name: str) -> Read:
    return lambda user: user.attributes.get(name)


#: What can be searched for, and where it is found. # idp:ListUsers
_SEARCHABLE: dict[str, Read] = {
    "username": lambda user: user.username,
    "sub": lambda user: user.sub,
    "status": lambda user: "Enabled" if user.enabled else "Disabled",
    "cognito:user_status": lambda user: str(user.status).lower(),
    **{
        name: _of_attribute(name)
        for name in ("email", "phone_number", "name", "given_name", "family_name", "preferred_username")
    },
}


@dataclass(frozen=True, slots=True)
class Filter:
    """What is looked for: the attribute, the value, and whether it need only begin so."""

    attribute: str
    value: str
    prefix: bool = False

    def admits(self, user: PoolUser) -> bool:
        """Whether `user` is looked for; a user without the attribute never is."""
        held = _SEARCHABLE[self.attribute](user)
        if held is None:
            return False
        wanted = self.value.lower() if self.attribute == "cognito:user_status" else self.value
        return held.startswith(wanted) if self.prefix else held == wanted


def read_filter(text: str | None) -> Decision[Filter | Refusal | None]:
    """The filter that `text` writes; None where it looks for everybody (an empty text too)."""
    question = "who is looked for?"
    if text is None or not text.strip():
        return decided(None, Step(question, "everybody", "no filter", _SOURCE))
    written = _GRAMMAR.fullmatch(text)
    if written is None:
        return refused(_UNPARSABLE, question, "not: attribute = or ^= a quoted value", _SOURCE)
    attribute = written["attribute"]
    if attribute not in _SEARCHABLE:
        refusal = Refusal(INVALID_PARAMETER, f"Invalid search attribute: {attribute}")
        return refused(refusal, question, "an attribute that is not searched", _SOURCE, assumption=UNSEEN_TEXTS)
    found = Filter(attribute, re.sub(r"\\(.)", r"\1", written["value"]), prefix=written["kind"] == "^=")
    return decided(found, Step(question, f"{attribute} {written['kind']}", "", _SOURCE, decides=True))


def check_attributes(pool: UserPool, names: Iterable[str]) -> Check:
    """Whether the pool's users can have the attributes that are asked for."""
    question = "are there such attributes?"
    unknown = [name for name in names if pool.attribute(name) is None]
    if unknown:
        return refused(_NOT_THERE, question, ", ".join(unknown), _SOURCE, assumption=UNSEEN_TEXTS)
    return passed(question, "all", _SOURCE)


def check_all_set(names: Iterable[str], users: Iterable[PoolUser]) -> Check:
    """Whether every listed user has the attributes that are asked for, where that is assumed to matter."""
    question, wanted = "does every user have the attributes asked for?", [name for name in names if name != "sub"]
    if choice(_UNSET) == "omitted":
        return passed(question, "those without are listed without", _SOURCE, answer="not asked", assumption=_UNSET)
    for user in users:
        if not all(user.attributes.get(name) for name in wanted):
            return refused(_NOT_THERE, question, user.username, _SOURCE, assumption=_UNSET)
    return passed(question, ", ".join(wanted), _SOURCE, assumption=_UNSET)
