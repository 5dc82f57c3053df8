"""The attributes of a SAML assertion that AWS reads: roles, the session's name, tags; and the keys that others become.

Names compare exactly, with case; an attribute of another name is nobody's. # ug:saml-assertions
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cogsim.assumptions import choice
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.refusals import Check, passed, refused
from cogsim.decisions.session_policies import unseen
from cogsim.decisions.token_session import SOURCE_IDENTITY_CLAIM, TAGS_CLAIM
from cogsim.persistent import Map
from cogsim.policy.global_keys import SAML_LISTS
from cogsim.policy.request import Values
from cogsim.tokens.saml import Assertion

PREFIX = "https://aws.amazon.com/SAML/Attributes/"
ROLE, SESSION_NAME = f"{PREFIX}Role", f"{PREFIX}RoleSessionName"
SESSION_DURATION, SOURCE_IDENTITY = f"{PREFIX}SessionDuration", f"{PREFIX}SourceIdentity"
TAG, TRANSITIVE = f"{PREFIX}PrincipalTag:", f"{PREFIX}TransitiveTagKeys"

_SOURCE = "ug:saml-assertions"
_SESSION_NAME = re.compile(r"[a-zA-Z_0-9+=,.@-]{2,64}")
_DURATION = re.compile(r"\d{1,6}", re.ASCII)
_SHORTEST, _LONGEST = 900, 43200

_EDU_PERSON = (
    *("affiliation", "nickname", "orgdn", "orgunitdn", "primaryaffiliation", "principalname", "entitlement"),
    *("primaryorgunitdn", "scopedaffiliation", "targetedid", "assurance"),
)
_EDU_ORG = ("homepageuri", "identityauthnpolicyuri", "legalname", "superioruri", "whitepagesuri")
_CLAIMS = "http://schemas.xmlsoap.org"
#: Attribute to condition key, as printed, misprints among them. # ug:saml-assertions §attribute-mapping
CONDITION_KEYS: Mapping[str, str] = {
    **{f"urn:oid:1.3.6.1.4.1.5923.1.1.1.{at}": f"saml:eduperson{name}" for at, name in enumerate(_EDU_PERSON, 1)},
    **{f"urn:oid:1.3.6.1.4.1.5923.1.2.1.{at}": f"saml:eduorg{name}" for at, name in enumerate(_EDU_ORG, 2)},
    "urn:oid:2.5.4.3": "saml:cn",
    f"{_CLAIMS}/ws/2005/05/identity/claims/name": "saml:name",
    f"{_CLAIMS}/claims/CommonName": "saml:commonName",
    "2.5.4.3": "saml:commonName",
    f"{_CLAIMS}/ws/2005/05/identity/claims/givenname": "saml:givenName",
    "2.4.5.42": "saml:givenName",
    f"{_CLAIMS}/ws/2005/05/identity/claims/surname": "saml:surname",
    "2.5.4.4": "saml:surname",
    f"{_CLAIMS}/ws/2005/05/identity/claims/emailaddress": "saml:mail",
    "0.9.2342.19200300100.1.3": "saml:mail",
    "http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid": "saml:primaryGroupSID",
    "0.9.2342.19200300100.1.1": "saml:uid",
    "2.5.4.45": "saml:x500UniqueIdentifier",
    "0.9.2342.19200300.100.1.45": "saml:organizationStatus",
}


def attribute_keys(assertion: Assertion) -> dict[str, Values]:
    """The condition keys that attributes become. Of two attributes of one key the first by name counts. A key that is
    published both single and as a list is a list where it has several values."""
    keys: dict[str, Values] = {}
    for name, values in assertion.attributes.items():
        key = CONDITION_KEYS.get(name)
        if key is not None and values and key not in keys:
            keys[key] = Values(values, multivalued=key.casefold() in SAML_LISTS or len(values) > 1)
    return keys


def role_pairs(assertion: Assertion) -> tuple[tuple[str, str], ...]:
    """The pairs of role and provider that the assertion gives, in either order as written; what is no pair of two ARNs
    gives none."""
    pairs = []
    for value in assertion.values(ROLE):
        parts = value.split(",")
        if choice("sts.samlRoleSpaces") == "tolerated":
            parts = [part.strip() for part in parts]
        if len(parts) != 2:
            continue
        first, second = parts
        pairs.append((second, first) if ":saml-provider/" in first else (first, second))
    return tuple(pairs)


def names_role(assertion: Assertion, role_arn: str, provider_arn: str) -> Check:
    """Whether the assertion gives this very pair: a role of one value and a provider of another are none."""
    question = "does the assertion name this role with this provider?"
    found = "; ".join(assertion.values(ROLE)) or "no Role attribute"
    if (role_arn, provider_arn) in role_pairs(assertion):
        return passed(question, found, _SOURCE, assumption="sts.samlRoleSpaces")
    refusal = Refusal("AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML")
    return refused(refusal, question, found, _SOURCE, assumption="sts.samlRoleSpaces")


def session_name(assertion: Assertion) -> Decision[str | Refusal]:
    """The name of the session: exactly one, of 2 to 64 plain characters."""
    question, values = "what is the session called?", assertion.values(SESSION_NAME)
    if not values:
        text = "RoleSessionName is required in AuthnResponse"
        return refused(Refusal("InvalidIdentityToken", text), question, "no RoleSessionName", "ug:troubleshoot-saml")
    text = "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}"
    if len(values) > 1:
        return unseen("InvalidIdentityToken", text, question, f"{len(values)} names", _SOURCE)
    if not _SESSION_NAME.fullmatch(values[0]):
        return refused(Refusal("InvalidIdentityToken", text), question, values[0], "ug:troubleshoot-saml")
    return decided(values[0], Step(question, values[0], "RoleSessionName", _SOURCE))


def console_duration(assertion: Assertion) -> Check:
    """Whether a SessionDuration is one number of seconds; how long keys last it does not say."""
    question, values = "is the console's session length sound?", assertion.values(SESSION_DURATION)
    assumed = "sts.samlSessionDuration"
    if not values or choice(assumed) == "ignored":
        return passed(question, ", ".join(values) or "not given", _SOURCE, assumption=assumed)
    sound = len(values) == 1 and _DURATION.fullmatch(values[0]) and _SHORTEST <= int(values[0]) <= _LONGEST
    if sound:
        return passed(question, values[0], _SOURCE, assumption=assumed)
    text = f"SessionDuration in AuthnResponse must be between {_SHORTEST} and {_LONGEST}"
    return refused(Refusal("InvalidIdentityToken", text), question, ", ".join(values), _SOURCE, assumption=assumed)


def session_claims_of(assertion: Assertion) -> Mapping[str, Any]:
    """Tags, transitive keys and source identity as a token would say them, for the rules that are the same."""
    tags = {name[len(TAG) :]: list(values) for name, values in assertion.attributes.items() if name.startswith(TAG)}
    claims: dict[str, Any] = {}
    if tags or assertion.values(TRANSITIVE):
        claims[TAGS_CLAIM] = {"principal_tags": tags, "transitive_tag_keys": list(assertion.values(TRANSITIVE))}
    identity = assertion.values(SOURCE_IDENTITY)
    if identity:
        claims[SOURCE_IDENTITY_CLAIM] = identity[0] if len(identity) == 1 else identity
    return claims


def subject_type(assertion: Assertion) -> str:
    """The format of the subject's name; those of SAML 2.0 without their prefix. # sts:AssumeRoleWithSAML"""
    return assertion.name_id_format.removeprefix("urn:oasis:names:tc:SAML:2.0:nameid-format:")


def bearer_keys(assertion: Assertion, account: str, provider_name: str, qualifier: str) -> Map[str, Values]:
    """All condition keys of the assertion's bearer. `saml:aud` is the recipient, not the audience.
    # ug:iam-condition-keys §saml"""
    own = {
        "saml:aud": assertion.recipient,
        "saml:doc": f"{account}/{provider_name}",
        "saml:iss": assertion.issuer,
        "saml:namequalifier": qualifier,
        "saml:sub": assertion.name_id,
        "saml:sub_type": subject_type(assertion),
    }
    return Map({**attribute_keys(assertion), **{key: Values((value,)) for key, value in own.items()}})
