"""Which people of a directory or a provider no rule and no policy can tell apart: one of them is asked for all.

1. What of a person some condition compares, some rule of a pool reads, or some function may look at, tells them apart.
2. What policies only put into the names of resources tells a person apart where it stands in the question itself; in
   tables, which ask for everybody's own place, names and ids do not.
3. Of everything else only what AWS says of its form counts: the decisions that read it are asked whether they take it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from cogsim.analysis.directory_people import pool_metadata
from cogsim.analysis.issuer_people import is_of
from cogsim.analysis.passage import NOW
from cogsim.analysis.policies import hanging
from cogsim.decision import Refusal
from cogsim.decisions.adfs_claims import issued_claims
from cogsim.decisions.federated_attributes import mapped_attributes, profile_of
from cogsim.decisions.federated_oidc import scope_of
from cogsim.decisions.federated_saml import entity_id
from cogsim.decisions.linking import federated_name, identities
from cogsim.decisions.oidc_issue import user_info
from cogsim.decisions.saml_attributes import (
    CONDITION_KEYS,
    ROLE,
    SESSION_NAME,
    SOURCE_IDENTITY,
    TAG,
    console_duration,
    session_claims_of,
    session_name,
)
from cogsim.decisions.session_policies import packed_tags
from cogsim.decisions.token_session import session_claims
from cogsim.persistent import Map
from cogsim.policy.document import Policy
from cogsim.tokens.saml import Assertion
from cogsim.world.external_oidc import OidcIssuer, OidcUser
from cogsim.world.external_saml import AdFs, DirectoryUser
from cogsim.world.pool_members import UserPoolIdentityProvider
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

T = TypeVar("T")

_VARIABLE = re.compile(r"\$\{([^}*?$,]+)")
#: Longer values, and those that cannot be printed, are looked at as they are: AWS bounds what they add up to.
_SHORT = 100
#: What every rule reads: a value under this key always tells apart.
_COMPARED = "a rule"
_IDENTITY = "cognito-identity.amazonaws.com:sub"
_SESSION_KEYS = frozenset({"sts:rolesessionname", "aws:userid"})
#: Keys that name a person, so that everybody's own place is asked for in tables.
_NAMES = frozenset({*_SESSION_KEYS, _IDENTITY, "saml:sub"})
#: Services whose condition keys tell of the request alone.
_OF_REQUESTS = ("s3:", "dynamodb:")
_NAME_ID = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier"


@dataclass(frozen=True, slots=True)
class Readings:
    """What policies and pools read: keys (folded) that are compared, keys that only name resources, and for each claim
    the keys that pools make of it; `known` are the values by which somebody of the world is found already; `asked` is
    the text of the question, None for tables."""

    compared: frozenset[str]
    inserted: frozenset[str]
    claims: Mapping[str, frozenset[str]]
    known: frozenset[str]
    asked: str | None

    def seen(self, value: str, keys: Iterable[str]) -> str:
        """What of a value tells its owner apart, where it is known under these keys."""
        folded = frozenset(key.casefold() for key in keys)
        if folded & self.compared or value.casefold() in self.known:
            return f"={value}"
        if folded & self.inserted:
            if self.asked is None and not folded & self.inserted <= _NAMES:
                return f"={value}"
            if self.asked is not None and value and value in self.asked:
                return f"={value}"
        return _form(value)


def readings(world: World, asked: str | None = None) -> Readings:
    """What the world reads of people; `asked` is the question's resource and context as one text."""
    compared, inserted = {_COMPARED}, set[str]()
    for policy in _policies(world):
        _read(policy, compared, inserted)
    if any(kind == "AWS" and ":assumed-role/" in value for value, kind in _principals(world)):
        compared |= _SESSION_KEYS
    return Readings(frozenset(compared), frozenset(inserted - compared), _claims(world), _known(world), asked)


def _known(world: World) -> frozenset[str]:
    """Names, addresses, linked identities and logins of users and identities that are there, folded."""
    found = {value for _, _, value in (*world.aliases, *world.logins)}
    for (_, username), user in world.pool_users.items():
        found.update((username, username.partition("_")[2]))
        found.update(identity.value for identity in identities(user))
    return frozenset(value.casefold() for value in found if value)


def _policies(world: World) -> Iterator[Policy]:
    yield from (held.policy for held in hanging(world))
    yield from (role.trust for role in world.roles.values())


def _principals(world: World) -> Iterator[tuple[str, str]]:
    for policy in _policies(world):
        for statement in policy.statements:
            if statement.principals is not None:
                yield from ((value, kind) for kind, value in statement.principals.entries)


def _read(policy: Policy, compared: set[str], inserted: set[str]) -> None:
    for statement in policy.statements:
        for condition in statement.conditions:
            key = condition.key.casefold()
            compared.add(key)
            found = {name.strip().casefold() for text in condition.values for name in _VARIABLE.findall(text)}
            (inserted if key.startswith(_OF_REQUESTS) else compared).update(found)
        for text in statement.resources.values if statement.resources else ():
            inserted.update(name.strip().casefold() for name in _VARIABLE.findall(text))


