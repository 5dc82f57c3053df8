"""Principal elements against a caller, by look-up: a caller knows every name it can be called by.

A caller is met once; what its requests ask afterwards is compiled for the strengths found here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from cogsim.policy.compiled.switches import Switches
from cogsim.policy.compiled.tokens import split_arn
from cogsim.policy.document import Effect, PolicyKind, Principals
from cogsim.policy.request import Principal, PrincipalKind

WITH_ACCOUNT = frozenset(
    {PrincipalKind.ROOT, PrincipalKind.USER, PrincipalKind.ROLE_SESSION, PrincipalKind.FEDERATED_USER}
)
_SESSIONS = frozenset({PrincipalKind.ROLE_SESSION, PrincipalKind.FEDERATED_USER})
_OWN_KIND = {
    PrincipalKind.SERVICE: ("Service",), PrincipalKind.WEB_IDENTITY: ("Federated",), PrincipalKind.SAML: ("Federated",),
    PrincipalKind.CANONICAL: ("CanonicalUser", "AWS"),
}  # fmt: skip
_EVERYONE = ("AWS", "*")


class Strength(IntEnum):
    """How closely an element names a caller. # ug:eval-logic §resource-based"""

    NONE = 0
    ACCOUNT = 1
    ENTITY = 2
    SESSION = 3
    DIRECT = 4


@dataclass(frozen=True, slots=True)
class Names:
    """What a caller can be called by: its account's names, and its own with the strength of each."""

    kind: PrincipalKind
    account: str | None
    partition: str | None
    own: dict[tuple[str, str], Strength]
    chain: frozenset[Strength]

    def owns(self, entry: tuple[str, str]) -> bool:
        """Whether `entry` is the caller's account: its id, or its root's ARN in its partition."""
        kind, value = entry
        if kind != "AWS" or self.account is None:
            return False
        if value == self.account:
            return True
        fields = split_arn(value)
        root = len(fields) == 6 and fields[2] == "iam" and fields[4:] == [self.account, "root"]
        return root and self.partition in (None, fields[1])


def names_of(caller: Principal) -> Names:
    """Every name of `caller`. # ug:principal"""
    fields = split_arn(caller.arn)
    own: dict[tuple[str, str], Strength] = {}
    chain = {Strength.DIRECT}
    if caller.kind in _OWN_KIND:
        own = {(kind, caller.arn): Strength.DIRECT for kind in _OWN_KIND[caller.kind]}
    elif caller.kind is PrincipalKind.ROOT:
        chain = {Strength.ACCOUNT}
    elif caller.kind is PrincipalKind.USER:
        own = {("AWS", name): Strength.DIRECT for name in (caller.arn, caller.unique_id) if name is not None}
        chain = {Strength.ACCOUNT, Strength.DIRECT}
    elif caller.kind in _SESSIONS:
        unique = caller.unique_id.partition(":")[0] if caller.unique_id else None
        own = {("AWS", caller.arn): Strength.SESSION}
        own |= {("AWS", name): Strength.ENTITY for name in (caller.entity, unique) if name is not None}
        chain = {Strength.ACCOUNT} | ({Strength.ENTITY} if caller.entity else set())
        chain |= {Strength.SESSION} if caller.arn != caller.entity else set()
    return Names(
        kind=caller.kind,
        account=caller.account if caller.kind in WITH_ACCOUNT else None,
        partition=fields[1] if len(fields) == 6 else None,
        own=own,
        chain=frozenset(chain),
    )


@dataclass(frozen=True, slots=True)
class Bearing:
    """What bears on the reading of an element: its statement, a boundary on the caller, a gateway on the way."""

    kind: PolicyKind
    effect: Effect
    has_boundary: bool
    gateway: bool
    switches: Switches


def strength(element: Principals | None, caller: Names, bearing: Bearing) -> Strength:
    """How closely `element` names `caller`; DIRECT where the policy has no such element."""
    if element is None:
        return Strength.DIRECT
    entries = (_EVERYONE,) if element.everyone else element.entries
    if element.negated:
        return _spared(entries, caller, bearing)
    if bearing.kind is PolicyKind.TRUST and bearing.effect is Effect.ALLOW and caller.kind is PrincipalKind.ROOT:
        return Strength.NONE  # sts:AssumeRole: a root user assumes no role
    granting = bearing.effect is Effect.ALLOW and bearing.kind is not PolicyKind.ENDPOINT
    admits = not granting or bearing.switches.star_admits_services
    # vpc:endpoint-policies §gateway: there an account stands for its root user alone
    by_account = not (bearing.gateway and bearing.kind is PolicyKind.ENDPOINT) or caller.kind is PrincipalKind.ROOT
    found = (_entry(entry, caller, admits, by_account) for entry in entries)
    return max(found, default=Strength.NONE)


def _entry(entry: tuple[str, str], caller: Names, admits_services: bool, by_account: bool) -> Strength:
    if entry == _EVERYONE:
        admitted = admits_services or caller.kind is not PrincipalKind.SERVICE
        return Strength.DIRECT if admitted else Strength.NONE
    if caller.owns(entry):
        return Strength.ACCOUNT if by_account else Strength.NONE
    return caller.own.get(entry, Strength.NONE)


def _spared(entries: tuple[tuple[str, str], ...], caller: Names, bearing: Bearing) -> Strength:
    """NotPrincipal: DIRECT for whom the statement reaches, NONE for whom it spares. # ug:notprincipal"""
    listed = {_entry(entry, caller, admits_services=True, by_account=True) for entry in entries} - {Strength.NONE}
    if not listed:
        return Strength.DIRECT
    if bearing.effect is Effect.DENY and bearing.has_boundary:  # ug:boundaries §notprincipal
        return Strength.DIRECT
    whole = bearing.effect is Effect.ALLOW or _EVERYONE in entries or caller.chain <= listed
    return Strength.NONE if whole or bearing.switches.any_listed_is_spared else Strength.DIRECT
