"""The records that a user pool's domain leaves: events of the service, not calls of its API. # idp:cloudtrail

What was sent and answered stands in `additionalEventData`, each parameter with a list of its values; a value that is
not known to be harmless is hidden. Whom it was about is there by the `sub`, never by name.
"""

from __future__ import annotations

from typing import Any

from cogsim.arn import Arn
from cogsim.aws.call import Outcome
from cogsim.aws.trail.request_id import request_id
from cogsim.clock import iso
from cogsim.entropy import Draw
from cogsim.world.pool_members import UserPoolDomain
from cogsim.world.world import World

_HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
#: The account of the service in AWS's own example.
_SERVICE_ACCOUNT = "111122223333"

#: Operations to event names: of the classic pages, and of managed login where they differ. Revocation has none.
_CLASSIC = {
    "Authorize": "OAuth2_Authorize_GET",
    "ShowLogin": "Login_GET",
    "Login": "CognitoAuthentication",
    "Token": "Token_POST",
    "UserInfo": "UserInfo_GET",
    "OAuthResponse": "OAuth2Response_GET",
    "OAuthFormResponse": "OAuth2Response_POST",
    "SamlResponse": "SAML2Response_POST",
    "SamlLogoutResponse": "SAML2Logout_POST",
    "ShowSignUp": "Signup_GET",
    "SignUp": "Signup_POST",
    "Confirm": "Confirm_POST",
    "ResendCode": "ResendCode_POST",
    "ShowForgotPassword": "ForgotPassword_GET",
    "ForgotPassword": "ForgotPassword_POST",
    "ConfirmForgotPassword": "ConfirmForgotPassword_POST",
    "Logout": "Logout",
    "ShowError": "Error_GET",
}
_MANAGED = {
    "Login": "login_POST",
    "ForgotPassword": "forgotPassword_POST",
    "SignUp": "signup_POST",
    "Confirm": "signup_confirm_POST",
}
_STEPS = {
    "NEW_PASSWORD_REQUIRED": "ResetPassword_POST",
    "SELECT_MFA_TYPE": "MfaOption_POST",
    "MFA_SETUP": "MfaRegister_POST",
}
#: Parameters that are shown as they are.
_SHOWN = frozenset(
    (
        *("client_id", "redirect_uri", "response_type", "scope", "identity_provider", "idp_identifier", "lang"),
        *("grant_type", "logout_uri", "prompt", "max_age", "code_challenge_method", "resource", "error"),
    )
)


def page_records(outcome: Outcome, before: World, seed: str) -> list[dict[str, Any]]:
    """The record of a request at a pool's domain; none where its operation has no event."""
    world = outcome.world or before
    domain = next((each for each in world.domains.values() if each.host() == outcome.call.params.get("Domain")), None)
    name = _event_name(outcome, domain)
    if domain is None or name is None or domain.pool_id not in world.user_pools:
        return []
    return [_record(outcome, domain, name, Arn.parse(world.user_pools[domain.pool_id].arn).account, seed)]


def _event_name(outcome: Outcome, domain: UserPoolDomain | None) -> str | None:
    operation, params = outcome.call.name, outcome.call.params
    if operation == "AnswerChallenge":
        return _STEPS.get(str(params["Form"].get("ChallengeName")), "Mfa_POST")
    managed = domain is not None and domain.managed_login_version > 1
    return (_MANAGED.get(operation) if managed else None) or _CLASSIC.get(operation)


def _record(outcome: Outcome, domain: UserPoolDomain, name: str, account: str, seed: str) -> dict[str, Any]:
    call, params = outcome.call, outcome.call.params
    sent: dict[str, Any] = {**(params.get("Query") or {}), **(params.get("Form") or {})}
    shown: dict[str, Any] = {
        "responseParameters": {"status": (outcome.response or {}).get("Status")},
        "requestParameters": {key: [sent[key] if key in _SHOWN else _HIDDEN] for key in sorted(sent)},
        "userPoolDomain": f"https://{domain.host()}",
        "userPoolId": domain.pool_id,
    }
    subject = _subject(outcome)
    return {
        "eventVersion": "1.08",
        "userIdentity": {"accountId": account},
        "eventTime": iso(call.at),
        "eventSource": "cognito-idp.amazonaws.com",
        "eventName": name,
        "awsRegion": domain.pool_id.partition("_")[0],
        "sourceIPAddress": call.origin.source_ip,
        "userAgent": call.origin.user_agent,
        "requestParameters": None,
        "responseElements": None,
        "additionalEventData": {**shown, **({"sub": subject} if subject else {})},
        "requestID": request_id(call.service, outcome.number, seed),
        "eventID": Draw(seed, ("trail/event", account), outcome.number).uuid(),
        "readOnly": name.endswith("_GET"),
        "eventType": "AwsServiceEvent",
        "managementEvent": True,
        "recipientAccountId": account,
        "serviceEventDetails": {"serviceAccountId": _SERVICE_ACCOUNT},
        "eventCategory": "Management",
    }


def _subject(outcome: Outcome) -> str | None:
    """The `sub` of the user whom the decision was about, as its steps say."""
    found = [dict(step.facts).get("sub") for step in outcome.decision.steps]
    return next((each for each in reversed(found) if each), None)
