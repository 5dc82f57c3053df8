"""The sign-in page of the console, for people who come by SAML or with a broker's link; the console itself is not here.

1. `/saml` takes a response of a provider: the roles that it names are read to be chosen from, and nothing is believed
   of it before STS has (`sts:AssumeRoleWithSAML`).
2. `/federation` gives a sign-in token for credentials and opens the console by one. # ug:console-federation
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import replace

from cogsim.aws.call import Call, Outcome
from cogsim.errors import AwsError, NotModelled
from cogsim.serve.web.answers import json_answer, not_found, page, wrong_method
from cogsim.serve.web.html import Field, Form, Screen
from cogsim.serve.web.page_request import BadRequest, PageRequest
from cogsim.serve.wire.message import WireResponse
from cogsim.tokens.saml_xml import MalformedError, children, named, parse, text_of

#: Host of the sign-in page to partition, and where the console begins.
_PARTITIONS = {
    "signin.aws.amazon.com": ("aws", "https://console.aws.amazon.com/"),
    "signin.amazonaws.cn": ("aws-cn", "https://console.amazonaws.cn/"),
    "signin.amazonaws-us-gov.com": ("aws-us-gov", "https://console.amazonaws-us-gov.com/"),
}
HOSTS = tuple(_PARTITIONS)
_ROLE = "https://aws.amazon.com/SAML/Attributes/Role"
_LONGEST_RESPONSE = 100_000
_SITE = "Amazon Web Services Sign-In"
_SESSION = {"SessionId": "sessionId", "SessionKey": "sessionKey", "SessionToken": "sessionToken"}


def answer(request: PageRequest) -> WireResponse:
    """A page of the sign-in."""
    if request.path == "/saml":
        return _by_saml(request) if request.method == "POST" else wrong_method("POST")
    if request.path != "/federation":
        return not_found()
    if request.method not in ("GET", "POST"):
        return wrong_method("GET, POST")
    asked = {**request.query, **request.form}
    match asked.get("Action"):
        case "getSigninToken":
            return _token(request, asked)
        case "login":
            return _opened(request, asked.get("SigninToken", ""), asked.get("Destination", ""))
        case other:
            raise NotModelled("the federation endpoint", f"Action={other}")


def _submit(request: PageRequest, operation: str, params: Mapping[str, object]) -> Outcome:
    """Ask the door, in the partition that the page is of."""
    partition = _PARTITIONS[str(request.arrival.host)][0]
    return request.cloud.submit(Call(operation, params, None, replace(request.origin, partition=partition)))


def _by_saml(request: PageRequest) -> WireResponse:
    """The choice of a role where the response names several, or the sign-in with the one that is chosen."""
    response = request.form.get("SAMLResponse", "")
    roles = _roles(response)
    if not roles:
        return _refused("Your request included an invalid SAML response: it names no role and provider.")
    chosen = request.form.get("roleIndex") or (next(iter(roles)) if len(roles) == 1 else None)
    if chosen is None or chosen not in roles:
        hidden = tuple((name, request.form[name]) for name in ("SAMLResponse", "RelayState") if name in request.form)
        field = Field("roleIndex", "Select a role", choices=tuple((role, role) for role in sorted(roles)))
        return page(Screen("Choose a role", _SITE, form=Form(request.reach("/saml"), "Sign in", hidden, (field,))))
    params = {"RoleArn": chosen, "PrincipalArn": roles[chosen], "SAMLAssertion": response}
    outcome = _submit(request, "sts:AssumeRoleWithSAML", params)
    if outcome.error is not None:
        return _refused(f"{outcome.error.code}: {outcome.error.message}")
    keys = (outcome.response or {})["Credentials"]
    named_keys = ("AccessKeyId", "SecretAccessKey", "SessionToken")
    session = dict(zip(_SESSION, (keys[name] for name in named_keys), strict=True))
    given = _submit(request, "cogsim:GetSigninToken", session)
    if given.error is not None:
        return _refused(given.error.message)
    destination = request.form.get("RelayState") or _PARTITIONS[str(request.arrival.host)][1]
    return _opened(request, str((given.response or {})["SigninToken"]), destination)


def _roles(response: str) -> dict[str, str]:
    """The roles that a response speaks of, each with its provider; nothing of it is believed. # ug:saml-assertions"""
    try:
        if len(response) > _LONGEST_RESPONSE:
            return {}
        root = parse(base64.b64decode("".join(response.split()), validate=True))
    except (binascii.Error, ValueError, MalformedError):
        return {}
    said = [
        text_of(value)
        for attribute in named(root, "saml:Attribute")
        if attribute.get("Name") == _ROLE
        for value in children(attribute, "saml:AttributeValue")
    ]
    pairs = [[part.strip() for part in text.split(",")] for text in said]
    whole = [sorted(pair, key=lambda arn: ":saml-provider/" in arn) for pair in pairs if len(pair) == 2]
    return {role: provider for role, provider in whole if ":role/" in role and ":saml-provider/" in provider}


def _token(request: PageRequest, asked: Mapping[str, str]) -> WireResponse:
    """A sign-in token for the credentials in `Session`, a JSON text."""
    try:
        session = json.loads(asked.get("Session", ""))
    except (ValueError, RecursionError):
        session = None
    length = asked.get("SessionDuration")
    if not isinstance(session, dict) or not all(isinstance(session.get(name), str) for name in _SESSION.values()):
        raise BadRequest("Session is a JSON object with sessionId, sessionKey and sessionToken.")
    if length is not None and not (length.isascii() and length.isdigit() and len(length) < 9):
        raise BadRequest("SessionDuration is a number of seconds.")
    params: dict[str, object] = {member: session[name] for member, name in _SESSION.items()}
    outcome = _submit(
        request, "cogsim:GetSigninToken", {**params, **({"SessionDuration": int(length)} if length else {})}
    )
    if outcome.error is not None:
        return _refused(outcome.error.message or outcome.error.code)
    return json_answer(outcome.response or {})


def _opened(request: PageRequest, token: str, destination: str) -> WireResponse:
    """Who is signed in now, and until when."""
    if not token or not destination:
        raise BadRequest("SigninToken and Destination are needed.")
    outcome = _submit(request, "cogsim:OpenConsole", {"SigninToken": token, "Destination": destination})
    if outcome.error is not None:
        return _refused(_words(outcome.error))
    said = outcome.response or {}
    told = (
        f"You are signed in to the account {said['Account']} as {said['Arn']}, until {said['Expires']}.",
        f"Here the console would show {said['Location']}. It is no part of the simulation.",
    )
    return page(Screen("Signed in to the console", _SITE, told=told))


def _words(error: AwsError) -> str:
    return error.message or error.code


def _refused(text: str) -> WireResponse:
    return page(Screen("Sign-in failed", _SITE, text), 400)
