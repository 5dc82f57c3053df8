"""What happens to a cloud and is no call of AWS's API: keys change, a file is put, somebody leaves a directory's group.

These are operations of a service named `cogsim`, with shapes in AWS's own form, so that they go through the same door,
stand in the same journal and happen again in a replay. They take no signature and leave no CloudTrail record, but for
the two of the console's sign-in page (`aws/trail/signin.py`).
The pages of a user pool's domain, which do leave some, are a service of their own: `domain_model`.
"""

from __future__ import annotations

from typing import Any

#: The name of the service.
SERVICE = "cogsim"


def _operation(name: str, **members: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The operation and its input shape; a member's type in words, with `*` where it is required."""
    shape = {
        "type": "structure",
        "required": [member for member, kind in members.items() if kind.endswith("*")],
        "members": {member: {"shape": kind.rstrip("*")} for member, kind in members.items()},
    }
    operation = {
        "name": name,
        "http": {"method": "POST", "requestUri": "/"},
        "authtype": "none",
        "input": {"shape": f"{name}Request"},
        "output": {"shape": f"{name}Response" if name in _ANSWERS else "Anything"},
    }
    return operation, shape


def _answer(members: tuple[str, ...]) -> dict[str, Any]:
    shapes = {member: "Pairs" if member == "Parameters" else "Text" for member in members}
    return {"type": "structure", "members": {member: {"shape": shape} for member, shape in shapes.items()}}


_OPERATIONS = {
    "RotateSigningKeys": {"UserPoolId": "Text*", "Retire": "Flag"},
    "PutUserImportFile": {"UserPoolId": "Text*", "JobId": "Text*", "Csv": "Text*"},
    "OpenConfirmationLink": {"Url": "Text*"},
    "RollOverAdFsCertificate": {"EntityId": "Text*", "Stage": "Text*"},
    "SetDirectoryUserEnabled": {"EntityId": "Text*", "Upn": "Text*", "Enabled": "Flag*"},
    "LeaveDirectoryGroup": {"EntityId": "Text*", "Upn": "Text*", "Group": "Text*"},
    "SetOidcAccountEnabled": {"Issuer": "Text*", "Username": "Text*", "Enabled": "Flag*"},
    "GetSigninToken": {
        "SessionId": "Text*",
        "SessionKey": "Text*",
        "SessionToken": "Text*",
        "SessionDuration": "Number",
    },
    "OidcAuthorize": {
        **dict.fromkeys(("Issuer", "ClientId", "RedirectUri"), "Text*"),
        **dict.fromkeys(("ResponseType", "Scope", "State", "Nonce", "CodeChallenge", "CodeChallengeMethod"), "Text"),
        **dict.fromkeys(("Prompt", "ResponseMode", "Username", "Password", "Session"), "Text"),
    },
    "OidcToken": {
        **dict.fromkeys(("Issuer", "GrantType"), "Text*"),
        **dict.fromkeys(("Code", "RedirectUri", "CodeVerifier", "ClientId", "ClientSecret", "Authorization"), "Text"),
    },
    "OidcUserInfo": {"Issuer": "Text*", "AccessToken": "Text*"},
    "OidcTokenInfo": {"Issuer": "Text*", "AccessToken": "Text*"},
    "RollOverOidcKeys": {"Issuer": "Text*", "Retire": "Flag"},
    "WorkloadToken": {
        **dict.fromkeys(("Issuer", "Repository"), "Text*"),
        **dict.fromkeys(("Audience", "Ref", "Environment", "Event", "Workflow", "WorkflowFile"), "Text"),
        **dict.fromkeys(("CalledWorkflow", "Actor"), "Text"),
    },
    "OpenConsole": {"SigninToken": "Text*", "Destination": "Text*", "Issuer": "Text"},
}


#: The members of answers that a later step of a story may name; those of other operations are read in code only.
_ANSWERS = {
    "GetSigninToken": ("SigninToken",),
    "OpenConsole": ("Arn", "Account", "Expires", "Location"),
    "OidcAuthorize": ("Method", "Url", "Parameters", "Session"),
    "OidcToken": ("access_token", "id_token", "token_type", "expires_in", "scope"),
    "WorkloadToken": ("value",),
}


def own_model() -> dict[str, Any]:
    """The service in the form that botocore reads models in."""
    made = {name: _operation(name, **members) for name, members in _OPERATIONS.items()}
    return {
        "version": "2.0",
        "metadata": {
            "apiVersion": "2026-11-23",
            "endpointPrefix": SERVICE,
            "protocol": "json",
            "jsonVersion": "1.1",
            "serviceId": SERVICE,
            "serviceFullName": "What happens outside the API of AWS",
            "signatureVersion": "v4",
            "targetPrefix": SERVICE,
        },
        "operations": {name: operation for name, (operation, _) in made.items()},
        "shapes": {
            "Text": {"type": "string", "min": 1},
            "Flag": {"type": "boolean"},
            "Number": {"type": "integer"},
            "Pairs": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Text"}},
            "Anything": {"type": "structure", "members": {}},
            **{f"{name}Request": shape for name, (_, shape) in made.items()},
            **{f"{name}Response": _answer(members) for name, members in _ANSWERS.items()},
        },
    }
