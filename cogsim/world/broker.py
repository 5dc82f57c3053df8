"""Custom identity brokers: a directory of their own, the credentials they hold, and rules for who gets which session.

A broker signs people in by itself and asks STS, or an identity pool, for a session in their name. Everything that
keeps two people apart is therefore its own work: the session's name, its tags, its policy. What brokers are known to
get wrong are `MISTAKES`; a broker makes none unless the world states it. # ug:console-federation
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cogsim.arn import Arn
from cogsim.errors import InvalidValue, Location, suggest
from cogsim.persistent import Map
from cogsim.world.origin import NOWHERE, Origin, is_placeholder

ASSUME_ROLE, FEDERATE, DEVELOPER = "AssumeRole", "GetFederationToken", "GetOpenIdTokenForDeveloperIdentity"
#: The operations that give a session in somebody else's name.
OPERATIONS = (ASSUME_ROLE, FEDERATE, DEVELOPER)

#: What brokers get wrong, and what it comes to.
MISTAKES: Mapping[str, str] = {
    "client-chooses-session-name": "the session bears the name that the client asks for",
    "client-chooses-tenant": "the tenant is the one in the request, not the one in the directory",
    "disabled-people-admitted": "whether a person is still enabled is not looked at",
    "large-policy-omitted": "a session policy that STS finds too large is left out, and the session is wide",
    "long-term-keys": "people get the broker's own keys",
    "no-session-policy": "no session policy is passed, so each session has all the rights of its role",
    "one-session-name": "all sessions bear one name, and nobody can tell them apart",
    "unescaped-substitution": "values go into the text of the session policy as they are",
}
#: The name of all sessions where they bear one.
SHARED_SESSION_NAME = "broker"

#: `{user}`, `{tenant}`, `{attributes.team}`, `{wish.folder}`; `${…}` is a policy variable and left to IAM.
VARIABLE = re.compile(r"(?<!\$)\{([a-z]+(?:\.[\w-]+)?)\}")
_OF_PEOPLE = ("tenant", "user")


@dataclass(frozen=True, slots=True)
class BrokerPerson:
    """A person in the broker's directory; `attributes` are of the broker's own choice. The password is the one they
    know."""

    name: str
    password: str = field(repr=False)
    tenant: str | None = None
    groups: tuple[str, ...] = ()
    enabled: bool = True
    attributes: Map[str, str] = field(default_factory=Map)
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class BrokerRule:
    """Which session people of `groups` (none: everybody) get. All texts but names, lengths and ids are templates.

    `policy` is a session policy as JSON; `duration` in seconds. GetFederationToken takes no role, external id, source
    identity or transitive tags; for a developer identity, `provider_name` is what the identity pool calls the broker,
    the session name is the user's name there, and the tags are principal tags.
    """

    name: str
    operation: str = ASSUME_ROLE
    groups: tuple[str, ...] = ()
    role_arn: str | None = None
    identity_pool_id: str | None = None
    provider_name: str | None = None
    session_name: str = "{user}"
    duration: int | None = None
    external_id: str | None = None
    source_identity: str | None = None
    tags: Map[str, str] = field(default_factory=Map)
    transitive_tag_keys: tuple[str, ...] = ()
    policy: Any = None
    policy_arns: tuple[str, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.operation not in OPERATIONS:
            raise InvalidValue("Operation", f"{self.operation!r} is not one of {', '.join(OPERATIONS)}")
        for member, stated, wanted in (
            ("RoleArn", self.role_arn, ASSUME_ROLE),
            ("IdentityPoolId", self.identity_pool_id, DEVELOPER),
            ("ProviderName", self.provider_name, DEVELOPER),
        ):
            if (stated is not None) != (self.operation == wanted):
                word = "needs" if self.operation == wanted else "takes no"
                raise InvalidValue(member, f"{self.operation} {word} {member}")
        for member, stated_too in self._of_roles() + self._of_sts():
            if stated_too:
                raise InvalidValue(member, f"{self.operation} takes no {member}")
        if any(VARIABLE.search(key) for key in _keys(self.policy)):
            raise InvalidValue("Policy", "has a variable in a key; values go into texts alone")

    def _of_roles(self) -> tuple[tuple[str, object], ...]:
        """What AssumeRole alone takes, where the rule is of another operation."""
        if self.operation == ASSUME_ROLE:
            return ()
        transitive = ("TransitiveTagKeys", self.transitive_tag_keys)
        return (("ExternalId", self.external_id), ("SourceIdentity", self.source_identity), transitive)

    def _of_sts(self) -> tuple[tuple[str, object], ...]:
        """What STS takes and identity pools do not, where the rule asks one."""
        if self.operation != DEVELOPER:
            return ()
        return (("Policy", self.policy), ("PolicyArns", self.policy_arns))

    def templates(self) -> Iterator[tuple[str, str]]:
        """Every text that values go into, with the name of its property."""
        texts = {"RoleArn": self.role_arn, "SessionName": self.session_name, "SourceIdentity": self.source_identity}
        yield from ((name, text) for name, text in texts.items() if text is not None)
        yield from (("Tags", text) for text in self.tags.values())
        yield from (("Policy", text) for text in _texts(self.policy))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key in value:
            yield from _texts(value[key])
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, str):
        yield value


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key in value:
            yield key
            yield from _keys(value[key])
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _keys(each)


@dataclass(frozen=True, slots=True)
class Broker:
    """A broker. `principal_arn` is the IAM user whose access key it holds, or the role it runs as; `url` is its page;
    `people` are by name; of `rules` the first that fits a person is theirs, and they may ask for another that fits.

    `wishes` are what a client may say of the session it wants (`{wish.folder}`), with the values to choose from, or
    none for any text. `mistakes` are of `MISTAKES`.
    """

    name: str
    principal_arn: str
    people: Map[str, BrokerPerson] = field(default_factory=Map)
    rules: tuple[BrokerRule, ...] = ()
    wishes: Map[str, tuple[str, ...]] = field(default_factory=Map)
    url: str = ""
    mistakes: tuple[str, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)
    mistakes_origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        _check_principal(self.principal_arn)
        _check_mistakes(self.mistakes, self.runs_as_role)
        if not self.rules:
            raise InvalidValue("Rules", "are one at least: without a rule nobody gets a session")
        names = [rule.name for rule in self.rules]
        for number, rule in enumerate(self.rules):
            if rule.name in names[:number]:
                raise InvalidValue(f"Rules.{number}.Name", f"{rule.name!r} names two rules")
            for member, text in rule.templates():
                _check_variables(f"Rules.{number}.{member}", text, self.wishes)

    @property
    def runs_as_role(self) -> bool:
        """Whether its credentials are a role's session and not a user's key."""
        arn = Arn.try_parse(self.principal_arn)
        return arn is not None and arn.resource.startswith("role/")

    def makes(self, mistake: str) -> bool:
        """Whether it makes that mistake, one of `MISTAKES`."""
        return mistake in self.mistakes

    def mistake_at(self, mistake: str) -> Location | None:
        """The line that states a mistake it makes."""
        return self.mistakes_origin.at(f"Mistakes.{self.mistakes.index(mistake)}")

    def rules_of(self, person: BrokerPerson) -> tuple[BrokerRule, ...]:
        """The rules that fit a person, in their order."""
        return tuple(rule for rule in self.rules if not rule.groups or set(rule.groups) & set(person.groups))


def _check_principal(arn: str) -> None:
    parsed = Arn.try_parse(arn)
    kind = parsed.resource.partition("/")[0] if parsed is not None and parsed.service == "iam" else ""
    if kind not in ("user", "role") and not is_placeholder(arn):
        raise InvalidValue("Principal", f"{arn!r} must be the ARN of an IAM user or role")


def _check_mistakes(mistakes: tuple[str, ...], runs_as_role: bool) -> None:
    for number, mistake in enumerate(mistakes):
        if mistake not in MISTAKES:
            near = suggest(mistake, MISTAKES)
            hint = f"; did you mean {near!r}?" if near else f": there are {', '.join(MISTAKES)}"
            raise InvalidValue(f"Mistakes.{number}", f"{mistake!r} is none that is known{hint}")
    if "long-term-keys" in mistakes and runs_as_role:
        raise InvalidValue("Mistakes", "a broker that runs as a role has no long-term keys to hand out")


def _check_variables(path: str, text: str, wishes: Mapping[str, object]) -> None:
    for name in VARIABLE.findall(text):
        kind, _, rest = name.partition(".")
        if kind == "wish" and rest and rest not in wishes:
            raise InvalidValue(path, f"speaks of {{{name}}}, which is not among the Wishes")
        if name not in _OF_PEOPLE and not (rest and kind in ("attributes", "wish")):
            known = ", ".join(f"{{{each}}}" for each in (*_OF_PEOPLE, "attributes.NAME", "wish.NAME"))
            raise InvalidValue(path, f"speaks of {{{name}}}; there are {known}")
