"""Making the tokens of the matrix: issued by the decisions that issue them in a running cloud, and really signed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from cogsim.analysis.issuer_tokens import SCOPE, tokens_for_job, tokens_of
from cogsim.analysis.naming import called
from cogsim.analysis.outside import Workload
from cogsim.analysis.passage import NOW
from cogsim.analysis.token_identities import by_other_identity_pool, for_developer, for_guest, for_user
from cogsim.analysis.token_kinds import KINDS, Use
from cogsim.analysis.token_letters import letter_offer
from cogsim.analysis.token_offers import Offer, end_of, opaque
from cogsim.analysis.token_sealed import sealed_offer
from cogsim.analysis.token_targets import (
    Target,
    by_other_application,
    by_other_balancer,
    by_other_client,
    by_other_sealed_client,
    of_other_issuer,
    of_other_pool,
    with_issuer,
)
from cogsim.analysis.user_tokens import issue, shaped_pair
from cogsim.analysis.walk import walked_through
from cogsim.decision import Refusal
from cogsim.decisions.oauth_grant import Grant
from cogsim.decisions.opaque_token import opaque_token
from cogsim.decisions.refresh_token import Family
from cogsim.decisions.token_contents import API_SCOPE, pool_key
from cogsim.tokens.jwt import sign
from cogsim.world.external_oidc import OidcIssuer

#: What can be wrong with the token of a user of a pool alone, and of whom else's an offer may be.
_OF_USERS = ("other-client", "revoked", "signed-out", "disabled", "deleted")
_NOBODYS: Mapping[str, str] = {"guest": "a guest", "developer": "a developer's user"}


def making(target: Target) -> Callable[[Use], Offer]:
    """The target's token of each make, which is made once."""
    made: dict[Use, Offer] = {}

    def give(use: Use) -> Offer:
        if use not in made:
            made[use] = make(target, use)
        return made[use]

    return give


def offer(target: Target, base: Use, kind: str, made: Callable[[Use], Offer] | None = None) -> Offer:
    """The token of that kind for a component that takes tokens of the make `base`; `made` gives the target's own."""
    own, given = KINDS[kind].use, made or making(target)
    if own is not None:
        return given(own)
    if base == "saml":
        return letter_offer(target, kind)
    if base in _NOBODYS and kind in _OF_USERS:
        refused = Refusal("NotFound", f"{_NOBODYS[base]} has neither app client nor user of a pool")
        return Offer(base, None, target.world, notes=target.notes, refused=refused)
    match kind:
        case "other-client":
            return make(_by_other_client(target, base), base)
        case "other-pool":
            return make(_of_other_pool(target, base), base)
        case "expired":
            return given(base).at_its_end()
        case "early":
            return given(base).too_early()
        case "revoked":
            return _revoked(target, given(base))
        case "signed-out":
            return given(base).signed_out()
        case "disabled" | "deleted":
            return _without_its_user(target, base, kind, given)
        case "unsigned":
            return given(base).unsigned()
        case _:
            return given(base).forged()


def _revoked(target: Target, made: Offer) -> Offer:
    """The token after RevokeToken, where the app client lets its tokens be revoked."""
    if made.family is None or target.client.enable_token_revocation:
        return made.signed_out("RevokeToken")
    refused = Refusal("NotFound", f"{called(target.world, target.client)} has no EnableTokenRevocation")
    return replace(made, text=None, refused=refused)


def _by_other_client(target: Target, base: Use) -> Target:
    if base == "balancer":
        return by_other_sealed_client(target)
    return by_other_application(target) if _comes_from_outside(target, base) else by_other_client(target)


def _of_other_pool(target: Target, base: Use) -> Target:
    if base == "balancer":
        return by_other_balancer(target)
    if base in _NOBODYS:
        return by_other_identity_pool(target, base)
    return of_other_issuer(target) if _comes_from_outside(target, base) else of_other_pool(target)


def _comes_from_outside(target: Target, base: Use) -> bool:
    """Whether the token goes back to an account at a provider outside AWS."""
    return base == "outside" or (base == "identity-pool" and target.provider_name != "")


def make(target: Target, use: Use) -> Offer:
    """A token of the make `use` for the target, in the world that it is offered in."""
    match use:
        case "none":
            return Offer("none", None, target.world, notes=target.notes)
        case "outside":
            return _outside(target)
        case "saml":
            return letter_offer(target)
        case "identity-pool":
            return for_user(target, _outside)
        case "guest":
            return for_guest(target)
        case "developer":
            return for_developer(target)
        case "balancer":
            return sealed_offer(target)
        case "refresh":
            family = family_of(target)
            text = opaque(target.pool.id, target.client.id, target.user.username)
            notes = target.notes
            return Offer(use, text, target.world, NOW, family.expires_at, family, forged_text=None, notes=notes)
        case _:
            return _of_user_pool(target, use)


