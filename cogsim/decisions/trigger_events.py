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
from cogsim.world.user_pool import UserPool

#: What stands in callerContext where a call names no app client, and where nothing tells the SDK. # idp:triggers
NO_CLIENT = "CLIENT_ID_NOT_APPLICABLE"
_SDK = "aws-sdk-unknown-unknown"

#: The kinds of a field: a truth value, a text, a list of texts, a map to texts, a map to any JSON.
FLAG, TEXT, TEXTS, TEXT_MAP, JSON_MAP = "a truth value", "a text", "a list of texts", "a map to texts", "a map"

Fields = Mapping[str, Any]

_GROUPS: Fields = {"groupsToOverride": TEXTS, "iamRolesToOverride": TEXTS, "preferredRole": TEXT}
_V1_CLAIMS: Fields = {
    "claimsToAddOrOverride": TEXT_MAP,
    "claimsToSuppress": TEXTS,
    "groupOverrideDetails": _GROUPS,
}
_V2_ID: Fields = {"claimsToAddOrOverride": JSON_MAP, "claimsToSuppress": TEXTS}
_V2_ACCESS: Fields = {**_V2_ID, "scopesToAdd": TEXTS, "scopesToSuppress": TEXTS}
_V2_CLAIMS: Fields = {
    "idTokenGeneration": _V2_ID,
    "accessTokenGeneration": _V2_ACCESS,
    "groupOverrideDetails": _GROUPS,
}
_TOKEN_RESPONSE: Fields = {"claimsOverrideDetails": _V1_CLAIMS}
_LATER_TOKEN_RESPONSE: Fields = {"claimsAndScopeOverrideDetails": _V2_CLAIMS}

#: The response's fields by trigger. # idp:triggers
RESPONSES: Mapping[str, Fields] = {
    "PreSignUp": {"autoConfirmUser": FLAG, "autoVerifyEmail": FLAG, "autoVerifyPhone": FLAG},
    "PostConfirmation": {},
    "PreAuthentication": {},
    "PostAuthentication": {},
    "DefineAuthChallenge": {"challengeName": TEXT, "issueTokens": FLAG, "failAuthentication": FLAG},
    "CreateAuthChallenge": {
        "publicChallengeParameters": TEXT_MAP,
        "privateChallengeParameters": TEXT_MAP,
        "challengeMetadata": TEXT,
    },
    "VerifyAuthChallengeResponse": {"answerCorrect": FLAG},
    "UserMigration": {
        "userAttributes": TEXT_MAP,
        "finalUserStatus": TEXT,
        "messageAction": TEXT,
        "desiredDeliveryMediums": TEXTS,
        "forceAliasCreation": FLAG,
        "enableSMSMFA": FLAG,
    },
    "CustomMessage": {"smsMessage": TEXT, "emailMessage": TEXT, "emailSubject": TEXT},
    "CustomEmailSender": {},
    "CustomSMSSender": {},
    "InboundFederation": {"userAttributesToMap": TEXT_MAP},
    "PreTokenGeneration": _TOKEN_RESPONSE,
}

#: The request's fields beside userAttributes, by trigger. # idp:triggers
REQUESTS: Mapping[str, tuple[str, ...]] = {
    "PreSignUp": ("validationData", "clientMetadata"),
    "PostConfirmation": ("clientMetadata",),
    "PreAuthentication": ("validationData", "userNotFound"),
    "PostAuthentication": ("newDeviceUsed", "clientMetadata"),
    "DefineAuthChallenge": ("session", "clientMetadata", "userNotFound"),
    "CreateAuthChallenge": ("challengeName", "session", "clientMetadata", "userNotFound"),
    "VerifyAuthChallengeResponse": ("privateChallengeParameters", "challengeAnswer", "clientMetadata", "userNotFound"),
    "UserMigration": ("password", "validationData", "clientMetadata"),
    "CustomMessage": ("codeParameter", "usernameParameter", "linkParameter", "clientMetadata"),
    "CustomEmailSender": ("type", "code", "clientMetadata"),
    "CustomSMSSender": ("type", "code", "clientMetadata"),
    "InboundFederation": ("providerName", "providerType", "attributes"),
    "PreTokenGeneration": ("groupConfiguration", "scopes", "clientMetadata"),
}

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
        return _LATER_TOKEN_RESPONSE
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
