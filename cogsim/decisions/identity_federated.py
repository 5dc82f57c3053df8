"""Does an identity pool believe a login of a provider outside AWS: OpenID Connect, social, or SAML.

1. The provider is one that the account registered with IAM, and that the pool lists: its keys and audiences are those
   of that registration, never the message's own.
2. A SAML response is held to what STS holds it to. It may come twice, to GetId and to GetCredentialsForIdentity, so
   its being new is the one check that is not asked.
3. The roles of an assertion count only in a pair with the provider that signed it: a provider cannot give the roles
   that another was trusted with. # ci:saml
"""

from __future__ import annotations

import re
from typing import Any

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.identity_refusals import NOT_AUTHORIZED, before, observed, unseen
from cogsim.decisions.login import COGNITO_ISSUERS, AcceptedLogin
from cogsim.decisions.oidc_token import UNREACHABLE, accept_oidc_token
from cogsim.decisions.saml_attributes import role_pairs
from cogsim.decisions.saml_session import believe
from cogsim.errors import NotModelled
from cogsim.persistent import Map
from cogsim.tokens.jwt import read
from cogsim.tokens.saml import Assertion
from cogsim.world.identity_pool import IdentityPool
from cogsim.world.world import World

#: The attribute that a SAML subject's name goes by in the default tag map. # ci:provider-mappings
_NAME_IDENTIFIER = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier"

#: Public providers of old, whose proof is an OAuth 1.0 token with its secret.
LEGACY_PROVIDERS = frozenset({"api.twitter.com", "www.digits.com"})

#: Every public provider that a pool can name in SupportedLoginProviders. # ci:external-providers
PUBLIC_PROVIDERS = frozenset(
    {"accounts.google.com", "appleid.apple.com", "graph.facebook.com", "www.amazon.com", *LEGACY_PROVIDERS}
)

#: The words of identity pools for what makes a token worthless. # ci:authentication-flow
_TEXTS = {
    "WrongIssuer": "Issuer doesn't match providerName",
    "WrongAudience": "Incorrect token audience.",
    "MalformedToken": "Not a valid OpenId Connect identity token.",
    "InvalidToken": "Token signature invalid.",
}

Accepted = Decision[AcceptedLogin | Refusal]


def accept_oidc(world: World, pool: IdentityPool, name: str, token: str, *, now: float) -> Accepted:
    """A token of an issuer that is registered with IAM as a provider, for one of its client ids.
    # ci:external-providers
    """
    arns = (arn for arn in pool.open_id_connect_provider_arns if arn.partition(":oidc-provider/")[2] == name)
    provider = next((world.oidc_providers[arn] for arn in arns if arn in world.oidc_providers), None)
    question = "is the OpenID Connect provider registered with IAM?"
    if provider is None:
        return _invalid("the OpenID Connect provider does not exist", question, name)
    known = Step(question, "yes", provider.arn, "ci:external-providers", location=provider.origin.location)
    found = _asked(world, provider.url, token, provider.client_ids, now)
    if isinstance(found.value, Refusal):
        return before((known,), found)
    claims = found.value
    login = AcceptedLogin(name, "", str(claims["sub"]), Map(claims), "oidc", provider.arn)
    return decided(login, known, *found.steps)


def accept_social(world: World, pool: IdentityPool, name: str, token: str, *, now: float) -> Accepted:
    """A token of one of the public providers that identity pools know by themselves, for the pool's own app there."""
    if name in LEGACY_PROVIDERS:
        raise NotModelled(f"a login through {name}", hint="its token and secret are no OpenID Connect")
    found = _asked(world, name, token, tuple(pool.supported_login_providers[name].split(";")), now)
    if isinstance(found.value, Refusal):
        return Decision(found.value, found.steps)
    claims = dict(found.value)
    if name == "www.amazon.com":
        claims.setdefault("user_id", claims["sub"])  # ci:provider-mappings
    return decided(AcceptedLogin(name, "", str(claims["sub"]), Map(claims), "social"), *found.steps)


def _asked(world: World, name: str, token: str, audiences: tuple[str, ...], now: float) -> Decision[Any]:
    """The provider's claims, or its refusal in the words of identity pools."""
    parsed = read(token)
    if not isinstance(parsed, Refusal) and parsed.claims.get("iss") in COGNITO_ISSUERS.values():
        text, question = "Invalid login token. Can't pass in a Cognito token.", "is it a token of an identity pool?"
        return observed(
            NOT_AUTHORIZED, text, question, str(parsed.claims["iss"]), "ci:authentication-flow", answer="yes"
        )
    found = accept_oidc_token(world, name, token, audiences=audiences, now=now)
    if not isinstance(found.value, Refusal):
        return decided(found.value, *found.steps)
    return before(found.steps, _worded(found.value, name))


def _worded(refusal: Refusal, name: str) -> Decision[Any]:
    question = "is the token believed?"
    if refusal.code == UNREACHABLE:
        return unseen("ExternalServiceException", "The provider does not respond.", question, name)
    ends = re.fullmatch(r"exp (\d+), now (\d+)", refusal.message)
    if refusal.code == "TokenExpired" and ends is not None:
        text = f"Token expired: {ends[1]} >= {ends[2]}"
    elif refusal.code == "MissingClaim":
        text = f"Missing a required claim: {refusal.message}"
    else:
        text = _TEXTS.get(refusal.code, "")
    if not text:
        return _invalid(refusal.message, question, name)
    return observed(NOT_AUTHORIZED, f"Invalid login token. {text}", question, refusal.message, "ci:authentication-flow")


def accept_saml(world: World, pool: IdentityPool, name: str, response: str, *, now: float) -> Accepted:
    """The person of a Base64 SAML response, offered under the ARN of the provider."""
    found = believe(world, name, response, now=now)
    if isinstance(found.value, Refusal):
        return before(found.steps, _invalid(found.value.message, "is the response believed?", found.value.code))
    login = _saml_login(name, found.value)
    roles = ", ".join(login.roles) or "none"
    step = Step("which roles does the assertion give at this provider?", roles, name, "ci:saml", decides=True)
    return decided(login, *found.steps, step)


def _saml_login(arn: str, assertion: Assertion) -> AcceptedLogin:
    claims: dict[str, Any] = {
        name: values[0] if len(values) == 1 else list(values) for name, values in assertion.attributes.items()
    }
    claims.setdefault(_NAME_IDENTIFIER, assertion.name_id)
    roles = tuple(role for role, provider in role_pairs(assertion) if provider == arn)
    return AcceptedLogin(arn, "", assertion.name_id, Map(claims), "saml", arn, tuple(dict.fromkeys(roles)))


def _invalid(text: str, question: str, found: str) -> Decision[Any]:
    return unseen(NOT_AUTHORIZED, f"Invalid login token. {text}", question, found, "ci:saml")
