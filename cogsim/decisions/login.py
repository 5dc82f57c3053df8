"""Does an identity pool believe this token: a user pool's ID token offered as a login.

1. The provider is one of the pool's: a token of any other user pool, however genuine, proves nothing here.
2. The token is not one of the identity pool's own: those are for STS, and would let one pool log in to another.
3. The issuer is the provider it is offered under: stops a user of a pool that an attacker owns.
4. The signature holds under that user pool's own keys: stops a forged token.
5. It has not expired: stops an old token that was stolen.
6. The audience is an app client that the pool accepts: stops a token that another app obtained.
7. It is an ID token: an access token is signed by the same pool but names no audience.
8. With ServerSideTokenCheck, its user still exists and was not signed out: otherwise a revoked token works until it
   expires.

Steps 3, 6 and 7 (`accept_claims`) need no token, so that a static answer can ask them of claims.
# ci:authentication-flow
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions.token_contents import pool_keys
from cogsim.errors import Location, NotModelled
from cogsim.persistent import Map
from cogsim.policy.built_in_issuers import COGNITO_PRINCIPALS
from cogsim.tokens.jwt import read, verify
from cogsim.world.identity_pool import CognitoProvider, IdentityPool
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

Acceptance = Decision["AcceptedLogin | Refusal"]

#: Of a token's claims: what ended their sign-in, or only whether something did; false where it stands.
Revoked = Callable[[Mapping[str, Any]], str | bool]

#: The issuer of an identity pool's own tokens, by partition.
COGNITO_ISSUERS = {partition: f"https://{name}" for partition, name in COGNITO_PRINCIPALS.items()}
_ENDED_ALONE = "identity.signInEndedAlone"
#: What ends every sign-in of a user.
_EVERYWHERE = frozenset(("AdminDisableUser", "AdminSetUserPassword", "AdminUserGlobalSignOut", "GlobalSignOut"))
_UNSUPPORTED = "Token is not from a supported provider of this identity pool."


@dataclass(frozen=True, slots=True)
class AcceptedLogin:
    """A login that an identity pool believes: who, through which provider and app client, with which claims.

    `kind` is user-pool, oidc, social, saml or developer; `provider_arn` is the IAM provider's, where there is one;
    `roles` are those that a SAML assertion gives the person at this provider.
    """

    provider_name: str
    client_id: str
    subject: str
    claims: Map[str, Any] = field(repr=False)
    kind: str = "user-pool"
    provider_arn: str = ""
    roles: tuple[str, ...] = ()


def accept(
    world: World,
    pool: IdentityPool,
    provider_name: str,
    token: str,
    *,
    now: float,
    revoked: Revoked,
) -> Acceptance:
    """The login that `token`, offered under `provider_name`, proves at `now` (seconds), or the pool's refusal.

    `revoked` says of a token's claims what ended their sign-in; it is asked only where the pool checks.
    Providers other than user pools are `identity_logins`' to know.
    """
    provider = _provider(world, pool, provider_name)
    if isinstance(provider.value, Refusal):
        return Decision(provider.value, provider.steps)
    signed = _verified(provider.value, token, provider.steps)
    if isinstance(signed.value, Refusal):
        return Decision(signed.value, signed.steps)
    claims = signed.value
    expired = _not_expired(claims, now)
    if isinstance(expired.value, Refusal):
        return decided(expired.value, *expired.steps, after=signed.steps)
    accepted = accept_claims(world, pool, provider_name, claims)
    steps = (*signed.steps, *expired.steps, *accepted.steps)
    login = accepted.value
    if isinstance(login, Refusal):
        return Decision(login, steps)
    current = _still_current(world, pool, provider.value, login, revoked)
    return Decision(current.value if isinstance(current.value, Refusal) else login, (*steps, *current.steps))


def accept_claims(world: World, pool: IdentityPool, provider_name: str, claims: Mapping[str, Any]) -> Acceptance:
    """The login that signed claims make, or the refusal: the provider, the issuer, the audience, the kind of token."""
    provider = _provider(world, pool, provider_name)
    if isinstance(provider.value, Refusal):
        return Decision(provider.value, provider.steps)
    issuer = _same_issuer(provider.value, claims)
    if isinstance(issuer.value, Refusal):
        return decided(issuer.value, *issuer.steps, after=provider.steps)
    audience = _audience(pool, provider_name, claims)
    steps = (*provider.steps, *issuer.steps, *audience.steps)
    if isinstance(audience.value, Refusal):
        return Decision(audience.value, steps)
    if claims.get("token_use") != "id" or not isinstance(claims.get("sub"), str):
        found = str(claims.get("token_use"))
        return _refuse("Not a valid OpenId Connect identity token.", "is it an ID token?", found, steps)
    step = Step("is it an ID token?", "yes", "token_use is id", "ci:external-providers", decides=True)
    login = AcceptedLogin(provider_name, audience.value.client_id, claims["sub"], Map(claims))
    return decided(login, step, after=steps)


def provider_of(pool: IdentityPool, provider_name: str, client_id: str) -> CognitoProvider | None:
    """The pool's entry for a user pool's app client."""
    for entry in pool.cognito_providers:
        if (entry.provider_name, entry.client_id) == (provider_name, client_id):
            return entry
    return None


def _provider(world: World, pool: IdentityPool, provider_name: str) -> Decision[UserPool | Refusal]:
    """The user pool behind a provider's name, where the identity pool accepts it. # ci:external-providers"""
    place = _providers_at(pool)
    question = "is the provider one of the identity pool's?"
    if any(entry.provider_name == provider_name for entry in pool.cognito_providers):
        user_pool = world.user_pools.get(provider_name.rpartition("/")[2])
        if user_pool is None or user_pool.provider_name != provider_name:
            raise NotModelled(f"a login through {provider_name}", hint="that user pool is not in the world")
        return decided(user_pool, Step(question, "yes", provider_name, "ci:external-providers", location=place))
    refusal = Refusal("NotAuthorizedException", _UNSUPPORTED)
    return decided(refusal, Step(question, "no", provider_name, "ci:external-providers", location=place, decides=True))


