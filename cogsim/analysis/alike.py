"""Which people of a directory or a provider no rule and no policy can tell apart: one of them is asked for all.

1. What of a person some condition compares, some rule of a pool reads, or some function may look at, tells them apart.
2. What policies only put into the names of resources tells a person apart where it stands in the question itself; in
   tables, which ask for everybody's own place, names and ids do not.
3. Of everything else only the form counts: whether it is a plain word, an address, or something that AWS might refuse.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from cogsim.analysis.policies import hanging
from cogsim.decisions.adfs_claims import issued_claims
from cogsim.decisions.linking import identities
from cogsim.decisions.saml_attributes import CONDITION_KEYS, ROLE, SESSION_NAME, SOURCE_IDENTITY, TAG
from cogsim.policy.document import Policy
from cogsim.world.external_oidc import OidcIssuer, OidcUser
from cogsim.world.external_saml import AdFs, DirectoryUser
from cogsim.world.world import World

T = TypeVar("T")

_VARIABLE = re.compile(r"\$\{([^}*?$,]+)")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_=,.-]+", re.ASCII)
_ADDRESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.=-]*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)
#: Longer values count with their length: AWS bounds what they add up to.
_SHORT = 40
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
    if not (_PLAIN.fullmatch(value) or _ADDRESS.fullmatch(value)):
        return f"={value}"
    kind = "an address" if "@" in value else "a word"
    return kind if len(value) <= _SHORT else f"{kind} of {len(value)}"


def directory_classes(
    world: World, provider: AdFs, most: int, asked: Callable[[], Readings]
) -> list[tuple[DirectoryUser, int]]:
    """The people of an AD FS, or where there are more than `most` one for all who are alike, with their number."""
    people = list(provider.users.values())
    if len(people) <= most:
        return [(user, 0) for user in people]
    read = asked()
    return _classes(people, lambda user: _directory_view(world, provider, user, read))


def issuer_classes(
    world: World, issuer: OidcIssuer, most: int, asked: Callable[[], Readings]
) -> list[tuple[OidcUser, int]]:
    """The same for the accounts of a provider of OpenID Connect."""
    people = list(issuer.users.values())
    if len(people) <= most:
        return [(user, 0) for user in people]
    read = asked()
    return _classes(people, lambda user: _issuer_view(world, issuer, user, read))


def _classes(people: list[T], view: Callable[[T], object]) -> list[tuple[T, int]]:
    members: dict[object, list[T]] = {}
    for each in people:
        members.setdefault(view(each), []).append(each)
    return [(alike[0], len(alike) - 1) for alike in members.values()]


def _directory_view(world: World, provider: AdFs, user: DirectoryUser, read: Readings) -> object:
    seen: list[object] = [user.enabled]
    for party in provider.parties.values():
        claims = issued_claims(provider, party, user).value
        name = claims.name_id or ""
        seen.append(read.seen(name, ("saml:sub", *read.claims.get(_NAME_ID, ()))) if name else "")
        seen += _identities(world, name, world.saml_providers, read)
        for attribute, values in claims.attributes:
            keys = (*_saml_keys(attribute), *read.claims.get(attribute, ()))
            seen.append((attribute, tuple(read.seen(value, keys) for value in values)))
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


def _issuer_view(world: World, issuer: OidcIssuer, user: OidcUser, read: Readings) -> object:
    names = (*(arn.partition(":oidc-provider/")[2] for arn in world.oidc_providers), *_social(world))
    keys = {key for key in read.compared | read.inserted if key.rpartition(":")[2] in ("sub", "id", "user_id")}
    own = keys - {_IDENTITY}
    seen: list[object] = [user.enabled, user.email_verified]
    subject = read.seen(user.subject, (*own, *read.claims.get("sub", ()), *read.claims.get("user_id", ())))
    if read.asked is None and own and own <= read.inserted:
        subject = _form(user.subject)
    seen.append(subject)
    seen += _identities(world, user.subject, names, read)
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
