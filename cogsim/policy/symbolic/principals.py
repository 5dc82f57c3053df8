"""How closely a Principal element names a caller; a caller is always known, so this is a plain answer.

# ug:principal
"""

from __future__ import annotations

from cogsim.assumptions import choice
from cogsim.policy.document import Effect, PolicyKind, Principals
from cogsim.policy.request import Principal, PrincipalKind
from cogsim.policy.symbolic.wildcards import fields

NONE, ACCOUNT, ENTITY, SESSION, DIRECT = range(5)
"""By nothing, by the account, by the role or user behind a session, by the session, by itself or as one of everyone."""

_SESSIONS = (PrincipalKind.ROLE_SESSION, PrincipalKind.FEDERATED_USER)
OF_ACCOUNTS = (PrincipalKind.ROOT, PrincipalKind.USER, *_SESSIONS)


def closeness(
    element: Principals | None, caller: Principal, kind: PolicyKind, effect: Effect, bounded: bool, gateway: bool
) -> int:
    """The closest naming of `caller`; DIRECT where there is no such element. `bounded` callers have a permissions
    boundary; at a `gateway` endpoint an account stands for its root user."""
    if element is None:
        return DIRECT
    entries = (("AWS", "*"),) if element.everyone else element.entries
    if element.negated:
        listed = {_named(name, value, caller, gateway=False) for name, value in entries} - {NONE}
        return _unlisted(listed, ("AWS", "*") in entries, caller, effect, bounded)
    if kind is PolicyKind.TRUST and effect is Effect.ALLOW and caller.kind is PrincipalKind.ROOT:
        return NONE  # sts:AssumeRole: a root user assumes no role
    shut_out = effect is Effect.ALLOW and kind is not PolicyKind.ENDPOINT and caller.kind is PrincipalKind.SERVICE
    if shut_out and choice("policy.starAllowsServices") == "no":
        entries = tuple(entry for entry in entries if entry != ("AWS", "*"))
    return max((_named(name, value, caller, gateway) for name, value in entries), default=NONE)


def _named(name: str, value: str, caller: Principal, gateway: bool) -> int:
    if name == "AWS" and value == "*":
        return DIRECT
    if name == "AWS" and caller.kind in OF_ACCOUNTS and _is_account(value, caller):
        return NONE if gateway and caller.kind is not PrincipalKind.ROOT else ACCOUNT
    kinds = {
        "Service": (PrincipalKind.SERVICE,),
        "Federated": (PrincipalKind.WEB_IDENTITY, PrincipalKind.SAML),
        "CanonicalUser": (PrincipalKind.CANONICAL,),
        "AWS": (PrincipalKind.USER, PrincipalKind.CANONICAL, *_SESSIONS),
    }[name]
    if caller.kind not in kinds:
        return NONE
    own_id = (caller.unique_id or "").partition(":")[0] or None
    if caller.kind in _SESSIONS and value in (caller.entity, own_id):
        return ENTITY
    if value == caller.arn:
        return SESSION if caller.kind in _SESSIONS else DIRECT
    return DIRECT if caller.kind is PrincipalKind.USER and value == caller.unique_id else NONE


def _is_account(value: str, caller: Principal) -> bool:
    if caller.account is None or value == caller.account:
        return value == caller.account
    partition = fields(caller.arn)[1:2] if len(fields(caller.arn)) == 6 else fields(value)[1:2]
    return fields(value) == ["arn", *partition, "iam", "", caller.account, "root"]


def _unlisted(listed: set[int], everyone: bool, caller: Principal, effect: Effect, bounded: bool) -> int:
    """Whether NotPrincipal reaches the caller. # ug:notprincipal"""
    if effect is Effect.ALLOW:
        return NONE if listed else DIRECT
    if bounded:  # ug:boundaries §notprincipal
        return DIRECT
    if everyone:
        return NONE
    chain = {
        PrincipalKind.ROOT: {ACCOUNT},
        PrincipalKind.USER: {ACCOUNT, DIRECT},
        **dict.fromkeys(_SESSIONS, _of_session(caller)),
    }.get(caller.kind, {DIRECT})
    spared = chain <= listed or (bool(listed) and choice("policy.notPrincipalChain") == "any-listed")
    return NONE if spared else DIRECT


def _of_session(caller: Principal) -> set[int]:
    """The identities of a session; a caller given as the role itself has no session to be listed."""
    session = set() if caller.arn == caller.entity else {SESSION}
    return {ACCOUNT} | session | ({ENTITY} if caller.entity else set())
