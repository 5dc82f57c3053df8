"""May a caller act as this identity of an identity pool.

1. A guest may only be an identity that never had a login: whoever learns the id of a signed-in user's identity would
   otherwise have that identity's credentials without signing in.
2. Guests must be admitted by the pool at all.
3. A login must be the one that the identity belongs to: otherwise any user of the pool could be any other. # ci:GetId
4. An operator sees the identities of the own account's pools only: otherwise a policy on `*` reached every account.
"""

from __future__ import annotations

from cogsim.arn import Arn
from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions.login import AcceptedLogin
from cogsim.errors import NotModelled
from cogsim.world.identity_pool import Identity, IdentityPool

Admission = Decision[Refusal | None]


def admit_guest(pool: IdentityPool, identity: Identity | None = None) -> Admission:
    """None where a caller without logins may be `identity`, or (None) be given a new one."""
    question = "does the pool admit guests?"
    place = pool.origin.at("AllowUnauthenticatedIdentities")
    if identity is not None and (identity.logins or not identity.enabled):
        found = ", ".join(identity.logins) or "disabled"
        return _forbidden(identity, "is the identity a guest's?", found)
    if not pool.allow_unauthenticated:
        text = "Unauthenticated access is not supported for this identity pool."
        step = Step(question, "no", pool.id, "ci:GetId", location=place, decides=True)
        return decided(Refusal("NotAuthorizedException", text), step)
    return decided(None, Step(question, "yes", pool.id, "ci:GetId", location=place))


def admit(identity: Identity, login: AcceptedLogin) -> Admission:
    """None where `login` is one of the identity's; a login new to it would be linked, which is not modelled."""
    question = "is the login one of the identity's?"
    if not identity.enabled:
        return _forbidden(identity, question, "disabled")
    known = identity.logins.get(login.provider_name)
    if known is None:  # ci:switching-identities
        raise NotModelled("linking a login to an identity", hint=f"{login.provider_name} to {identity.id}")
    if known != login.subject:
        text = "Logins don't match. Please include at least one valid login for this identity or identity pool."
        step = Step(question, "no", login.provider_name, "ci:GetCredentialsForIdentity", Basis.OBSERVED, decides=True)
        return decided(Refusal("NotAuthorizedException", text), step)
    return decided(None, Step(question, "yes", login.provider_name, "ci:GetCredentialsForIdentity"))


def admit_operator(pool: IdentityPool, identity: Identity, account: str | None) -> Admission:
    """None where the pool of `identity` stands in the operator's account (argument 4); a service has no account."""
    question, source = "does the identity's pool stand in the caller's account?", "ci:DescribeIdentity"
    if account in (None, Arn.parse(pool.arn).account):
        return decided(None, Step(question, "yes", pool.arn, source))
    name = "identity.foreignIdentity"
    step = Step(question, "no", str(account), source, Basis.ASSUMED, assumption=name, decides=True)
    if choice(name) == "forbidden":
        return decided(Refusal("NotAuthorizedException", f"Access to Identity '{identity.id}' is forbidden."), step)
    return decided(Refusal("ResourceNotFoundException", f"Identity '{identity.id}' not found."), step)


def admit_classic_flow(pool: IdentityPool) -> Admission:
    """None where the pool gives out tokens for STS: the caller of the basic flow chooses its role itself, so a pool
    whose rules choose roles refuses it. # ci:authentication-flow"""
    question = "does the pool allow the basic (classic) flow?"
    source = "ci:authentication-flow"
    if not pool.allow_classic_flow:
        place = pool.origin.at("AllowClassicFlow")
        text = "Basic (classic) flow is not enabled, please use enhanced flow."
        step = Step(question, "no", "AllowClassicFlow is off", source, Basis.OBSERVED, place, decides=True)
        return decided(Refusal("InvalidParameterException", text), step)
    if pool.role_mappings:
        place = pool.roles_origin.at("RoleMappings")
        text = "Basic (classic) flow is not supported with RoleMappings, please use enhanced flow."
        step = Step(question, "no", "the pool has role mappings", source, Basis.OBSERVED, place, decides=True)
        return decided(Refusal("InvalidParameterException", text), step)
    return decided(None, Step(question, "yes", "AllowClassicFlow is on", source))


def _forbidden(identity: Identity, question: str, found: str) -> Admission:
    step = Step(question, "no", found, "ci:authentication-flow", Basis.OBSERVED, decides=True)
    return decided(Refusal("NotAuthorizedException", f"Access to Identity '{identity.id}' is forbidden."), step)
