"""Who and what there is in an account's IAM: found by name, and names that are free. # iam:api

Names are one without regard to case, so `Admin` and `admin` cannot both be; whether a call that writes the other case
finds the entity is a switch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions.caller import Caller, IamUser
from cogsim.decisions.refusals import Check, passed, refused
from cogsim.world.iam import ManagedPolicy, User
from cogsim.world.world import World

NO_SUCH_ENTITY = "NoSuchEntity"
EXISTS = "EntityAlreadyExists"
INVALID_INPUT = "InvalidInput"

_LOOKUP = "iam.nameLookup"
_UNSEEN = "iam.unseenTexts"


class Named(Protocol):
    """What IAM keeps under a name."""

    @property
    def arn(self) -> str: ...
    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=Named)
A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Owner:
    """The account whose IAM is spoken to."""

    account: str
    partition: str = "aws"

    def arn(self, kind: str, rest: str) -> str:
        """The ARN of a `user`, `role`, `group`, `policy`, `oidc-provider` or `saml-provider`; `rest` is what follows
        the slash, the path included."""
        return f"arn:{self.partition}:iam::{self.account}:{kind}/{rest}"

    def has(self, arn: str) -> bool:
        return arn.startswith(f"arn:{self.partition}:iam::{self.account}:")


def held(entities: Mapping[str, A], owner: Owner) -> list[A]:
    """What of `entities`, by ARN, the account has."""
    return [entity for arn, entity in entities.items() if owner.has(arn)]


def find(entities: Mapping[str, N], owner: Owner, name: str) -> N | None:
    """The entity of that name, in another case only where the switch says so."""
    folded = None
    for entity in held(entities, owner):
        if entity.name == name:
            return entity
        if entity.name.casefold() == name.casefold():
            folded = entity
    return folded if choice(_LOOKUP) == "without-case" else None


def existing(entities: Mapping[str, N], owner: Owner, kind: str, name: str) -> Decision[N | Refusal]:
    """The entity called `name`, or the refusal; `kind` is user, role or group."""
    question = f"is there a {kind} of that name?"
    found = find(entities, owner, name)
    twin = next((each for each in held(entities, owner) if each.name.casefold() == name.casefold()), None)
    by_case = twin is not None and twin.name != name
    basis, assumption = (Basis.ASSUMED, _LOOKUP) if by_case else (Basis.DOCUMENTED, None)
    if found is not None:
        return decided(found, Step(question, "yes", found.arn, "iam:api", basis, assumption=assumption))
    refusal = Refusal(NO_SUCH_ENTITY, f"The {kind} with name {name} cannot be found.")
    return refused(refusal, question, name, "iam:api", assumption=assumption)


def name_free(entities: Mapping[str, N], owner: Owner, kind: str, name: str) -> Check:
    """Whether nothing has that name, in any case; `kind` is User, Role or Group. # ug:quotas §names"""
    question = f"is the name free for a {kind.lower()}?"
    taken = next((each for each in held(entities, owner) if each.name.casefold() == name.casefold()), None)
    if taken is None:
        return passed(question, name, "ug:quotas")
    return refused(Refusal(EXISTS, f"{kind} with name {name} already exists."), question, taken.arn, "ug:quotas")


def policy_name_free(world: World, owner: Owner, name: str) -> Check:
    """Whether no customer managed policy of the account has that name, whatever its path."""
    question = "is the name free for a policy?"
    policies = held(world.managed_policies, owner)
    taken = next((each for each in policies if each.name.casefold() == name.casefold()), None)
    if taken is None:
        return passed(question, name, "ug:quotas")
    text = f"A policy called {name} already exists. Duplicate names are not allowed."
    return refused(Refusal(EXISTS, text), question, taken.arn, "ug:quotas")


def existing_policy(world: World, owner: Owner, arn: str) -> Decision[ManagedPolicy | Refusal]:
    """The customer managed policy behind `arn`, or the refusal."""
    question = "is there such a policy?"
    found = world.managed_policies.get(arn)
    if found is not None and owner.has(arn):
        return decided(found, Step(question, "yes", arn, "iam:api"))
    if not is_policy_arn(arn):
        return refused(Refusal(INVALID_INPUT, f"ARN {arn} is not valid."), question, arn, "iam:api")
    return refused(Refusal(NO_SUCH_ENTITY, f"Policy {arn} was not found."), question, arn, "iam:api")


def is_policy_arn(arn: str) -> bool:
    """Whether `arn` has the form of a managed policy's."""
    fields = arn.split(":", 5)
    return len(fields) == 6 and fields[0] == "arn" and fields[2:4] == ["iam", ""] and fields[5].startswith("policy/")


def own_user(world: World, caller: Caller) -> Decision[User | Refusal]:
    """The user that a call means which names none: the caller, where that is one. # iam:api §GetUser"""
    question = "which user is meant?"
    user = world.users.get(caller.arn) if isinstance(caller, IamUser) else None
    if user is not None:
        return decided(user, Step(question, "the caller", user.arn, "iam:api"))
    refusal = Refusal("ValidationError", "Must specify userName when calling with non-User credentials")
    return refused(refusal, question, "the caller is no IAM user", "iam:api")


def unseen(code: str, text: str, question: str, found: str, source: str = "iam:api") -> Decision[Any]:
    """A refusal whose text no document shows."""
    refusal = Refusal(code, text if choice(_UNSEEN) == "ours" else "")
    return refused(refusal, question, found, source, assumption=_UNSEEN)
