"""What a user pool writes into its tokens, claim by claim; asked when a token is issued and by static answers alike.

Every claim here stands in the ledgers of `tokens.claims`. Pure: the instant and the ids are given (`Issue`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Step, decided
from cogsim.decisions.attribute_permissions import readable
from cogsim.decisions.group_claims import GroupClaims, group_claims
from cogsim.decisions.oauth_grant import Grant, shown_attributes
from cogsim.tokens.keys import RsaKey, rsa_key
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

#: The scope of every access token that the API (and not the token endpoint) gives out. # idp:scopes §api
API_SCOPE = "aws.cognito.signin.user.admin"

_VERIFIED = ("email_verified", "phone_number_verified")
_ROLES_FORM = "cognito.rolesClaimForm"

Claims = Mapping[str, object]
TokenUse = Literal["id", "access"]


@dataclass(frozen=True, slots=True)
class Issue:
    """One issuing of tokens: the instants in seconds, the token's own id, and the ids of its sign-in; `grant` is what
    an app was authorized to through the pool's domain, None for a sign-in at the API."""

    now: float
    auth_time: float
    jti: str
    origin_jti: str
    event_id: str
    acr: str | None = None
    amr: tuple[str, ...] = ()
    device_key: str | None = None
    grant: Grant | None = None


def pool_key(pool: UserPool, use: TokenUse, generation: int | None = None) -> RsaKey:
    """The key that a pool signs its ID tokens or its access tokens with: two keys, two key ids; the latest generation
    unless one is named. # idp:verify"""
    number = pool.signing_keys[-1] if generation is None else generation
    return rsa_key("cognito-idp", pool.id, use, *((str(number),) if number else ()))


def pool_keys(pool: UserPool, *uses: TokenUse) -> dict[str, RsaKey]:
    """The keys that the pool publishes, by key id: those for `uses`, both where none is named; the oldest generation
    first. # idp:verify"""
    keys = (pool_key(pool, use, number) for number in pool.signing_keys for use in uses or ("id", "access"))
    return {key.kid: key for key in keys}


def id_claims(world: World, pool: UserPool, client: UserPoolClient, user: PoolUser, issue: Issue) -> Decision[Claims]:
    """The claims of an ID token: every attribute the client may read, from an authorization those that its scopes
    show. # idp:id-token"""
    groups, scopes = group_claims(world, user), issue.grant.scopes if issue.grant else ()
    may_read = shown_attributes(pool, client, scopes) if scopes else readable(pool, client)
    attributes, held = may_read.value, groups.value
    claims: dict[str, object] = {"sub": user.sub}
    _put_groups(claims, held)
    for name in _VERIFIED:
        if name in user.attributes and name in attributes:
            claims[name] = user.attributes[name] == "true"
    if held.preferred_role:
        claims["cognito:preferred_role"] = held.preferred_role
    claims["iss"] = pool.issuer
    claims["cognito:username"] = user.username
    if client.enable_token_revocation:
        claims["origin_jti"] = issue.origin_jti
    if held.roles:
        claims["cognito:roles"] = list(held.roles) if choice(_ROLES_FORM) == "array" else ",".join(held.roles)
    if "identities" in user.attributes:
        claims["identities"] = [_identity(each) for each in json.loads(user.attributes["identities"])]
    claims |= {"aud": client.id, "event_id": issue.event_id, "token_use": "id"}
    claims |= _times(issue, client.id_token_validity)
    if issue.acr is not None:
        claims |= {"acr": issue.acr, "amr": list(issue.amr)}
    if issue.grant is not None and issue.grant.nonce is not None:
        claims["nonce"] = issue.grant.nonce
    for name in pool.attribute_names:
        if name in user.attributes and name in attributes and name not in claims:
            claims[name] = _claim(name, user.attributes[name])
    hidden = sorted(name for name in user.attributes if name not in attributes and name != "identities")
    steps = [*groups.steps, *may_read.steps, *_roles_step(held), *_hidden_step(client, hidden)]
    lifetime = Step(
        "how long is the ID token valid?",
        f"{client.id_token_validity} s",
        client.id,
        "idp:tokens§lifetimes",
        location=client.origin.at("IdTokenValidity"),
    )
    return decided(claims, lifetime, after=steps)


