"""What the events of Lambda triggers hold and what a declared trigger may say of them.

The tables are held against a template when it is loaded, and against a function's answer when one comes back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cogsim.arn import Arn

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
LATER_TOKEN_RESPONSE: Fields = {"claimsAndScopeOverrideDetails": _V2_CLAIMS}

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

#: Members of the event beside `request`, and those of callerContext.
EVENT = ("version", "triggerSource", "region", "userPoolId", "userName", "callerContext", "request")
CALLER_CONTEXT = ("awsSdkVersion", "clientId")
#: Fields of the request that hold names of the user's own.
FREE_MAPS = frozenset(
    ("userAttributes", "validationData", "clientMetadata", "privateChallengeParameters", "attributes")
)
#: Fields of the request that hold fields or lists of AWS's own.
ROUND = ("challengeName", "challengeResult", "challengeMetadata")
GROUP_CONFIGURATION = ("groupsToOverride", "iamRolesToOverride", "preferredRole")

#: What a condition may compare by. # trigger rules: `decisions.trigger_rules`
OPERATORS = ("at_least", "at_most", "contains", "equals", "exists", "in", "matches", "not", "prefix", "suffix")

#: `${path}` in a text of a rule.
TEMPLATE = re.compile(r"\$\{\s*([^{}]+?)\s*\}")

_UNRESOLVED = re.compile("«([^«».]+)»")


def canonical_function(name: str) -> str:
    """The name under which a declared function is kept: `Ref` and `GetAtt Arn` of one that could not be resolved are
    the same function, and a version or alias is left out."""
    unresolved = _UNRESOLVED.fullmatch(name)
    if unresolved is not None:
        return f"«{unresolved[1]}.Arn»"
    arn = Arn.try_parse(name)
    if arn is None or not arn.resource.startswith("function:"):
        return name
    function = arn.resource.split(":")[1]
    if _UNRESOLVED.fullmatch(function):
        return canonical_function(function)
    return str(Arn(arn.partition, arn.service, arn.region, arn.account, f"function:{function}"))


def function_name(name: str) -> str | None:
    """The bare name of a function that is given by its ARN."""
    arn = Arn.try_parse(name)
    return arn.resource.split(":")[1] if arn and arn.resource.startswith("function:") else None
