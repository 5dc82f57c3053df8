"""The token that an identity pool makes for STS: its claims, its key, and what STS reads of it.

The same claims serve the running cloud, which signs them, and the static answers, which do not.
# ci:authentication-flow
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.arn import Arn
from cogsim.decisions.login import AcceptedLogin
from cogsim.decisions.trust import COGNITO, FederatedBearer
from cogsim.errors import NotModelled
from cogsim.persistent import Map
from cogsim.policy.request import Values
from cogsim.tokens.jwt import sign
from cogsim.tokens.keys import SigningKey, rsa_key
from cogsim.world.identity_pool import IdentityPool

ISSUER = f"https://{COGNITO}"
POOL_ARN_CLAIM = f"{ISSUER}/identity-pool-arn"
TAGS_CLAIM = "https://aws.amazon.com/tags"

#: How long a token of GetOpenIdToken lives, in seconds. # ci:GetOpenIdToken
LIFETIME = 600


def open_id_claims(
    pool: IdentityPool, identity_id: str, login: AcceptedLogin | None, tags: Mapping[str, str], now: float
) -> dict[str, Any]:
    """The claims for an identity, of a login or (None) a guest; `now` in seconds.

    Other partitions have issuers of their own, which trust policies and variables name there: NotModelled.
    """
    partition = Arn.parse(pool.arn).partition
    if partition != "aws":
        raise NotModelled(f"an identity pool in the partition {partition}", hint="its tokens have another issuer")
    claims: dict[str, Any] = {
        "sub": identity_id,
        "aud": pool.id,
        "amr": list(authentication_methods(login)),
        "iss": ISSUER,
        POOL_ARN_CLAIM: pool.arn,
    }
    if tags:
        claims[TAGS_CLAIM] = {"principal_tags": {key: [tags[key]] for key in sorted(tags)}}
    return {**claims, "exp": int(now) + LIFETIME, "iat": int(now)}


def authentication_methods(login: AcceptedLogin | None) -> tuple[str, ...]:
    """The `amr` list: a guest's, or the provider's and the user's. # ci:role-trust"""
    if login is None:
        return ("unauthenticated",)
    provider = login.provider_name
    return ("authenticated", provider, f"{provider}:CognitoSignIn:{login.subject}")


def signing_key(region: str) -> SigningKey:
    """The key of a Region's identity pools: RS512, with the Region and a number for its id."""
    return replace(rsa_key("cognito-identity", region), kid=f"{region}1", algorithm="RS512")


def signed(claims: Mapping[str, Any], region: str) -> str:
    """The compact token over `claims`."""
    return sign(claims, signing_key(region), algorithm="RS512", headers={"typ": "JWS"})


def cognito_bearer(claims: Mapping[str, Any]) -> FederatedBearer:
    """What STS makes of the claims of an accepted token: condition keys, and the tags for the session."""
    methods = tuple(str(method) for method in claims.get("amr", ()))
    keys = {
        f"{COGNITO}:aud": Values((str(claims["aud"]),)),
        f"{COGNITO}:sub": Values((str(claims["sub"]),)),
        f"{COGNITO}:amr": Values(methods, multivalued=True),
    }
    arn = Arn.try_parse(str(claims.get(POOL_ARN_CLAIM, "")))
    return FederatedBearer(
        COGNITO,
        Map(keys),
        subject=str(claims["sub"]),
        audience=str(claims["aud"]),
        account=arn.account if arn else None,
        tags=Map(_tags(claims)),
    )


def _tags(claims: Mapping[str, Any]) -> dict[str, str]:
    written = claims.get(TAGS_CLAIM, {}).get("principal_tags", {})
    return {key: value[0] if isinstance(value, list | tuple) else value for key, value in written.items()}
