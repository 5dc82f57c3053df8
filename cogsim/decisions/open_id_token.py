"""The token that an identity pool makes for STS: its claims, its key, and what STS reads of it.

The same claims serve the running cloud, which signs them, and the static answers, which do not.
# ci:authentication-flow
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from cogsim.arn import Arn
from cogsim.assumptions import choice
from cogsim.decisions.login import COGNITO_ISSUERS, AcceptedLogin
from cogsim.decisions.trust import FederatedBearer
from cogsim.errors import NotModelled
from cogsim.persistent import Map
from cogsim.policy.request import Values
from cogsim.tokens.jwt import sign
from cogsim.tokens.keys import SigningKey, rsa_key
from cogsim.world.identity_pool import IdentityPool

TAGS_CLAIM = "https://aws.amazon.com/tags"

#: How long a token of GetOpenIdToken lives, in seconds. # ci:GetOpenIdToken
LIFETIME = 600


#: How long a developer's user may use one, in seconds, where the developer says nothing. # ci:developer
DEVELOPER_LIFETIME = 900


def issuer(partition: str) -> str:
    """Who issues the tokens of a partition's identity pools; partitions whose issuer no document names: NotModelled."""
    found = COGNITO_ISSUERS.get(partition)
    if found is None:
        raise NotModelled(f"an identity pool in the partition {partition}", hint="its tokens have another issuer")
    return found


def cognito_principal(partition: str) -> str:
    """The Federated principal of a partition's identity pools, and the prefix of their condition keys. A partition
    without a known issuer has a name that nothing equals."""
    return COGNITO_ISSUERS.get(partition, "").removeprefix("https://")


def open_id_claims(
    pool: IdentityPool,
    identity_id: str,
    login: AcceptedLogin | None,
    tags: Mapping[str, str],
    now: float,
    *,
    others: tuple[AcceptedLogin, ...] = (),
    lifetime: int = LIFETIME,
) -> dict[str, Any]:
    """The claims for an identity, of a login (and of `others` in the same call) or (None) a guest; `now` and `lifetime`
    in seconds."""
    issued_by = issuer(pool.partition)
    claims: dict[str, Any] = {
        "sub": identity_id,
        "aud": pool.id,
        "amr": list(authentication_methods(pool, login, others)),
        "iss": issued_by,
        f"{issued_by}/identity-pool-arn": pool.arn,
    }
    if tags:
        claims[TAGS_CLAIM] = {"principal_tags": {key: [tags[key]] for key in sorted(tags)}}
    return {**claims, "exp": int(now) + lifetime, "iat": int(now)}


def authentication_methods(
    pool: IdentityPool, login: AcceptedLogin | None, others: tuple[AcceptedLogin, ...] = ()
) -> tuple[str, ...]:
    """The `amr` list: a guest's, or the providers and users of this one authentication. # ci:role-trust"""
    if login is None:
        return ("unauthenticated",)
    used = sorted((login, *others), key=lambda each: each.provider_name)
    return ("authenticated", *(text for each in used for text in (each.provider_name, *_user_method(pool, each))))


def _user_method(pool: IdentityPool, login: AcceptedLogin) -> tuple[str, ...]:
    """The entry that names the user, by the kind of provider; social and SAML ones are not documented."""
    match login.kind:
        case "user-pool":
            return (f"{login.provider_name}:CognitoSignIn:{login.subject}",)
        case "oidc":
            return (f"{login.provider_arn}:OIDC:{login.subject}",)
        case "developer":
            return (f"{login.provider_name}:{pool.id}:{login.subject}",)
        case _ if choice("identity.userInMethods") == "absent":
            return ()
        case "saml":
            return (f"{login.provider_arn}:SAML:{login.subject}",)
        case _:
            return (f"{login.provider_name}:{login.subject}",)


@lru_cache(maxsize=64)
def signing_key(region: str) -> SigningKey:
    """The key of a Region's identity pools: RS512, with the Region and a number for its id."""
    return replace(rsa_key("cognito-identity", region), kid=f"{region}1", algorithm="RS512")


def signed(claims: Mapping[str, Any], region: str) -> str:
    """The compact token over `claims`."""
    return sign(claims, signing_key(region), algorithm="RS512", headers={"typ": "JWS"})


def cognito_bearer(claims: Mapping[str, Any]) -> FederatedBearer:
    """What STS makes of the claims of an accepted token: condition keys, and the tags for the session."""
    methods = tuple(str(method) for method in claims.get("amr", ()))
    provider = str(claims["iss"]).removeprefix("https://")
    keys = {
        f"{provider}:aud": Values((str(claims["aud"]),)),
        f"{provider}:sub": Values((str(claims["sub"]),)),
        f"{provider}:amr": Values(methods, multivalued=True),
    }
    arn = Arn.try_parse(str(claims.get(f"{claims['iss']}/identity-pool-arn", "")))
    return FederatedBearer(
        provider,
        Map(keys),
        subject=str(claims["sub"]),
        audience=str(claims["aud"]),
        account=arn.account if arn else None,
        tags=Map(_tags(claims)),
    )


def _tags(claims: Mapping[str, Any]) -> dict[str, str]:
    written = claims.get(TAGS_CLAIM, {}).get("principal_tags", {})
    return {key: value[0] if isinstance(value, list | tuple) else value for key, value in written.items()}
