"""Whom a call concerns: the accounts that get a record of it, the resources it touched, the person it was about."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cogsim.arn import Arn
from cogsim.aws.call import Outcome
from cogsim.aws.model import OperationShape, operation_shape
from cogsim.aws.trail import dynamodb
from cogsim.decisions.caller import Anonymous, caller_account
from cogsim.world.world import World

#: Identity-pool operations that are data events. # idp:cloudtrail §data-events
_IDENTITY_DATA = frozenset(
    {
        "cognito-identity:GetId",
        "cognito-identity:GetCredentialsForIdentity",
        "cognito-identity:GetOpenIdToken",
        "cognito-identity:GetOpenIdTokenForDeveloperIdentity",
        "cognito-identity:UnlinkIdentity",
    }
)
#: Object-level operations of S3 that name no key. # s3:cloudtrail §object-level
_OBJECT_LISTINGS = frozenset({"ListObjects", "ListObjectsV2", "ListObjectVersions", "DeleteObjects"})


@dataclass(frozen=True, slots=True)
class Event:
    """A call with what its record needs of the world around it.

    `accounts` are those that get a record, the caller's first; `subject` is the `sub` of the user it was about.
    """

    outcome: Outcome
    shape: OperationShape
    world: World
    accounts: tuple[str, ...]
    resources: tuple[Mapping[str, str], ...]
    subject: str | None
    data: bool


def event_of(outcome: Outcome, before: World) -> Event:
    """The event of `outcome`; `before` is the world as the previous call left it."""
    world = outcome.world or before
    shape = operation_shape(outcome.call.operation)
    resources, owner = _resources(outcome, world, before)
    return Event(
        outcome,
        shape,
        world,
        _accounts(outcome, shape, owner),
        () if iam_refused(outcome) else resources,
        _subject(outcome, world) or _subject(outcome, before),
        is_data(shape),
    )


def is_data(shape: OperationShape) -> bool:
    """Whether calls of the operation are data events, which a trail records only where its selectors ask for them."""
    service, _, name = shape.name.partition(":")
    if service == "dynamodb":
        return shape.name in dynamodb.DATA
    return shape.name in _IDENTITY_DATA or (service == "s3" and ("Key" in shape.members or name in _OBJECT_LISTINGS))


def iam_refused(outcome: Outcome) -> bool:
    """Whether IAM refused the call before its service read the parameters; S3 logs those all the same."""
    code = outcome.error.code if outcome.error else ""
    return (
        code in ("AccessDenied", "AccessDeniedException")
        and outcome.call.service != "s3"
        and not isinstance(outcome.caller, Anonymous)
    )


def token_claims(token: Any) -> dict[str, Any]:
    """The payload of a JWT, unverified, or nothing where there is none: for the trail only, which decides nothing."""
    try:
        payload = str(token).split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError, binascii.Error, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _accounts(outcome: Outcome, shape: OperationShape, owner: str | None) -> tuple[str, ...]:
    """The caller's account first; the owner's too where the call succeeded across accounts, or nobody signed it."""
    own = caller_account(outcome.caller)
    if own is not None:
        across = owner is not None and owner != own and outcome.error is None
        return (own, owner) if across and owner else (own,)
    unproven = isinstance(outcome.caller, Anonymous) and not shape.unsigned and outcome.call.credentials is not None
    missing = isinstance(outcome.caller, Anonymous) and not shape.unsigned and outcome.call.service != "s3"
    return () if owner is None or unproven or missing else (owner,)


def _resources(outcome: Outcome, world: World, before: World) -> tuple[tuple[Mapping[str, str], ...], str | None]:
    """What the call touched as records list it, and the account it belongs to."""
    params, service = outcome.call.params, outcome.call.service
    match service:
        case "sts" if isinstance(params.get("RoleArn"), str):
            role = Arn.try_parse(params["RoleArn"])
            if role is None:
                return (), None
            return ({"accountId": role.account, "type": "AWS::IAM::Role", "ARN": str(role)},), role.account
        case "dynamodb":
            return _tables(outcome, world)
        case "s3" if isinstance(params.get("Bucket"), str):
            return _object(outcome, world)
        case "cognito-identity":
            pool = _identity_pool(outcome, world) or _identity_pool(outcome, before)
            entry = world.identity_pools.get(pool or "") or before.identity_pools.get(pool or "")
            if entry is None:
                return (), None
            account = Arn.parse(entry.arn).account
            listed = {"accountId": account, "type": "AWS::Cognito::IdentityPool", "ARN": entry.arn}
            return ((listed,) if outcome.call.operation in _IDENTITY_DATA else ()), account
        case "cognito-idp":
            user_pool = world.user_pools.get(_user_pool(outcome, world) or "")
            return (), Arn.parse(user_pool.arn).account if user_pool is not None else None
    return (), None


def _object(outcome: Outcome, world: World) -> tuple[tuple[Mapping[str, str], ...], str | None]:
    params = outcome.call.params
    bucket = world.buckets.get(params["Bucket"])
    partition = bucket.partition if bucket else outcome.call.origin.partition
    arn = f"arn:{partition}:s3:::{params['Bucket']}"
    found: list[Mapping[str, str]] = []
    if isinstance(params.get("Key"), str):
        found.append({"type": "AWS::S3::Object", "ARN": f"{arn}/{params['Key']}"})
    elif outcome.call.name in _OBJECT_LISTINGS:
        found.append({"type": "AWS::S3::Object", "ARNPrefix": f"{arn}/{params.get('Prefix') or ''}"})
    owner = {"accountId": bucket.account} if bucket else {}
    found.append({**owner, "type": "AWS::S3::Bucket", "ARN": arn})
    return tuple(found), bucket.account if bucket else None


def _tables(outcome: Outcome, world: World) -> tuple[tuple[Mapping[str, str], ...], str | None]:
    """The tables that a call speaks of, and the account of the first. # ddb:cloudtrail"""
    found = [arn for arn in map(Arn.try_parse, dynamodb.touched(outcome, world)) if arn is not None]
    listed = tuple({"accountId": arn.account, "type": "AWS::DynamoDB::Table", "ARN": str(arn)} for arn in found)
    return listed, found[0].account if found else None


