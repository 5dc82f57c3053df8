"""What the doctor is asked: which call, by whom, with which proof; names are resolved once, to ids and ARNs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from cogsim.arn import Arn
from cogsim.errors import InputError, suggest
from cogsim.world.names import find, find_client, find_identity_pool, is_named
from cogsim.world.world import World

#: The operations whose failure is explained, by their short names.
OPERATIONS = {
    "GetId": "cognito-identity:GetId",
    "GetCredentialsForIdentity": "cognito-identity:GetCredentialsForIdentity",
    "GetOpenIdToken": "cognito-identity:GetOpenIdToken",
    "GetOpenIdTokenForDeveloperIdentity": "cognito-identity:GetOpenIdTokenForDeveloperIdentity",
    "AssumeRole": "sts:AssumeRole",
    "AssumeRoleWithSAML": "sts:AssumeRoleWithSAML",
    "AssumeRoleWithWebIdentity": "sts:AssumeRoleWithWebIdentity",
}

#: Those that an IAM user signs.
_SIGNED = (OPERATIONS["AssumeRole"], OPERATIONS["GetOpenIdTokenForDeveloperIdentity"])

GUEST = "guest"


class PersonKind(StrEnum):
    """Where somebody is known, which says how they get a proof of who they are."""

    GUEST = "guest"
    POOL_USER = "user of a user pool"
    DIRECTORY = "user of an AD FS"
    ACCOUNT = "user of an OpenID Connect provider"
    REPOSITORY = "repository of GitHub"
    IAM_USER = "IAM user"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the world: `home` is the pool's id, the entity id, the issuer or the user's ARN."""

    kind: PersonKind
    name: str
    home: str = ""

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Question:
    """One question, resolved. `person` or one of `token` and `assertion` says who asks; `role_arn` is the role to
    assume, or the CustomRoleArn; `provider` is the name that the login goes by, or the SAML provider's ARN; `via` are
    roles that an IAM user assumes one after the other first; seconds in `at` (None: the simulation's own) and
    `duration`."""

    operation: str
    person: Person | None = None
    token: str | None = field(default=None, repr=False)
    assertion: str | None = field(default=None, repr=False)
    client_id: str | None = None
    pool_id: str | None = None
    provider: str | None = None
    role_arn: str | None = None
    developer_user: str | None = None
    via: tuple[str, ...] = ()
    at: float | None = None
    duration: int | None = None
    session_name: str = "doctor"
    external_id: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    source_identity: str | None = None
    policy: str | None = None
    mfa: bool = False
    audience: str | None = None
    environment: str | None = None
    seed: str = "doctor"

    @property
    def name(self) -> str:
        """The operation without its service."""
        return self.operation.partition(":")[2]

    def __str__(self) -> str:
        held = "an assertion" if self.assertion is not None else "a token" if self.token is not None else "nobody"
        who = str(self.person) if self.person is not None else f"the bearer of {held}"
        through = f" in {self.pool_id}" if self.pool_id is not None else ""
        role = f" for {self.role_arn}" if self.role_arn is not None else ""
        return f"{self.name} by {who}{through}{role}"


def resolve(world: World, operation: str, **asked: Any) -> Question:
    """The question with every name looked up; InputError for what is unknown or does not go together."""
    full = operation_named(operation)
    who, via = asked.pop("who", None), tuple(asked.pop("via", ()) or ())
    client, pool = asked.pop("client", None), asked.pop("identity_pool", None)
    provider, role, tags = asked.pop("provider", None), asked.pop("role", None), asked.pop("tags", None)
    needs_pool = full.startswith("cognito-identity:")
    through = None if client is None else find_client(world, client)
    signs = full in _SIGNED or asked.get("developer_user") is not None
    person = None if who is None else find_person(world, who, signs, through.pool_id if through is not None else None)
    guest = person is not None and person.kind is PersonKind.GUEST
    question = Question(
        full,
        person,
        client_id=None if through is None else through.id,
        pool_id=find_identity_pool(world, pool) if needs_pool or guest or pool is not None else None,
        provider=None if provider is None else _provider(world, provider),
        role_arn=None if role is None else role_named(world, role),
        via=tuple(role_named(world, each) for each in via),
        tags=_pairs(tags),
        **asked,
    )
    _check(question)
    return question


def operation_named(name: str) -> str:
    """The operation with its service; its name may come without, and in any case of letters."""
    short = name.rpartition(":")[2]
    for known, full in OPERATIONS.items():
        if short.casefold() == known.casefold() and name.casefold() in (full.casefold(), known.casefold()):
            return full
    raise InputError(
        f"the doctor knows nothing of {name!r}; it knows {', '.join(OPERATIONS)}", suggestion=suggest(short, OPERATIONS)
    )