def _claims(world: World) -> dict[str, frozenset[str]]:
    """For each claim the keys that identity pools make of it, and of the attributes that user pools fill with it."""
    found: dict[str, set[str]] = {}
    for pool in world.identity_pools.values():
        for mapping in pool.role_mappings.values():
            for rule in mapping.rules:
                found.setdefault(rule.claim, set()).add(_COMPARED)
        for tags in pool.principal_tags.values():
            defaults = {"username": ("sub", "user_id", f"{_NAME_ID[:-14]}name"), "client": ("aud", _NAME_ID)}
            pairs = [(tag, claim) for tag, claims in defaults.items() for claim in claims] if tags.use_defaults else []
            for tag, claim in (*pairs, *tags.tags.items()):
                found.setdefault(claim, set()).update(_tag_keys(tag))
    for provider in world.pool_providers.values():
        user_pool = world.user_pools.get(provider.pool_id)
        for attribute, claim in provider.mapping.items():
            keys = {_COMPARED} if user_pool is not None and user_pool.triggers else found.get(attribute, set())
            found.setdefault(claim, set()).update(keys)
    return {claim: frozenset(keys) for claim, keys in found.items()}


def inserted_values(world: World, key: str, resource: str) -> tuple[str, ...]:
    """The values under `key` with which some policy's resource would be `resource`."""
    found: dict[str, None] = {}
    for policy in _policies(world):
        for statement in policy.statements:
            for text in statement.resources.values if statement.resources else ():
                match = re.fullmatch(_insertion(text, key), resource, re.DOTALL)
                if match is not None and "value" in match.groupdict():
                    found[match["value"]] = None
    return tuple(found)


def _insertion(text: str, key: str) -> str:
    """The expression of a resource pattern in which the first place of the variable is a group."""
    parts, wanted = [], "(?P<value>[^/]+)"
    for part in re.split(r"(\$\{[^}]*\}|\*|\?)", text):
        if part.startswith("${") and part[2:-1].strip().casefold() == key.casefold():
            parts.append(wanted)
            wanted = "(?P=value)"
        elif part.startswith("${"):
            parts.append("[^/]*")
        else:
            parts.append({"*": ".*", "?": "."}.get(part) or re.escape(part))
    return "".join(parts)


def _tag_keys(tag: str) -> tuple[str, str]:
    return f"aws:PrincipalTag/{tag}", f"aws:RequestTag/{tag}"


def _form(value: str) -> str:
    return "" if value.isprintable() and len(value) <= _SHORT else f"={value}"


def directory_classes(
    world: World, provider: AdFs, most: int, asked: Callable[[], Readings]
) -> list[tuple[DirectoryUser, int]]:
    """The people of an AD FS, or where there are more than `most` one for all who are alike, with their number."""
    people = list(provider.users.values())
    if len(people) <= most:
        return [(user, 0) for user in people]
    read, pools = asked(), _pools_of_directory(world, provider)
    return _classes(people, lambda user: _directory_view(world, provider, user, read, pools))


def issuer_classes(
    world: World, issuer: OidcIssuer, most: int, asked: Callable[[], Readings]
) -> list[tuple[OidcUser, int]]:
    """The same for the accounts of a provider of OpenID Connect."""
    people = list(issuer.users.values())
    if len(people) <= most:
        return [(user, 0) for user in people]
    read, pools = asked(), _pools_of_issuer(world, issuer)
    return _classes(people, lambda user: _issuer_view(world, issuer, user, read, pools))


def _classes(people: list[T], view: Callable[[T], object]) -> list[tuple[T, int]]:
    members: dict[object, list[T]] = {}
    for each in people:
        members.setdefault(view(each), []).append(each)
    return [(alike[0], len(alike) - 1) for alike in members.values()]


@dataclass(frozen=True, slots=True)
class _AtPool:
    """A user pool that takes people by a provider of its own, through a client."""

    provider: UserPoolIdentityProvider
    pool: UserPool
    client: UserPoolClient

    def fault(self, world: World, subject: str, claims: Mapping[str, Any]) -> str:
        """Why the pool would not make a profile of these claims; nothing where it would."""
        given = mapped_attributes(self.provider, claims).value
        name = federated_name(self.pool, self.provider.name, subject)
        made = profile_of(world, self.pool, self.client, None, name, given).value
        return str(made) if isinstance(made, Refusal) else ""


def _at_pools(world: World, providers: Iterable[UserPoolIdentityProvider]) -> tuple[_AtPool, ...]:
    return tuple(
        _AtPool(provider, world.user_pools[provider.pool_id], client)
        for provider in providers
        for client in world.clients.values()
        if client.pool_id == provider.pool_id and provider.name in client.supported_identity_providers
    )


