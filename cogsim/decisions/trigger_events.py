"""What a user pool sends its Lambda triggers and what it takes back: the event's shape and the response's fields.

Pure: an event is built from what the caller knows, in AWS's own order of keys. A response is held against the fields
of its trigger: a field of the wrong type is refused, one that no trigger of that name has is not looked at.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cogsim.decision import Refusal
from cogsim.world.pool_user import PoolUser
from cogsim.world.trigger_shapes import FLAG, LATER_TOKEN_RESPONSE, RESPONSES, TEXT, TEXT_MAP, TEXTS, Fields
from cogsim.world.user_pool import UserPool

#: What stands in callerContext where a call names no app client, and where nothing tells the SDK. # idp:triggers
NO_CLIENT = "CLIENT_ID_NOT_APPLICABLE"
_SDK = "aws-sdk-unknown-unknown"

#: PreSignUp answers false where nothing is set; every other field is null until the function sets it.
_PRESET: Mapping[str, Mapping[str, Any]] = {"PreSignUp": dict.fromkeys(RESPONSES["PreSignUp"], False)}

UNRECOGNIZABLE = Refusal("InvalidLambdaResponseException", "Unrecognizable lambda output")


@dataclass(frozen=True, slots=True)
class Function:
    """The function behind a trigger of a pool: its name in LambdaConfig, its ARN, and the version of its events."""

    setting: str
    arn: str
    version: str


def function_of(pool: UserPool, trigger: str) -> Function | None:
    """The function of that trigger; the two settings of PreTokenGeneration are one trigger, the versioned one first.
    # idp:pre-token"""
    if trigger == "PreTokenGeneration" and "PreTokenGenerationConfig" in pool.triggers:
        setting = "PreTokenGenerationConfig"
        version = pool.trigger_versions.get(setting, "V2_0").removeprefix("V").partition("_")[0]
        return Function(setting, pool.triggers[setting], version)
    if trigger not in pool.triggers:
        return None
    return Function(trigger, pool.triggers[trigger], "1")


def fields_of(trigger: str, version: str) -> Fields:
    """The response's fields of a trigger in that version of its events."""
    if trigger == "PreTokenGeneration" and version != "1":
        return LATER_TOKEN_RESPONSE
    return RESPONSES[trigger]


def blank_response(trigger: str, version: str = "1") -> dict[str, Any]:
    """The response as the function finds it."""
    return {**dict.fromkeys(fields_of(trigger, version)), **_PRESET.get(trigger, {})}


def event(
    pool: UserPool,
    function: Function,
    source: str,
    username: str | None,
    client_id: str | None,
    request: Mapping[str, Any],
    response: Mapping[str, Any],
) -> dict[str, Any]:
    """An event in AWS's shape and order of keys. # idp:triggers"""
    return {
        "version": function.version,
        "triggerSource": source,
        "region": pool.region,
        "userPoolId": pool.id,
        "userName": username,
        "callerContext": {"awsSdkVersion": _SDK, "clientId": client_id or NO_CLIENT},
        "request": dict(request),
        "response": dict(response),
    }


def user_attributes(pool: UserPool, user: PoolUser) -> dict[str, str]:
    """`request.userAttributes` of somebody stored: the attributes, and what the service adds to them. # idp:triggers"""
    held = {"sub": user.sub, "cognito:user_status": str(user.status)}
    names = (*pool.username_attributes, *pool.alias_attributes)
    for contact in ("email", "phone_number"):
        if contact in names and user.attributes.get(f"{contact}_verified") == "true":
            held[f"cognito:{contact}_alias"] = user.attributes[contact]
    if user.factors:
        held["cognito:mfa_enabled"] = "true"
    return {**held, **user.attributes}


def taken_back(function: Function, trigger: str, output: object) -> Mapping[str, Any] | Refusal:
    """The response inside what a function returned, as plain JSON; the refusal where it is none.
    # idp:errors §lambda"""
    response = output.get("response") if isinstance(output, Mapping) else None
    if not isinstance(response, Mapping):
        return UNRECOGNIZABLE
    try:
        plain = json.loads(json.dumps(response, allow_nan=False))
    except (TypeError, ValueError, RecursionError):
        return UNRECOGNIZABLE
    return plain if misfit(plain, fields_of(trigger, function.version)) is None else UNRECOGNIZABLE


def misfit(value: Any, kind: Any, path: str = "") -> str | None:
    """The path of the first thing in `value` that is not of its kind, None where all is; null is nothing."""
    if value is None:
        return None
    if isinstance(kind, Mapping):
        if not isinstance(value, Mapping):
            return path
        faults = (misfit(value[name], kind[name], f"{path}.{name}") for name in kind if name in value)
        return next((fault for fault in faults if fault is not None), None)
    return None if _fits(value, kind) else path


def _fits(value: Any, kind: str) -> bool:
    if kind == FLAG:
        return isinstance(value, bool)
    if kind == TEXT:
        return isinstance(value, str)
    if kind == TEXTS:
        return isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)
    if kind == TEXT_MAP:
        return isinstance(value, Mapping) and all(isinstance(item, str) for item in value.values())
    return isinstance(value, Mapping)
