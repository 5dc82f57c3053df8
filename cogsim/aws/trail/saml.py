"""What a record of AssumeRoleWithSAML says of the assertion that STS accepted. # ct:user-identity; ug:cloudtrail-sts"""

from __future__ import annotations

import base64
from typing import Any

from cogsim.aws.trail.event import Event
from cogsim.decisions.saml_attributes import SESSION_NAME, SOURCE_IDENTITY, TAG, TRANSITIVE
from cogsim.tokens.saml_xml import child, children, named, parse, text_of


def saml_identity(event: Event) -> dict[str, Any]:
    """The bearer of an assertion that STS accepted; of another one nothing is said."""
    answer = event.outcome.response or {}
    qualifier, subject = answer.get("NameQualifier"), answer.get("Subject")
    if not qualifier or not subject:
        return {"type": "SAMLUser"}
    who = f"{qualifier}:{subject}"
    return {"type": "SAMLUser", "principalId": who, "userName": str(subject), "identityProvider": str(qualifier)}


def saml_parameters(event: Event) -> dict[str, Any]:
    """The assertion's id and what it says of the session, which records show among the parameters; nothing of one that
    was refused, or that came encrypted."""
    if event.outcome.response is None:
        return {}
    root = parse(base64.b64decode("".join(str(event.outcome.call.params.get("SAMLAssertion")).split())))
    assertion = child(root, "saml:Assertion")
    if assertion is None:
        return {}
    values = {
        str(attribute.get("Name")): [text_of(each) for each in children(attribute, "saml:AttributeValue")]
        for attribute in named(assertion, "saml:Attribute")
    }
    tags = {name.removeprefix(TAG): "".join(values[name]) for name in sorted(values) if name.startswith(TAG)}
    shown = {
        "sAMLAssertionID": assertion.get("ID"),
        "roleSessionName": "".join(values.get(SESSION_NAME, [])),
        "sourceIdentity": "".join(values.get(SOURCE_IDENTITY, [])),
        "principalTags": tags,
        "transitiveTagKeys": values.get(TRANSITIVE, []),
    }
    return {name: value for name, value in shown.items() if value}