def family_of(target: Target) -> Family:
    """The sign-in that the target's tokens go back to."""
    issued = issue(target.user)
    client, user = target.client, target.user
    return Family(
        issued.origin_jti,
        issued.event_id,
        target.pool.id,
        client.id,
        user.username,
        user.sub,
        NOW,
        active_at=NOW,
        expires_at=NOW + client.refresh_token_validity,
        grant=_grant(target),
    )


def _grant(target: Target) -> Grant | None:
    """What the component wants an authorization for; a sign-in at the API where that gives its scope already."""
    return Grant(target.scopes) if target.scopes and API_SCOPE not in target.scopes else None


def _of_user_pool(target: Target, use: Use) -> Offer:
    grant, notes = (_grant(target), _scope_notes(target)) if use == "scoped" else (None, target.notes)
    shaped = shaped_pair(target.world, target.pool, target.client, target.user, grant)
    if isinstance(shaped.value, Refusal):
        return Offer(use, None, target.world, notes=notes, refused=shaped.value)
    own, access = shaped.value
    if any(name == "unresolved" for step in shaped.steps for name, _ in step.facts):
        notes = (*notes, "the claims are as they are before a function that is not read")
    key = pool_key(target.pool, "id" if use == "id" else "access")
    text = sign(own if use == "id" else access, key)
    return Offer(use, text, target.world, NOW, end_of(text), family_of(target), key, notes=notes)


def _scope_notes(target: Target) -> tuple[str, ...]:
    wanted = [scope for scope in target.scopes if scope != API_SCOPE]
    if not wanted or set(wanted) & set(target.client.allowed_oauth_scopes):
        return target.notes
    return (
        *target.notes,
        f"app client {called(target.world, target.client)} may not ask for {' '.join(wanted)}: made all the same",
    )


def _outside(target: Target) -> Offer:
    """The token of a job, or of an account: its access token where that is wanted, else its ID token."""
    if target.issuer is None:
        target = with_issuer(target, None)
    if target.job is not None:
        text = _of_job(target, target.job)
        key = target.job.issuer.signing_key
        return Offer("outside", text, target.world, NOW, end_of(text), None, key, notes=target.notes)
    issuer, application, account = target.issuer, target.application, target.account
    assert issuer is not None
    assert application is not None
    assert account is not None
    access, identity = tokens_of(issuer, application, account, SCOPE)
    if identity is None or target.opaque:
        forged = _sealed_by_another(issuer, application.id, account.subject)
        ends, name = NOW + issuer.token_lifetime, issuer.quirks.opaque_name
        return Offer("outside", access, target.world, NOW, ends, None, None, forged, name, notes=target.notes)
    key = issuer.signing_key
    return Offer("outside", identity, target.world, NOW, end_of(identity), None, key, notes=target.notes)


def _of_job(target: Target, job: Workload) -> str:
    """The token that the job asks for, with the first audience that AWS takes."""
    made = walked_through(lambda walk: tokens_for_job(walk, target.world, job))
    assert not isinstance(made.value, Refusal)
    return made.value[0].text


def _sealed_by_another(issuer: OidcIssuer, application: str, subject: str) -> str:
    """An access token of the provider's form that it never sealed."""
    forger = replace(issuer, url="https://forger.example.com", preset="generic")
    own = opaque_token(issuer, application, subject, SCOPE, NOW, "forged")
    made = opaque_token(forger, application, subject, SCOPE, NOW, "forged")
    return own[: own.index("eyJ")] + made


def _without_its_user(target: Target, base: Use, kind: str, given: Callable[[Use], Offer]) -> Offer:
    """The token after its user was disabled or deleted, where it was made: at the pool, or at the provider outside."""
    if base == "outside" and target.issuer is None:
        target = with_issuer(target, None)
        given = making(target)
    made = given(base)
    world = made.world
    if _comes_from_outside(target, base):
        issuer = target.issuer
        assert issuer is not None
        account = target.account
        if account is None:
            return made
        users = issuer.users.delete(account.username)
        if kind == "disabled":
            users = users.set(account.username, replace(account, enabled=False))
        return replace(made, world=world.with_oidc_issuer(replace(issuer, users=users)))
    user = target.user
    if kind == "deleted":
        return replace(made, world=world.without_pool_user(user.pool_id, user.username))
    return replace(made.signed_out("AdminDisableUser"), world=world.with_pool_user(replace(user, enabled=False)))
