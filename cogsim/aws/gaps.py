"""Why some operations and parameters of AWS are not modelled: what they would need that no world has."""

from __future__ import annotations

_OUTBOUND = "tokens of AWS for other parties to believe; no party outside is declared that does"

#: By the name of an operation, or by (operation, parameter).
REASONS: dict[str | tuple[str, str], str] = {
    "sts:GetWebIdentityToken": _OUTBOUND,
    "sts:GetDelegatedAccessToken": "a partner's product that was delegated to is needed to give the trade-in token",
    "iam:EnableOutboundWebIdentityFederation": _OUTBOUND,
    "iam:DisableOutboundWebIdentityFederation": _OUTBOUND,
    "iam:GetOutboundWebIdentityFederationInfo": _OUTBOUND,
    "cognito-sync:BulkPublish": "the streams that would be written to are not modelled",
    "cognito-domain:Register": "an app's own registration (RFC 7591) at /oauth2/register",
    ("sts:AssumeRole", "ProvidedContexts"): "the assertions come of IAM Identity Center, which is not modelled",
    ("sts:AssumeRole", "MinimumSessionTokenSize"): "how large AWS makes session tokens is not documented",
}


def reason(operation: str, parameter: str | None = None) -> str:
    """Why it is not modelled; empty where nothing is to be said."""
    return REASONS.get(operation if parameter is None else (operation, parameter), "")
