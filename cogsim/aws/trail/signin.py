"""The records of the console's sign-in page: a sign-in token given out, a login URL opened. # ct:console-sign-in

They are events of their own kind, `AwsConsoleSignIn`, of the account whose session it is. One that was refused leaves
none here: CloudTrail's words for it are not documented.
"""

from __future__ import annotations

from typing import Any

from cogsim.arn import Arn
from cogsim.aws.call import Call, Outcome
from cogsim.clock import iso
from cogsim.entropy import Draw

#: Operations of `cogsim` to the names of events.
_EVENTS = {"GetSigninToken": "GetSigninToken", "OpenConsole": "ConsoleLogin"}
_ISSUERS = {"AssumedRole": "Role", "FederatedUser": "IAMUser"}


def signin_records(outcome: Outcome, seed: str) -> list[dict[str, Any]]:
    """The record of a sign-in that succeeded, none of anything else."""
    name = _EVENTS.get(outcome.call.name)
    step = next((each for each in outcome.decision.steps if dict(each.facts).get("principalId")), None)
    if name is None or outcome.response is None or step is None:
        return []
    call, arn, facts = outcome.call, step.answer, dict(step.facts)
    account = Arn.parse(arn).account
    identity: dict[str, Any] = {
        "type": facts["type"],
        "principalId": facts["principalId"],
        "arn": arn,
        "accountId": account,
        "sessionContext": {
            "sessionIssuer": _issuer(facts),
            "attributes": {"creationDate": facts["issued"], "mfaAuthenticated": "false"},
        },
    }
    return [
        {
            "eventVersion": "1.08",
            "userIdentity": identity,
            "eventTime": iso(call.at),
            "eventSource": "signin.amazonaws.com",
            "eventName": name,
            "awsRegion": "us-east-1" if call.origin.partition == "aws" else call.origin.region,
            "sourceIPAddress": call.origin.source_ip,
            "userAgent": call.origin.user_agent,
            "requestParameters": None,
            "responseElements": _answer(call, name),
            "additionalEventData": _additional(call),
            "eventID": Draw(seed, ("trail/event", account), outcome.number).uuid(),
            "readOnly": False,
            "eventType": "AwsConsoleSignIn",
            "managementEvent": True,
            "recipientAccountId": account,
            "eventCategory": "Management",
        }
    ]


def _issuer(facts: dict[str, str]) -> dict[str, str]:
    arn = Arn.parse(facts["issuer"])
    if arn.resource == "root":
        return {"type": "Root", "principalId": arn.account, "arn": str(arn), "accountId": arn.account}
    kind = _ISSUERS[facts["type"]]
    named = {"principalId": facts["issuerId"]} if facts["issuerId"] else {}
    return {"type": kind, **named, "arn": str(arn), "accountId": arn.account, "userName": arn.name}


def _answer(call: Call, name: str) -> dict[str, Any]:
    """The outcome; a token's record names the key that was given for it, which joins it to the key's issue."""
    if name == "GetSigninToken":
        return {"credentials": {"accessKeyId": call.params["SessionId"]}, name: "Success"}
    return {name: "Success"}


def _additional(call: Call) -> dict[str, str]:
    to = {"LoginTo": call.params["Destination"]} if "Destination" in call.params else {}
    return {**to, "MobileVersion": "No", "MFAUsed": "No"}
