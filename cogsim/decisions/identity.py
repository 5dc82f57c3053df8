"""May a caller act as this identity of an identity pool.

1. A guest may only be an identity that never had a login: whoever learns the id of a signed-in user's identity would
   otherwise have that identity's credentials without signing in.
2. Guests must be admitted by the pool at all.
3. Whoever has a login is held to it by `identity_merge`: otherwise any user of the pool could be any other. # ci:GetId
4. An operator sees the identities of the own account's pools only: otherwise a policy on `*` reached every account.
"""

from __future__ import annotations

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions.identity_refusals import NOT_FOUND, no_identity, observed, unseen
from cogsim.decisions.login import AcceptedLogin
from cogsim.world.identity_pool import Identity, IdentityPool
from cogsim.world.world import World

Admission = Decision[Refusal | None]


def find_pool(world: World, pool_id: str, region: str, code: str = NOT_FOUND) -> Decision[IdentityPool | Refusal]:
    """The pool of that id: a Region knows its own pools only."""
    question, pool = "is there such an identity pool in the Region?", world.identity_pools.get(pool_id)
    if pool is None or pool.region != region:
        return observed(code, f"IdentityPool '{pool_id}' not found.", question, region, "ci:api")
    return decided(pool, Step(question, "yes", pool.arn, "ci:api", location=pool.origin.location))


def find_identity_of(
    world: World, identity_id: str, region: str, within: str | None = None
) -> Decision[tuple[Identity, IdentityPool] | Refusal]:
    """The identity of that id and its pool, which is the one with the id `within` where that is given."""
    question, identity = "is there such an identity?", world.identities.get(identity_id)
    if identity is None or identity.deleted or within not in (None, identity.pool_id):
        found = "none" if identity is None else "deleted" if identity.deleted else f"of {identity.pool_id}"
        return observed(NOT_FOUND, no_identity(identity_id), question, found, "ci:api")
    held = find_pool(world, identity.pool_id, region)
    if isinstance(held.value, Refusal):
        return Decision(held.value, held.steps)
    return decided((identity, held.value), Step(question, "yes", identity.id, "ci:api"), after=held.steps)


def admit_guest(pool: IdentityPool, identity: Identity | None = None) -> Admission:
    """None where a caller without logins may be `identity`, or (None) be given a new one."""
    question = "does the pool admit guests?"
    place = pool.origin.at("AllowUnauthenticatedIdentities")
    if identity is not None and (identity.authenticated or not identity.enabled):
        found = ", ".join(dict.fromkeys(provider for provider, _ in identity.links())) or "disabled"
        return _forbidden(identity, "is the identity a guest's?", found)
    if not pool.allow_unauthenticated:
        text = "Unauthenticated access is not supported for this identity pool."
        step = Step(question, "no", pool.id, "ci:GetId", location=place, decides=True)
        return decided(Refusal("NotAuthorizedException", text), step)
    return decided(None, Step(question, "yes", pool.id, "ci:GetId", location=place))


def admit_operator(pool: IdentityPool, identity: Identity, account: str | None) -> Admission:
    """None where the pool of `identity` stands in the operator's account (argument 4); a service has no account."""
    question, source = "does the identity's pool stand in the caller's account?", "ci:DescribeIdentity"
    if account in (None, pool.account):
        return decided(None, Step(question, "yes", pool.arn, source))
    name = "identity.foreignIdentity"
    step = Step(question, "no", str(account), source, Basis.ASSUMED, assumption=name, decides=True)
    if choice(name) == "forbidden":
        return decided(Refusal("NotAuthorizedException", f"Access to Identity '{identity.id}' is forbidden."), step)
    return decided(Refusal("ResourceNotFoundException", f"Identity '{identity.id}' not found."), step)


def admit_pool_operator(pool: IdentityPool, account: str | None) -> Admission:
    """None where the pool stands in the operator's account: actions that are granted on `*` alone reach no further."""
    question = "does the pool stand in the caller's account?"
    if account in (None, pool.account):
        return decided(None, Step(question, "yes", pool.arn, "ci:api"))
    text = f"IdentityPool '{pool.id}' not found."
    return observed("ResourceNotFoundException", text, question, str(account), "ci:api")


def deletion_fault(identity: Identity | None, pool: IdentityPool | None, account: str | None) -> Decision[str | None]:
    """The error code that DeleteIdentities answers for one identity, None where it goes. # ci:api §DeleteIdentities"""
    question, name = "may the caller delete the identity?", "identity.deleteUnknown"
    if identity is None or pool is None or identity.deleted:
        refused = choice(name) == "access-denied"
        step = Step(question, "no" if refused else "it is gone", "none", "ci:api", Basis.ASSUMED, assumption=name)
        return decided("AccessDenied" if refused else None, step)
    if account not in (None, pool.account):
        return decided("AccessDenied", Step(question, "no", f"of account {pool.account}", "ci:api", decides=True))
    return decided(None, Step(question, "yes", identity.id, "ci:api"))


def admit_classic_flow(pool: IdentityPool, logins: tuple[AcceptedLogin, ...] = ()) -> Admission:
    """None where the pool gives out tokens for STS: the caller of the basic flow chooses its role itself, so a pool
    whose rules choose roles refuses it, and so does a SAML login, whose provider chose. # ci:authentication-flow"""
    question = "does the pool allow the basic (classic) flow?"
    source = "ci:authentication-flow"
    if not pool.allow_classic_flow:
        place = pool.origin.at("AllowClassicFlow")
        text = "Basic (classic) flow is not enabled, please use enhanced flow."
        return observed("InvalidParameterException", text, question, "AllowClassicFlow is off", source, location=place)
    if pool.role_mappings:
        place = pool.roles_origin.at("RoleMappings")
        text = "Basic (classic) flow is not supported with RoleMappings, please use enhanced flow."
        found = "the pool has role mappings"
        return observed("InvalidParameterException", text, question, found, source, location=place)
    if any(login.kind == "saml" for login in logins):
        text = "Basic (classic) flow is not supported with SAML, please use enhanced flow."
        return unseen("InvalidParameterException", text, question, "a SAML login", "ci:saml")
    return decided(None, Step(question, "yes", "AllowClassicFlow is on", source))


def admit_bearer(identity: Identity) -> Admission:
    """None where the identity that the pool's own token speaks for may still be had."""
    question = "may the identity be had?"
    if not identity.enabled:
        return _forbidden(identity, question, "disabled")
    return decided(None, Step(question, "yes", identity.id, "ci:developer"))


def _forbidden(identity: Identity, question: str, found: str) -> Admission:
    step = Step(question, "no", found, "ci:authentication-flow", Basis.OBSERVED, decides=True)
    return decided(Refusal("NotAuthorizedException", f"Access to Identity '{identity.id}' is forbidden."), step)