def _verified(user_pool: UserPool, token: str, before: tuple[Step, ...]) -> Decision[Mapping[str, Any] | Refusal]:
    """The claims under the user pool's keys; the issuer that the token names is looked at first, for the error only."""
    parsed = read(token)
    if isinstance(parsed, Refusal):
        question = "is it a well-formed token?"
        return _refuse("Not a valid OpenId Connect identity token.", question, parsed.message, before)
    if parsed.claims.get("iss") in COGNITO_ISSUERS.values():
        question = "is it a token of an identity pool?"
        return _refuse("Can't pass in a Cognito token.", question, str(parsed.claims["iss"]), before, "yes")
    issuer = _same_issuer(user_pool, parsed.claims)
    if isinstance(issuer.value, Refusal):
        return decided(issuer.value, *issuer.steps, after=before)
    signed = verify(token, pool_keys(user_pool), algorithms=("RS256",))
    if isinstance(signed.value, Refusal):
        refusal = Refusal("NotAuthorizedException", "Invalid login token. Token signature invalid.")
        return decided(refusal, *signed.steps, after=before)
    return decided(signed.value, *signed.steps, after=before)


def _same_issuer(user_pool: UserPool, claims: Mapping[str, Any]) -> Decision[Refusal | None]:
    question, issuer = "is its issuer the provider it is offered under?", str(claims.get("iss"))
    if issuer != user_pool.issuer:
        return _refuse("Issuer doesn't match providerName", question, issuer, ())
    return decided(None, Step(question, "yes", issuer, "ci:authentication-flow"))