def access_claims(
    world: World, pool: UserPool, client: UserPoolClient, user: PoolUser, issue: Issue
) -> Decision[Claims]:
    """The claims of an access token: no roles, no attributes, and `aud` only where an authorization binds it to a
    resource; one from the API has the scope of the API. # idp:access-token"""
    groups = group_claims(world, user)
    claims: dict[str, object] = {"sub": user.sub}
    if issue.device_key is not None:
        claims["device_key"] = issue.device_key
    _put_groups(claims, groups.value)
    claims |= {"iss": pool.issuer, "client_id": client.id}
    if client.enable_token_revocation:
        claims["origin_jti"] = issue.origin_jti
    grant = issue.grant
    scope = API_SCOPE if grant is None else grant.scope
    claims |= {"event_id": issue.event_id, "token_use": "access", "scope": scope}
    if grant is not None:
        claims |= {"version": 2} | ({} if grant.resource is None else {"aud": grant.resource})
    claims |= _times(issue, client.access_token_validity) | {"username": user.username}
    lifetime = Step(
        "how long is the access token valid?",
        f"{client.access_token_validity} s",
        client.id,
        "idp:tokens§lifetimes",
        location=client.origin.at("AccessTokenValidity"),
    )
    return decided(claims, lifetime, after=groups.steps)


def client_claims(pool: UserPool, client: UserPoolClient, scopes: tuple[str, ...], issue: Issue) -> Claims:
    """The claims of an access token that a client gets for itself: its subject is the client. # idp:access-token"""
    return {
        "sub": client.id,
        "token_use": "access",
        "scope": " ".join(scopes),
        "auth_time": int(issue.now),
        "iss": pool.issuer,
        "exp": int(issue.now) + client.access_token_validity,
        "iat": int(issue.now),
        "version": 2,
        "jti": issue.jti,
        "client_id": client.id,
    }


def _put_groups(claims: dict[str, object], held: GroupClaims) -> None:
    if held.groups:
        claims["cognito:groups"] = list(held.groups)


def _times(issue: Issue, validity: int) -> dict[str, object]:
    """Whole seconds; the end counts from this issuing, the authentication from the sign-in. # idp:refresh-token"""
    now = int(issue.now)
    return {"auth_time": int(issue.auth_time), "exp": now + validity, "iat": now, "jti": issue.jti}


def _identity(held: Mapping[str, Any]) -> dict[str, object]:
    """A linked identity as a claim, where time and flag are text; by which attribute it is known stays out of it.
    # idp:id-token"""
    told = {name: value for name, value in held.items() if name != "attributeName"}
    return told | {name: str(told[name]).lower() for name in ("primary", "dateCreated") if name in told}


def _claim(name: str, value: str) -> object:
    """An attribute as a claim: two have a form of their own, a custom one is always text. # idp:id-token"""
    if name == "address":
        return {"formatted": value}
    if name == "updated_at" and value.isascii() and value.isdigit():
        return int(value)
    return value


def _roles_step(held: GroupClaims) -> list[Step]:
    if not held.roles:
        return []
    form = choice(_ROLES_FORM)
    question = "in which form do the roles stand in the token?"
    return [Step(question, form, ", ".join(held.roles), "idp:id-token§roles", Basis.ASSUMED, assumption=_ROLES_FORM)]


def _hidden_step(client: UserPoolClient, hidden: list[str]) -> list[Step]:
    if not hidden:
        return []
    question, place = "which of the user's attributes stay out of the token?", client.origin.at("ReadAttributes")
    return [Step(question, ", ".join(hidden), "not readable", "idp:app-clients§attribute-permissions", location=place)]
