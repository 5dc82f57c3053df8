"""Does an identity pool believe these logins: each provider's name with what is offered under it.

1. Every login is believed, or none: one that is refused refuses the call. # ci:authentication-flow
2. A provider's name leads to one kind of proof, which alone is asked: a token of one kind never passes for another.
3. The developer's own name is no public provider: a user identifier proves nothing unless the developer signs the call.
4. A token that the pool itself made for a developer's user stands for that user's identity alone, in this pool alone,
   for as long as it lives; it is taken where credentials are asked for, and nowhere else. # ci:developer
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions.identity_federated import accept_oidc, accept_saml, accept_social
from cogsim.decisions.identity_refusals import (
    INVALID_PARAMETER,
    LOGINS_DIFFER,
    NOT_AUTHORIZED,
    PUBLIC_PROVIDER,
    observed,
    unseen,
)
from cogsim.decisions.login import AcceptedLogin, Revoked, accept
from cogsim.decisions.open_id_token import cognito_principal, issuer, signing_key
from cogsim.persistent import Map
from cogsim.tokens.jwt import verify
from cogsim.world.identity_pool import IdentityPool
from cogsim.world.world import World


def accept_logins(
    world: World, pool: IdentityPool, logins: Mapping[str, str], *, now: float, revoked: Revoked
) -> Decision[tuple[AcceptedLogin, ...] | Refusal]:
    """The logins that the tokens in `logins` prove at `now` (seconds), in the order of their names, or the refusal of
    the first that does not."""
    found: list[AcceptedLogin] = []
    steps: tuple[Step, ...] = ()
    for name in sorted(logins):
        accepted = accept_login(world, pool, name, logins[name], now=now, revoked=revoked)
        steps += accepted.steps
        if isinstance(accepted.value, Refusal):
            return Decision(accepted.value, steps)
        found.append(accepted.value)
    return Decision(tuple(found), steps)


def accept_login(
    world: World, pool: IdentityPool, name: str, token: str, *, now: float, revoked: Revoked
) -> Decision[AcceptedLogin | Refusal]:
    """The login that `token`, offered under a provider's name, proves, or the pool's refusal."""
    match provider_kind(pool, name):
        case "oidc":
            return accept_oidc(world, pool, name, token, now=now)
        case "social":
            return accept_social(world, pool, name, token, now=now)
        case "saml":
            return accept_saml(world, pool, name, token, now=now)
        case "developer":
            question = "is it a public provider's name?"
            return observed(INVALID_PARAMETER, PUBLIC_PROVIDER, question, "the developer's own", "ci:developer")
        case "cognito":
            return _misplaced(name)
        case _:
            return accept(world, pool, name, token, now=now, revoked=revoked)


def provider_kind(pool: IdentityPool, name: str) -> str:
    """What kind of proof goes with a provider's name in this pool; `user-pool` too where the name is none of its own.
    # ci:external-providers"""
    if any(entry.provider_name == name for entry in pool.cognito_providers):
        return "user-pool"
    if name in pool.supported_login_providers:
        return "social"
    if name in pool.saml_provider_arns:
        return "saml"
    if any(arn.partition(":oidc-provider/")[2] == name for arn in pool.open_id_connect_provider_arns):
        return "oidc"
    if name == pool.developer_provider_name:
        return "developer"
    return "cognito" if name == cognito_principal(pool.partition) else "user-pool"


def _misplaced(name: str) -> Decision[Any]:
    """A developer's token where no credentials are asked for."""
    texts = {
        "public-provider": (INVALID_PARAMETER, PUBLIC_PROVIDER),
        "cognito-token": (NOT_AUTHORIZED, "Invalid login token. Can't pass in a Cognito token."),
    }
    assumption = "identity.cognitoTokenElsewhere"
    code, text = texts[choice(assumption)]
    question = "is the pool's own token taken here?"
    step = Step(question, "no", name, "ci:api", Basis.ASSUMED, assumption=assumption, decides=True)
    return decided(Refusal(code, text), step)


def own_token(pool: IdentityPool, logins: Mapping[str, str]) -> Decision[str | Refusal | None]:
    """The token that the pool made for a developer's user, where that is what is offered: alone, or not at all."""
    name, question = cognito_principal(pool.partition), "is the pool's own token offered?"
    if name not in logins:
        return decided(None, Step(question, "no", ", ".join(sorted(logins)) or "no logins", "ci:developer"))
    if len(logins) > 1:
        text = f"{name} goes with no other login"
        return unseen(INVALID_PARAMETER, text, question, ", ".join(sorted(logins)), "ci:developer", answer="yes")
    return decided(logins[name], Step(question, "yes", name, "ci:developer"))


def accept_own_token(
    pool: IdentityPool, identity_id: str, token: str, *, now: float
) -> Decision[AcceptedLogin | Refusal]:
    """The developer's user whose token of GetOpenIdTokenForDeveloperIdentity this is, for that identity."""
    key = signing_key(pool.region)
    signed = verify(token, {key.kid: key}, algorithms=("RS512",), types=("JWS",))
    if isinstance(signed.value, Refusal):
        refusal = Refusal(NOT_AUTHORIZED, "Invalid login token. Token signature invalid.")
        return decided(refusal, *signed.steps)
    claims = signed.value
    for text, question, found, holds in _own_rules(pool, identity_id, claims, now):
        if not holds:
            refused: Decision[Any] = observed(NOT_AUTHORIZED, text, question, found, "ci:developer")
            return Decision(refused.value, (*signed.steps, *refused.steps))
    login = AcceptedLogin(
        str(pool.developer_provider_name), "", _developer_user(pool, claims), Map(claims), kind="developer"
    )
    step = Step("is it the pool's token for this identity?", "yes", identity_id, "ci:developer", decides=True)
    return decided(login, step, after=signed.steps)


def _own_rules(
    pool: IdentityPool, identity_id: str, claims: Mapping[str, Any], now: float
) -> tuple[tuple[str, str, str, bool], ...]:
    """Text of the refusal, question, what was found, and whether it holds."""
    expires = int(claims.get("exp", 0))
    invalid = "Invalid login token. "
    return (
        (
            f"{invalid}Issuer doesn't match providerName",
            "is its issuer the identity pools of the partition?",
            str(claims.get("iss")),
            claims.get("iss") == issuer(pool.partition),
        ),
        (f"{invalid}Token expired: {expires} >= {int(now)}", "is it in force?", f"exp {expires}", now < expires),
        (
            f"{invalid}Incorrect token audience.",
            "was it made by this pool?",
            str(claims.get("aud")),
            claims.get("aud") == pool.id,
        ),
        (LOGINS_DIFFER, "was it made for this identity?", str(claims.get("sub")), claims.get("sub") == identity_id),
        (
            PUBLIC_PROVIDER,
            "was it made for a developer's user?",
            ", ".join(map(str, claims.get("amr", ()))),
            pool.developer_provider_name is not None and pool.developer_provider_name in claims.get("amr", ()),
        ),
    )


def _developer_user(pool: IdentityPool, claims: Mapping[str, Any]) -> str:
    prefix = f"{pool.developer_provider_name}:{pool.id}:"
    return next((str(method)[len(prefix) :] for method in claims["amr"] if str(method).startswith(prefix)), "")