def _not_expired(claims: Mapping[str, Any], now: float) -> Decision[Refusal | None]:
    """AWS writes the comparison the wrong way round, and so do we. # ci:authentication-flow"""
    expires = claims.get("exp")
    if not isinstance(expires, int | float) or isinstance(expires, bool):
        return _refuse("Missing a required claim: exp", "has it expired?", "exp is absent", (), "yes")
    if now >= expires:
        message = f"Token expired: {int(expires)} >= {int(now)}"
        return _refuse(message, "has it expired?", f"exp {int(expires)}, now {int(now)}", (), "yes")
    return decided(None, Step("has it expired?", "no", f"exp {int(expires)}, now {int(now)}", "rfc:7519§4.1.4"))


def _audience(pool: IdentityPool, provider_name: str, claims: Mapping[str, Any]) -> Decision[CognitoProvider | Refusal]:
    question = "is its audience an app client of the identity pool's?"
    audience = claims.get("aud")
    if not isinstance(audience, str):
        return _no_audience(question)
    entry = provider_of(pool, provider_name, audience)
    if entry is None:
        return _refuse("Incorrect token audience.", question, audience, ())
    return decided(entry, Step(question, "yes", audience, "ci:external-providers", location=_providers_at(pool)))


def _no_audience(question: str) -> Decision[Any]:
    """Access tokens name no audience; which error they meet is not documented."""
    texts = {
        "missing-claim": "Missing a required claim: aud",
        "not-an-id-token": "Not a valid OpenId Connect identity token.",
    }
    step = Step(
        question,
        "no",
        "aud is absent, as in access tokens",
        "ci:external-providers",
        Basis.ASSUMED,
        assumption="identity.accessTokenAsLogin",
        decides=True,
    )
    text = texts[choice("identity.accessTokenAsLogin")]
    return decided(Refusal("NotAuthorizedException", f"Invalid login token. {text}"), step)


def _still_current(
    world: World,
    pool: IdentityPool,
    user_pool: UserPool,
    login: AcceptedLogin,
    revoked: Revoked,
) -> Decision[Refusal | None]:
    """Whether the user pool still stands by the token, where the identity pool asks it. # ci:CognitoIdentityProvider"""
    entry = provider_of(pool, login.provider_name, login.client_id)
    question, source = "does the user pool still stand by the token?", "ci:CognitoIdentityProvider"
    place = _providers_at(pool)
    if entry is None or not entry.server_side_token_check:
        return decided(None, Step(question, "not asked", "ServerSideTokenCheck is off", source, location=place))
    deleted = (user_pool.id, login.subject) not in world.subs
    ended = revoked(login.claims) if not deleted else False
    if isinstance(ended, str) and ended and ended not in _EVERYWHERE:
        return _ended_alone(ended, question, place)
    if deleted or ended:
        found = "the user was deleted" if deleted else "the sign-in was revoked"
        step = Step(question, "no", found, source, location=place, decides=True)
        return decided(Refusal("NotAuthorizedException", "Token is inactive"), step)
    return decided(None, Step(question, "yes", "ServerSideTokenCheck is on", source, location=place))


def _ended_alone(by: str, question: str, place: Location | None) -> Decision[Refusal | None]:
    """A single sign-in that was ended: the check is described for a user's global sign-out and deletion."""
    inactive = choice(_ENDED_ALONE) == "refused"
    answer, found = ("no" if inactive else "yes"), f"the sign-in alone was ended, by {by}"
    source = "ci:CognitoIdentityProvider"
    step = Step(question, answer, found, source, Basis.ASSUMED, assumption=_ENDED_ALONE, location=place, decides=True)
    return decided(Refusal("NotAuthorizedException", "Token is inactive") if inactive else None, step)


def _providers_at(pool: IdentityPool) -> Location | None:
    return pool.origin.at("CognitoIdentityProviders")


def _refuse(message: str, question: str, found: str, before: tuple[Step, ...], answer: str = "no") -> Decision[Any]:
    step = Step(question, answer, found, "ci:authentication-flow", Basis.OBSERVED, decides=True)
    return decided(Refusal("NotAuthorizedException", f"Invalid login token. {message}"), step, after=before)