def _identity_pool(outcome: Outcome, world: World) -> str | None:
    pool = outcome.call.params.get("IdentityPoolId")
    if isinstance(pool, str):
        return pool
    identity = world.identities.get(str(outcome.call.params.get("IdentityId")))
    return identity.pool_id if identity is not None else None


def _user_pool(outcome: Outcome, world: World) -> str | None:
    """The pool a call is made to: named, or that of the client, or of the token that stands for its bearer."""
    params = outcome.call.params
    if isinstance(params.get("UserPoolId"), str):
        return str(params["UserPoolId"])
    client = world.clients.get(str(params.get("ClientId")))
    if client is not None:
        return client.pool_id
    issuer = token_claims(params.get("AccessToken")).get("iss")
    return str(issuer).rpartition("/")[2] if issuer else None


def _subject(outcome: Outcome, world: World) -> str | None:
    """The `sub` of the user a user-pool call is about, where there is such a user. # idp:cloudtrail §sub"""
    if outcome.call.service != "cognito-idp":
        return None
    pool = world.user_pools.get(_user_pool(outcome, world) or "")
    if pool is None:
        return None
    for name in _names(outcome):
        username = world.resolve_username(pool, name) or world.subs.get((pool.id, name))
        user = world.pool_users.get((pool.id, username)) if username else None
        if user is not None:
            return user.sub
    return None


def _names(outcome: Outcome) -> list[str]:
    """The names by which a call may speak of its user, surest first."""
    params, response = outcome.call.params, outcome.response or {}
    found: list[Any] = [token_claims(params.get("AccessToken")).get("sub"), params.get("Username")]
    for member in ("AuthParameters", "ChallengeResponses"):
        inner = params.get(member)
        found.append(inner.get("USERNAME") if isinstance(inner, Mapping) else None)
    result = response.get("AuthenticationResult")
    if isinstance(result, Mapping):
        found.append(token_claims(result.get("AccessToken")).get("sub"))
    return [str(name) for name in found if name]
