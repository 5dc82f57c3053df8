"""What an AD FS says of a person to a receiver: the claims that its rules give, one step each.

1. A rule gives as many claims as the user's attribute has fitting values; a user without any is given none.
2. An expression is looked for anywhere in a value, and only what it fits is replaced: one without anchors lets a
   person who may name a group choose the rest of the claim, a role's name for instance. # ms:adfs-claim-rules
3. Claims of the same name are one attribute with several values.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass

from cogsim.decision import Decision, Step
from cogsim.patterns import search, substitute
from cogsim.world.external_saml import PERSISTENT, AdFs, ClaimRule, DirectoryUser, RelyingParty

_REFERENCE = re.compile(r"\$(\d)|\\")


@dataclass(frozen=True, slots=True)
class IssuedClaims:
    """The subject's name, with its format, and the attributes in the order of the rules that gave them. `name_id` is
    None for a transient name, which is made when a response is."""

    name_id: str | None
    name_id_format: str
    attributes: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def values(self, name: str) -> tuple[str, ...]:
        """The values of that attribute."""
        return dict(self.attributes).get(name, ())


def issued_claims(provider: AdFs, party: RelyingParty, user: DirectoryUser) -> Decision[IssuedClaims]:
    """What the provider says of `user` to `party`; a user who lacks what the name is made of has an empty one."""
    name, step = _name_id(provider, party, user)
    steps = [step]
    found: dict[str, tuple[str, ...]] = {}
    for rule in party.rules:
        values = rule_values(rule, user)
        question, told = f"what does the rule for {rule.claim} give?", ", ".join(values) or "nothing"
        facts = (("claim", rule.claim), *(("value", value) for value in values))
        steps.append(
            Step(question, told, _taken(rule, user), "ms:adfs-claim-rules", facts=facts, location=rule.origin.location)
        )
        if values:
            found[rule.claim] = (*found.get(rule.claim, ()), *values)
    return Decision(IssuedClaims(name, party.name_id.format, tuple(found.items())), tuple(steps))


def rule_values(rule: ClaimRule, user: DirectoryUser) -> tuple[str, ...]:
    """The values that one rule gives for a user."""
    if rule.value is not None:
        return (rule.value,)
    values = user.values(rule.attribute or "")
    if rule.matches is None:
        return values
    fitting = [value for value in values if search(rule.matches, value)]
    if rule.replacement is None:
        return tuple(fitting)
    template = _REFERENCE.sub(lambda each: rf"\g<{each[1]}>" if each[1] else r"\\", rule.replacement)
    return tuple(substitute(rule.matches, template, value) for value in fitting)


def _taken(rule: ClaimRule, user: DirectoryUser) -> str:
    if rule.value is not None:
        return "a constant"
    held = ", ".join(user.values(rule.attribute or "")) or "nothing"
    return f"{rule.attribute}: {held}" + (f"; {rule.matches}" if rule.matches else "")


def _name_id(provider: AdFs, party: RelyingParty, user: DirectoryUser) -> tuple[str | None, Step]:
    rule, question = party.name_id, "what is the subject called?"
    place = party.origin.at("NameId")
    if rule.attribute is not None:
        name = (user.values(rule.attribute) or ("",))[0]
        return name, Step(question, name or "nothing", rule.attribute, "saml:core§8.3", location=place)
    if rule.format == PERSISTENT:
        # saml:core §8.3.7: an opaque name for this pair of provider and receiver alone
        text = "\x1f".join((provider.entity_id, party.identifier, user.sid))
        name = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        return name, Step(question, name, "derived from provider, receiver and SID", "saml:core§8.3.7", location=place)
    return None, Step(question, "another name each time", "transient", "saml:core§8.3.8", location=place)