def _check(question: Question) -> None:
    proofs = [each for each in (question.person, question.token, question.assertion) if each is not None]
    if len(proofs) > 1:
        raise InputError("say one of: who asks, a token, an assertion")
    name = question.name
    if not proofs and question.developer_user is None:
        raise InputError(f"say who asks {name}: a user's name, guest, a token or an assertion")
    if name.startswith("AssumeRole") and question.role_arn is None:
        raise InputError(f"say the role that {name} is asked for")
    signs = question.person is not None and question.person.kind is PersonKind.IAM_USER
    if name == "AssumeRole" and not signs:
        raise InputError("AssumeRole is asked by an IAM user: name one")
    if name == "GetOpenIdTokenForDeveloperIdentity" and not (signs and question.developer_user is not None):
        raise InputError("GetOpenIdTokenForDeveloperIdentity is asked by an IAM user for a developer's user: name both")
    if question.via and name != "AssumeRole":
        raise InputError("roles on the way (via) go with AssumeRole")
    if signs and name != "AssumeRole" and question.developer_user is None:
        raise InputError(f"an IAM user has no login for {name}: name the developer's user, or ask AssumeRole")


def find_person(world: World, who: str, signs: bool = False, pool_id: str | None = None) -> Person:
    """Whom a name means: `guest`, a user of a pool, an AD FS or a provider, a repository, or an IAM user. Of several
    those count who can ask: IAM users where the call is signed, else the others; in the user pool that is named."""
    if who == GUEST:
        return Person(PersonKind.GUEST, GUEST)
    everybody = _people(world, who)
    fitting = [each for each in everybody if (each.kind is PersonKind.IAM_USER) is signs]
    if pool_id is not None:
        fitting = [each for each in fitting if each.home == pool_id] or fitting
    found = fitting or everybody
    if len(found) == 1:
        return found[0]
    if found:
        told = ", ".join(f"{each.kind} {each.home}" for each in found)
        raise InputError(f"{who!r} is {len(found)} people: {told}; name the app client, or write a sub or an ARN")
    names = [user.username for user in world.pool_users.values()] if len(world.pool_users) < 10_000 else []
    names += [user.upn for each in world.ad_fs.values() for user in each.users.values()]
    names += [name for each in world.oidc_issuers.values() for name in (*each.users, *each.repositories)]
    names += [user.name for user in world.users.values()]
    raise InputError(f"nobody is called {who!r}", suggestion=suggest(who, [*names, GUEST]))


def _people(world: World, who: str) -> list[Person]:
    found = []
    for pool in world.user_pools.values():
        username = world.resolve_username(pool, who) or world.subs.get((pool.id, who))
        if username is not None:
            found.append(Person(PersonKind.POOL_USER, username, pool.id))
    for entity, directory in world.ad_fs.items():
        if who.lower() in directory.users:
            found.append(Person(PersonKind.DIRECTORY, who.lower(), entity))
    for url, issuer in world.oidc_issuers.items():
        if who in issuer.users:
            found.append(Person(PersonKind.ACCOUNT, who, url))
        if who in issuer.repositories:
            found.append(Person(PersonKind.REPOSITORY, who, url))
    for arn, user in world.users.items():
        if who in (user.name, arn, user.origin.logical_id):
            found.append(Person(PersonKind.IAM_USER, user.name, arn))
    return found


def role_named(world: World, name: str) -> str:
    """The ARN of the role with this name, logical id or ARN; an ARN is taken as it is, for it may be what is wrong."""
    if Arn.try_parse(name) is not None:
        return name
    if is_named(world, name):
        ref = find(world, name)
        arn = ref.attributes.get("Arn", "")
        if arn in world.roles:
            return arn
    called = [arn for arn, role in world.roles.items() if role.name == name]
    if len(called) == 1:
        return called[0]
    if called:
        raise InputError(f"{name!r} is a role of {len(called)} accounts: write its ARN")
    raise InputError(
        f"no role is called {name!r}", suggestion=suggest(name, [each.name for each in world.roles.values()])
    )


def _provider(world: World, name: str) -> str:
    """A login's name as it is written; a logical id stands for the SAML provider's ARN."""
    if is_named(world, name):
        found = find(world, name)
        for text in (found.ref, found.attributes.get("Arn", "")):
            if text in world.saml_providers:
                return text
        for text in (found.attributes.get("ProviderName", ""), found.ref):
            if text:
                return text
    return name


def _pairs(tags: Mapping[str, str] | Sequence[tuple[str, str]] | None) -> tuple[tuple[str, str], ...]:
    return tuple(tags.items() if isinstance(tags, Mapping) else tags or ())