def _pools_of_directory(world: World, provider: AdFs) -> Mapping[str, tuple[_AtPool, ...]]:
    """The pools that take people of the AD FS, by the name that it has for each."""
    found: dict[str, list[UserPoolIdentityProvider]] = {}
    for each in world.pool_providers.values():
        if each.type == "SAML" and each.pool_id in world.user_pools:
            metadata = pool_metadata(world, each)
            if metadata is not None and metadata.entity_id == provider.entity_id:
                found.setdefault(entity_id(world.user_pools[each.pool_id]), []).append(each)
    return {party: _at_pools(world, providers) for party, providers in found.items()}


def _pools_of_issuer(world: World, issuer: OidcIssuer) -> tuple[_AtPool, ...]:
    others = (each for each in world.pool_providers.values() if each.type != "SAML")
    return _at_pools(
        world, (each for each in others if each.pool_id in world.user_pools and is_of(world, each, issuer))
    )


def _aws_faults(provider: AdFs, attributes: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """What STS finds wrong with the attributes that are for it."""
    if SESSION_NAME not in attributes:
        return ()
    said = Assertion("", "", provider.entity_id, "", "", "", NOW, NOW, Map(attributes))
    claims = session_claims(session_claims_of(said), "")
    tags = claims.value.tags if not isinstance(claims.value, Refusal) else {}
    found = (session_name(said).value, console_duration(said).value, claims.value, packed_tags(tags).value)
    return tuple(str(each) for each in found if isinstance(each, Refusal))


def _directory_view(
    world: World, provider: AdFs, user: DirectoryUser, read: Readings, pools: Mapping[str, tuple[_AtPool, ...]]
) -> object:
    seen: list[object] = [user.enabled]
    for party in provider.parties.values():
        claims = issued_claims(provider, party, user).value
        name = claims.name_id or ""
        seen.append(read.seen(name, ("saml:sub", *read.claims.get(_NAME_ID, ()))) if name else "")
        seen += _identities(world, name, world.saml_providers, read)
        for attribute, values in claims.attributes:
            keys = (*_saml_keys(attribute), *read.claims.get(attribute, ()))
            seen.append((attribute, tuple(read.seen(value, keys) for value in values)))
        seen.append(_aws_faults(provider, dict(claims.attributes)))
        one = {name: values[0] if len(values) == 1 else list(values) for name, values in claims.attributes}
        seen += [at.fault(world, name, one) for at in pools.get(party.identifier, ())]
    return tuple(seen)


def _saml_keys(attribute: str) -> tuple[str, ...]:
    if attribute == ROLE:
        return (_COMPARED,)
    if attribute == SESSION_NAME:
        return tuple(_SESSION_KEYS)
    if attribute == SOURCE_IDENTITY:
        return ("sts:SourceIdentity", "aws:SourceIdentity")
    if attribute.startswith(TAG):
        return _tag_keys(attribute.removeprefix(TAG))
    if attribute.startswith("https://aws.amazon.com/"):
        return (_COMPARED,)
    return (CONDITION_KEYS[attribute],) if attribute in CONDITION_KEYS else ()


def _issuer_view(
    world: World, issuer: OidcIssuer, user: OidcUser, read: Readings, pools: tuple[_AtPool, ...]
) -> object:
    names = (*(arn.partition(":oidc-provider/")[2] for arn in world.oidc_providers), *_social(world))
    keys = {key for key in read.compared | read.inserted if key.rpartition(":")[2] in ("sub", "id", "user_id")}
    own = keys - {_IDENTITY}
    seen: list[object] = [user.enabled, user.email_verified]
    subject = read.seen(user.subject, (*own, *read.claims.get("sub", ()), *read.claims.get("user_id", ())))
    if read.asked is None and own and own <= read.inserted:
        subject = _form(user.subject)
    seen.append(subject)
    seen += _identities(world, user.subject, names, read)
    seen += [at.fault(world, user.subject, user_info(issuer, user, scope_of(at.provider))) for at in pools]
    for claim, value in sorted(user.claims.items()):
        seen.append((claim, _claim_view(claim, value, read)))
    return tuple(seen)


def _claim_view(claim: str, value: Any, read: Readings) -> object:
    if not isinstance(value, str) or claim.startswith("https://aws.amazon.com/"):
        return repr(value)
    known = {key for key in read.compared | read.inserted if key.rpartition(":")[2] == claim.casefold()}
    return read.seen(value, (*known, *read.claims.get(claim, ())))


def _social(world: World) -> tuple[str, ...]:
    return tuple(sorted({name for pool in world.identity_pools.values() for name in pool.supported_login_providers}))


def _identities(world: World, subject: str, providers: Iterable[str], read: Readings) -> list[object]:
    """What the ids of the person's identities tell: those that exist, and those that the question names."""
    names, found = list(providers), list[object]()
    for pool in world.identity_pools.values():
        for provider in names:
            if read.asked is not None and _IDENTITY in read.inserted and pool.region in read.asked:
                found.append(read.seen(world.identity_of(pool.id, provider, subject), (_IDENTITY,)))
    return found
