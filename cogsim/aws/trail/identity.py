"""The `userIdentity` of a record: who made the call, in CloudTrail's words. # ct:user-identity"""

from __future__ import annotations

import json
from typing import Any

from cogsim.arn import Arn
from cogsim.aws.call import Credentials
from cogsim.aws.trail.event import Event, token_claims
from cogsim.aws.trail.saml import saml_identity
from cogsim.clock import iso
from cogsim.decisions.caller import (
    Anonymous,
    Caller,
    FederatedUser,
    IamUser,
    RoleSession,
    Root,
    Service,
    caller_account,
    caller_arn,
    caller_id,
)
from cogsim.policy.built_in_issuers import COGNITO_PRINCIPALS
from cogsim.policy.request import Values

#: Identity providers that STS knows without an IAM provider: records give their name, others' ARN.
_BUILT_IN = frozenset({*COGNITO_PRINCIPALS.values(), "accounts.google.com", "www.amazon.com", "graph.facebook.com"})

_TAGS_CLAIM = "https://aws.amazon.com/tags"


def user_identity(event: Event, recipient: str) -> dict[str, Any]:
    """Who called, as the account `recipient` sees it: another account's caller is no more than its id there."""
    caller, call = event.outcome.caller, event.outcome.call
    account = caller_account(caller)
    if call.operation == "sts:AssumeRoleWithWebIdentity":
        return _web_identity(event)
    if call.operation == "sts:AssumeRoleWithSAML":
        return saml_identity(event)
    if account is not None and account != recipient:
        return {"type": "AWSAccount", "principalId": caller_id(caller), "accountId": account}
    if isinstance(caller, Service):
        return {"type": "AWSService", "invokedBy": caller.principal}
    if isinstance(caller, Anonymous):
        return _anonymous(call.service)
    key = call.credentials.access_key_id if isinstance(call.credentials, Credentials) else None
    return _signed(caller, key)


def _anonymous(service: str) -> dict[str, Any]:
    match service:
        case "s3":
            return {"type": "AWSAccount", "principalId": "", "accountId": "anonymous"}  # s3:cloudtrail §anonymous
        case "cognito-identity":
            return {"type": "Unknown"}  # idp:cloudtrail §GetId
        case _:
            return {"type": "Unknown", "principalId": "Anonymous"}


def _signed(caller: Caller, key: str | None) -> dict[str, Any]:
    identity: dict[str, Any] = {
        "type": _TYPES[type(caller)],
        "principalId": caller_id(caller),
        "arn": caller_arn(caller),
        "accountId": caller_account(caller),
    }
    if key is not None:
        identity["accessKeyId"] = key
    match caller:
        case IamUser():
            identity["userName"] = Arn.parse(caller.arn).name
            if caller.issued_at is not None:
                identity["sessionContext"] = {"attributes": _attributes(caller.issued_at, caller.mfa_at is not None)}
        case Root():
            if caller.issued_at is not None:
                identity["sessionContext"] = _root_context(caller, caller.issued_at)
        case RoleSession():
            identity["sessionContext"] = _role_context(caller)
        case FederatedUser():
            issuer = _issuer("Root" if caller.of_root else "IAMUser", caller.user_arn, caller.user_id or None)
            identity["sessionContext"] = {"sessionIssuer": issuer, "attributes": _attributes(caller.issued_at)}
    return identity


_TYPES: dict[type, str] = {
    Root: "Root",
    IamUser: "IAMUser",
    RoleSession: "AssumedRole",
    FederatedUser: "FederatedUser",
}


def _role_context(session: RoleSession) -> dict[str, Any]:
    context: dict[str, Any] = {"sessionIssuer": _issuer("Role", session.role_arn, session.role_id)}
    if session.federated_provider is not None:
        context["webIdFederationData"] = {
            "federatedProvider": session.federated_provider,
            "attributes": {key: _attribute(session.federated[key]) for key in session.federated},
        }
    context["attributes"] = _attributes(session.issued_at)
    if session.source_identity is not None:
        context["sourceIdentity"] = session.source_identity
    return context


def _root_context(session: Root, issued_at: float) -> dict[str, Any]:
    """A root user's session; one of AssumeRoot says so. # ug:root-access §cloudtrail"""
    context: dict[str, Any] = {"attributes": _attributes(issued_at, session.mfa_at is not None)}
    if session.source_identity is not None:
        context["sourceIdentity"] = session.source_identity
    return {**context, "assumedRoot": "true"} if session.assumed else context


def _issuer(kind: str, arn: str, unique_id: str | None) -> dict[str, str]:
    parsed = Arn.parse(arn)
    named = {"principalId": unique_id} if unique_id is not None else {}
    issuer = {"type": kind, **named, "arn": arn, "accountId": parsed.account}
    return issuer if kind == "Root" else {**issuer, "userName": parsed.name}


def _attributes(issued_at: float, mfa: bool = False) -> dict[str, str]:
    return {"creationDate": iso(issued_at), "mfaAuthenticated": str(mfa).lower()}


def _attribute(values: Values) -> str:
    """One value as text, a list as the JSON text of it."""
    return json.dumps(list(values.values), separators=(",", ":")) if values.multivalued else "".join(values.values)


def _web_identity(event: Event) -> dict[str, Any]:
    """The bearer of a web identity token; one that STS did not accept proves nothing, and nothing is said of it."""
    claims = accepted_claims(event)
    subject, issuer = claims.get("sub"), str(claims.get("iss", "")).removeprefix("https://")
    if not subject or not issuer:
        return {"type": "WebIdentityUser"}
    provider = issuer if issuer in _BUILT_IN else _provider_arn(event, issuer)
    audience = claims.get("aud")
    first = audience[0] if isinstance(audience, list) and audience else audience
    return {
        "type": "WebIdentityUser",
        "principalId": f"{provider}:{first}:{subject}",
        "userName": str(subject),
        "identityProvider": provider,
    }


def _provider_arn(event: Event, issuer: str) -> str:
    role = Arn.try_parse(str(event.outcome.call.params.get("RoleArn")))
    return f"arn:{role.partition}:iam::{role.account}:oidc-provider/{issuer}" if role else issuer


def accepted_claims(event: Event) -> dict[str, Any]:
    """The claims of the web identity token where STS accepted it, be it that the trust policy then refused."""
    error = event.outcome.error
    if error is not None and error.code != "AccessDenied":
        return {}
    return token_claims(event.outcome.call.params.get("WebIdentityToken"))


def principal_tags(event: Event) -> dict[str, str]:
    """The session tags that an accepted token carries, which records show among the parameters."""
    tags = accepted_claims(event).get(_TAGS_CLAIM)
    given = tags.get("principal_tags") if isinstance(tags, dict) else None
    if not isinstance(given, dict):
        return {}
    return {key: ",".join(map(str, value)) if isinstance(value, list) else str(value) for key, value in given.items()}
