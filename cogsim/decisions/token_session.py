"""What a web identity token says of the session it buys: tags, which of them are handed on, who it says it is, and for
which roles its issuer made it.

1. A tag has one value: a token that gives two leaves open which one policies would believe.
2. Tags keep the rules of session tags, whoever signs: no reserved key, no two keys that differ in case alone.
3. A token that names roles opens no other, before any trust policy is asked.

# ug:session-tags §oidc; ug:oidc-provider
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.refusals import refused
from cogsim.decisions.session_policies import unseen
from cogsim.persistent import Map
from cogsim.policy.request import Values
from cogsim.world.origin import without_placeholders

TAGS_CLAIM = "https://aws.amazon.com/tags"
SOURCE_IDENTITY_CLAIM = "https://aws.amazon.com/source_identity"
ROLES_CLAIM = "https://aws.amazon.com/roles"
_FLAT_TAGS, _FLAT_TRANSITIVE = f"{TAGS_CLAIM}/principal_tags/", f"{TAGS_CLAIM}/transitive_tag_keys"

_CODE = "InvalidIdentityToken"
_MOST_TAGS, _LONGEST_KEY, _LONGEST_VALUE = 50, 128, 256
_TEXT = re.compile(r"[^\W_]|[\s_.:/=+\-@]", re.UNICODE)
_SOURCE_IDENTITY = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SessionClaims:
    """The session's part of a token; `keys` are condition keys that it adds to the trust evaluation."""

    tags: Map[str, str] = field(default_factory=Map)
    transitive_tag_keys: tuple[str, ...] = ()
    source_identity: str | None = None
    keys: Map[str, Values] = field(default_factory=Map)


def session_claims(claims: Mapping[str, Any], role_arn: str) -> Decision[SessionClaims | Refusal]:
    """What the claims of an accepted token say of the session of `role_arn`, or STS's refusal of them."""
    roles = _roles(claims, role_arn)
    if isinstance(roles.value, Refusal):
        return Decision(roles.value, roles.steps)
    tags = _tags(claims)
    steps = (*roles.steps, *tags.steps)
    if isinstance(tags.value, Refusal):
        return Decision(tags.value, steps)
    transitive = _transitive(claims, tags.value)
    identity = _source_identity(claims)
    steps += (*transitive.steps, *identity.steps)
    for part in (transitive, identity):
        if isinstance(part.value, Refusal):
            return Decision(part.value, steps)
    assert isinstance(transitive.value, tuple)
    assert not isinstance(identity.value, Refusal)
    keys = Map({"sts:RoleAuthorizedByIdp": Values(("true",))}) if roles.value else Map[str, Values]()
    return Decision(SessionClaims(tags.value, transitive.value, identity.value, keys), steps)


def _roles(claims: Mapping[str, Any], role_arn: str) -> Decision[bool | Refusal]:
    """Whether the issuer names the role, False where it names none at all."""
    question = "does the token name the roles it is for?"
    if ROLES_CLAIM not in claims:
        return decided(False, Step(question, "no", "", "ug:oidc-provider"))
    named = claims[ROLES_CLAIM]
    roles = [named] if isinstance(named, str) else named
    if isinstance(roles, list | tuple) and role_arn in roles:
        return decided(True, Step(question, "yes, this one among them", role_arn, "ug:oidc-provider"))
    text = "The target role ARN is not present in the roles claim of the identity token"
    return refused(Refusal(_CODE, text), question, str(named), "ug:oidc-provider", answer="yes, others")


def _tags(claims: Mapping[str, Any]) -> Decision[Map[str, str] | Refusal]:
    question = "are the token's session tags sound?"
    nested = claims.get(TAGS_CLAIM, {})
    written = nested.get("principal_tags", {}) if isinstance(nested, Mapping) else None
    if not isinstance(written, Mapping):
        return _bad("The session tags of the token cannot be read", question, str(nested))
    pairs = [(str(key), written[key]) for key in sorted(written, key=str)]
    pairs += [(name[len(_FLAT_TAGS) :], claims[name]) for name in sorted(claims) if name.startswith(_FLAT_TAGS)]
    values = [(key, value[0] if isinstance(value, list | tuple) and len(value) == 1 else value) for key, value in pairs]
    fault = _tag_fault(values)
    if fault:
        return _bad(fault, question, ", ".join(key for key, _ in values))
    return decided(Map(dict(values)), Step(question, "yes", ", ".join(key for key, _ in values) or "none", _SESSION))


_SESSION = "ug:session-tags"


def _tag_fault(pairs: list[tuple[str, Any]]) -> str:
    folded = [key.casefold() for key, _ in pairs]
    if len(pairs) > _MOST_TAGS:
        return f"The token has more than {_MOST_TAGS} session tags"
    if len(set(folded)) < len(folded):
        return "Duplicate tag keys found. Please note that Tag keys are case insensitive."
    for key, value in pairs:
        if not isinstance(value, str):
            return f"The session tag {key} must have one value"
        if key.casefold().startswith("aws:"):
            return "Tag keys that begin with aws: are reserved for system use."
        sound = 1 <= len(key) <= _LONGEST_KEY and len(value) <= _LONGEST_VALUE
        # what could not be resolved may be any text
        if not sound or any(not _TEXT.match(letter) for letter in without_placeholders(key + value)):
            return f"The session tag {key} has a key or value that tags cannot have"
    return ""


def _transitive(claims: Mapping[str, Any], tags: Map[str, str]) -> Decision[tuple[str, ...] | Refusal]:
    question = "which tags are handed on?"
    nested = claims.get(TAGS_CLAIM)
    written = nested.get("transitive_tag_keys", ()) if isinstance(nested, Mapping) else ()
    lists = [[each] if isinstance(each, str) else each for each in (written, claims.get(_FLAT_TRANSITIVE, ()))]
    if not all(isinstance(each, list | tuple) and all(isinstance(key, str) for key in each) for each in lists):
        return _bad("The transitive tag keys of the token cannot be read", question, str(written))
    keys = tuple(dict.fromkeys(key for each in lists for key in each))
    if {key.casefold() for key in keys} - {key.casefold() for key in tags}:
        return _bad("Specified transitive tag key must be included in the requested tags.", question, ", ".join(keys))
    return decided(keys, Step(question, ", ".join(keys) or "none", "", _SESSION))


def _source_identity(claims: Mapping[str, Any]) -> Decision[str | Refusal | None]:
    question = "does the token set a source identity?"
    value = claims.get(SOURCE_IDENTITY_CLAIM)
    if value is None:
        return decided(None, Step(question, "no", "", "ug:source-identity"))
    if isinstance(value, str) and _SOURCE_IDENTITY.fullmatch(value):
        return decided(value, Step(question, "yes", value, "ug:source-identity"))
    text = 'Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"'
    return refused(Refusal(_CODE, text), question, str(value), "ug:source-identity", answer="it cannot")


def _bad(text: str, question: str, found: str) -> Decision[Any]:
    return unseen(_CODE, text, question, found, _SESSION)
