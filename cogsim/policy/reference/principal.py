"""Whether a Principal or NotPrincipal element names a caller, and how closely.

How closely matters: what names an account only delegates to it, what names a role is still limited by the role's
boundary and session policy, what names a user or a session is not. # ug:eval-logic §resource-based
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from cogsim.assumptions import choice
from cogsim.policy.document import Effect, PolicyKind, Principals
from cogsim.policy.reference.match import fields
from cogsim.policy.request import Principal, PrincipalKind


class Strength(IntEnum):
    """How closely a caller is named, weakest first; the strongest of several counts."""

    NONE = 0
    ACCOUNT = 1  # the account: it may delegate
    ENTITY = 2  # the role behind a session, the user behind a federated-user session
    SESSION = 3  # the session itself
    DIRECT = 4  # the caller, or everyone


class Named(NamedTuple):
    """How the element names the caller, by which value, and the assumption that rests on, if any."""

    strength: Strength
    via: str = ""
    source: str = "ug:principal"
    assumption: str | None = None


class Bearing(NamedTuple):
    """What bears on the reading of the element besides its text and the caller."""

    kind: PolicyKind
    effect: Effect
    has_boundary: bool = False
    gateway: bool = False


_WITH_ACCOUNT = (
    PrincipalKind.ROLE_SESSION, PrincipalKind.USER, PrincipalKind.ROOT, PrincipalKind.FEDERATED_USER,
)  # fmt: skip
_BEARERS = (PrincipalKind.WEB_IDENTITY, PrincipalKind.SAML)


def names(element: Principals, caller: Principal, bearing: Bearing) -> Named:
    """How closely `element` names `caller`; for NotPrincipal, DIRECT where the statement applies and NONE elsewhere."""
    entries = (("AWS", "*"),) if element.everyone else element.entries
    if element.negated:
        return _not_listed(entries, caller, bearing)
    if bearing.kind is PolicyKind.TRUST and bearing.effect is Effect.ALLOW and caller.kind is PrincipalKind.ROOT:
        return Named(Strength.NONE, source="sts:AssumeRole")  # a root user assumes no role
    best = Named(Strength.NONE)
    for kind, value in entries:
        found = _entry(kind, value, caller, bearing)
        if found.strength > best.strength or (best.assumption is None and found.assumption and not best.strength):
            best = found
    if element.everyone and bearing.kind is PolicyKind.TRUST and best.strength and best.assumption is None:
        return Named(best.strength, best.via, "ug:policy-checks", "policy.bareStarInTrust")
    return best


def _entry(kind: str, value: str, caller: Principal, bearing: Bearing) -> Named:
    if kind == "AWS" and value == "*":
        return _everyone(caller, bearing)
    if kind == "AWS" and _is_account(value, caller):
        # vpc:endpoint-policies §gateway: there an account stands for its root user alone
        if bearing.gateway and caller.kind is not PrincipalKind.ROOT:
            return Named(Strength.NONE, value, "vpc:endpoint-policies")
        return Named(Strength.ACCOUNT, value)
    return Named(_closeness(kind, value, caller), value)


def _everyone(caller: Principal, bearing: Bearing) -> Named:
    """`*` is everyone, anonymous callers included; whether a grant to it admits AWS services is not documented."""
    granting = bearing.effect is Effect.ALLOW and bearing.kind is not PolicyKind.ENDPOINT
    if caller.kind is not PrincipalKind.SERVICE or not granting:
        return Named(Strength.DIRECT, "*")
    admitted = choice("policy.starAllowsServices") == "yes"
    strength = Strength.DIRECT if admitted else Strength.NONE
    return Named(strength, "*", "ug:principal", "policy.starAllowsServices")


def _is_account(value: str, caller: Principal) -> bool:
    """Whether `value` is the caller's account: its id, or its root's ARN in its partition. # ug:principal §account"""
    if caller.kind not in _WITH_ACCOUNT or caller.account is None:
        return False
    if value == caller.account:
        return True
    if not value.endswith(":root"):
        return False
    written, own = fields(value), fields(caller.arn)
    return (
        len(written) == 6
        and written[2] == "iam"
        and written[4:] == (caller.account, "root")
        and (len(own) != 6 or own[1] == written[1])
    )


def _closeness(kind: str, value: str, caller: Principal) -> Strength:
    """How closely a value other than `*` and an account names the caller; names compare with case. # ug:principal"""
    if kind == "Service":
        return _direct(caller.kind is PrincipalKind.SERVICE and value == caller.arn)
    if kind == "Federated":
        return _direct(caller.kind in _BEARERS and value == caller.arn)
    if kind == "CanonicalUser" or caller.kind is PrincipalKind.CANONICAL:
        return _direct(caller.kind is PrincipalKind.CANONICAL and value == caller.arn)
    if caller.kind is PrincipalKind.USER:
        return _direct(value in (caller.arn, caller.unique_id))
    if caller.kind in (PrincipalKind.ROLE_SESSION, PrincipalKind.FEDERATED_USER):
        if value in (caller.entity, _entity_id(caller)):
            return Strength.ENTITY
        return Strength.SESSION if value == caller.arn else Strength.NONE
    return Strength.NONE


def _direct(named: bool) -> Strength:
    return Strength.DIRECT if named else Strength.NONE


def _entity_id(caller: Principal) -> str | None:
    """The AROA… or AIDA… id, which a session's user id carries in front of its colon."""
    return caller.unique_id.partition(":")[0] if caller.unique_id else None


def _not_listed(entries: tuple[tuple[str, str], ...], caller: Principal, bearing: Bearing) -> Named:
    """NotPrincipal: everyone but those listed. # ug:notprincipal

    A Deny spares a caller only where its whole chain is listed: account, user or role, session. A caller with a
    permissions boundary it never spares. An Allow reaches those of whose chain nothing is listed.
    """
    listed = {_entry(kind, value, caller, Bearing(bearing.kind, Effect.DENY)).strength for kind, value in entries}
    listed.discard(Strength.NONE)
    everyone = ("AWS", "*") in entries
    if bearing.effect is Effect.ALLOW:
        return Named(Strength.NONE if listed else Strength.DIRECT, "not listed", "ug:notprincipal")
    if bearing.has_boundary:  # ug:boundaries §notprincipal
        return Named(Strength.DIRECT, "a caller with a permissions boundary", "ug:boundaries")
    if everyone or not listed or _chain(caller) <= listed:
        strength = Strength.NONE if everyone or listed else Strength.DIRECT
        return Named(strength, "not listed", "ug:notprincipal")
    spared = choice("policy.notPrincipalChain") == "any-listed"
    strength = Strength.NONE if spared else Strength.DIRECT
    return Named(strength, "listed in part", "ug:notprincipal", "policy.notPrincipalChain")


def _chain(caller: Principal) -> set[Strength]:
    """The identities a caller has at once, as the strengths at which they are listed."""
    if caller.kind is PrincipalKind.ROOT:
        return {Strength.ACCOUNT}
    if caller.kind is PrincipalKind.USER:
        return {Strength.ACCOUNT, Strength.DIRECT}
    if caller.kind in (PrincipalKind.ROLE_SESSION, PrincipalKind.FEDERATED_USER):
        # a caller given as the role itself has no session to be listed
        own = {Strength.ACCOUNT} if caller.arn == caller.entity else {Strength.ACCOUNT, Strength.SESSION}
        return own | {Strength.ENTITY} if caller.entity else own
    return {Strength.DIRECT}
