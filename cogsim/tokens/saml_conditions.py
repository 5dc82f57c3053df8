"""When, for whom and by whom a signed assertion may be presented. Everything here is read from the signed element.

1. It is the provider's own, of version 2.0, and says who its subject is.
2. Its conditions are all understood; one that is not makes it worth nothing. # saml:core §2.5.1
3. It is in force: NotBefore ≤ now < NotOnOrAfter, each side widened by the skew that the caller grants.
4. Every AudienceRestriction names one of our audiences, and there is at least one.
5. A bearer may present it: at one of our addresses, before its own end, in answer to our request or to none.
6. Where it says when the provider's session ends, that is still ahead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cogsim.clock import iso
from cogsim.tokens.saml_checks import (
    AUDIENCE,
    CONDITIONS,
    CONFIRMATION,
    CONFIRMATION_TIME,
    IN_RESPONSE_TO,
    ISSUER,
    NOT_BEFORE,
    NOT_ON_OR_AFTER,
    RECIPIENT,
    SESSION,
    SUBJECT,
    Check,
    Trail,
)
from cogsim.tokens.saml_xml import MalformedError, child, children, instant_of, short, text_of

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import rsa

BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
ENTITY_FORMAT = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a receiver expects of a response.

    `issuer` and `certificates` (Base64 of DER, or PEM) come from the provider's metadata; `recipients` are our
    addresses, `recipient_pattern` a regular expression of further ones; `in_response_to` is the request that was made,
    None where there was none, and then `unsolicited` says whether a response may come by itself. `skew` is in seconds.
    `seen` are the ids of assertions that were accepted already. `any_request` leaves InResponseTo to nobody's
    comparison. `long_characters_refused` takes no value that holds a character of four bytes in UTF-8.
    `signature_anywhere` takes a signature that is a child of what it signs in any place, not after the issuer alone.
    `left_out` names checks that are not made, to show what each of them stops.
    """

    issuer: str
    certificates: tuple[str, ...]
    audiences: tuple[str, ...]
    recipients: tuple[str, ...]
    recipient_pattern: str = ""
    in_response_to: str | None = None
    unsolicited: bool = True
    any_request: bool = False
    skew: float = 0.0
    seen: frozenset[str] = frozenset()
    decryption_keys: tuple[rsa.RSAPrivateKey, ...] = field(default=(), repr=False)
    encryption_required: bool = False
    one_confirmation: bool = False
    destination_required: bool = False
    comments_refused: bool = False
    sha1: bool = False
    signature_anywhere: bool = False
    long_characters_refused: bool = False
    left_out: frozenset[str] = frozenset()

    def is_ours(self, address: str | None) -> bool:
        """Whether responses may be sent to that address."""
        if address is None:
            return False
        return address in self.recipients or bool(
            self.recipient_pattern and re.fullmatch(self.recipient_pattern, address)
        )


@dataclass(frozen=True, slots=True)
class Bearing:
    """How long and where the assertion may be presented; instants in seconds."""

    recipient: str
    not_on_or_after: float
    session_not_on_or_after: float | None
    one_time_use: bool
    audiences: tuple[str, ...]


def hold_conditions(trail: Trail, assertion: Any, expectation: Expectation, now: float) -> Bearing:
    """Every check on the signed assertion, in order; refuses through the trail."""
    _hold_issuer(trail, assertion, expectation)
    subject = child(assertion, "saml:Subject")
    named = child(subject, "saml:NameID") if subject is not None else None
    has_name = named is not None and bool(text_of(named).strip())
    trail.hold(SUBJECT, has_name, "a NameID" if has_name else "no NameID, or an encrypted one")
    one_time, end, audiences = _hold_conditions(trail, assertion, expectation, now)
    recipient, confirmed = _hold_confirmation(trail, subject, expectation, now)
    session = _hold_session(trail, assertion, expectation, now)
    return Bearing(recipient, min(end, confirmed), session, one_time, audiences)


def _hold_issuer(trail: Trail, assertion: Any, expectation: Expectation) -> None:
    issuer = child(assertion, "saml:Issuer")
    said = text_of(issuer) if issuer is not None else ""
    entity = issuer is not None and issuer.get("Format") in (None, ENTITY_FORMAT)
    trail.hold(ISSUER, entity and said == expectation.issuer, f"{said}, expected is {expectation.issuer}")


def hold_response_issuer(trail: Trail, response: Any, expectation: Expectation, needed: bool) -> None:
    """The response's own issuer: the same one where it is there, and there where the response is signed or holds an
    encrypted assertion. # saml:profiles §4.1.4.2"""
    issuer = child(response, "saml:Issuer")
    if issuer is None:
        trail.hold(ISSUER, not needed, "the response names none")
        return
    said, entity = text_of(issuer), issuer.get("Format") in (None, ENTITY_FORMAT)
    trail.hold(ISSUER, entity and said == expectation.issuer, f"{said}, expected is {expectation.issuer}")


def _hold_conditions(
    trail: Trail, assertion: Any, expectation: Expectation, now: float
) -> tuple[bool, float, tuple[str, ...]]:
    every = children(assertion, "saml:Conditions")
    conditions = every[0] if every else None
    inner = children(conditions) if conditions is not None else []
    odd = [short(each) for each in inner if short(each) in ("saml:Condition",)]
    once = [each for each in inner if short(each) == "saml:OneTimeUse"]
    proxies = [each for each in inner if short(each) == "saml:ProxyRestriction"]
    understood = not odd and len(once) <= 1 and len(proxies) <= 1  # saml:core §2.5.1.5, §2.5.1.6
    trail.hold(CONDITIONS, understood, ", ".join(odd) or f"{len(inner)} conditions")
    start = _instant(trail, NOT_BEFORE, conditions, "NotBefore")
    trail.hold(NOT_BEFORE, start is None or now + expectation.skew >= start, _compared("from", start, now))
    end = _instant(trail, NOT_ON_OR_AFTER, conditions, "NotOnOrAfter")
    trail.hold(NOT_ON_OR_AFTER, end is None or now - expectation.skew < end, _compared("until", end, now))
    restrictions = [each for each in inner if short(each) == "saml:AudienceRestriction"]
    named = [tuple(text_of(each) for each in children(one, "saml:Audience")) for one in restrictions]
    ours = bool(named) and all(set(group) & set(expectation.audiences) for group in named)
    listed = "; ".join(", ".join(group) for group in named) or "no audience is named"
    trail.hold(AUDIENCE, ours, f"{listed}; ours are {', '.join(expectation.audiences)}")
    audiences = tuple(name for group in named for name in group)
    return bool(once), end if end is not None else float("inf"), audiences


def _instant(trail: Trail, check: Check, element: Any | None, name: str) -> float | None:
    if element is None or element.get(name) is None:
        return None
    try:
        return instant_of(element.get(name))
    except MalformedError as error:
        trail.refuse(check, f"{name}: {error}")
        return None


def _compared(word: str, instant: float | None, now: float) -> str:
    return f"no limit, now {iso(now)}" if instant is None else f"{word} {iso(instant)}, now {iso(now)}"


# Confirmation


def _hold_confirmation(trail: Trail, subject: Any | None, expectation: Expectation, now: float) -> tuple[str, float]:
    """The first bearer confirmation whose four rules hold; where none does, the first one's fault is told."""
    every = children(subject, "saml:SubjectConfirmation") if subject is not None else []
    bearers = [each for each in every if each.get("Method") == BEARER or trail.left(CONFIRMATION)]
    sole = len(every) == 1 or not expectation.one_confirmation
    found = f"{len(every)} confirmations, {len(bearers)} by bearer"
    trail.hold(CONFIRMATION, bool(bearers) and sole, found)
    data = [child(each, "saml:SubjectConfirmationData") for each in bearers]
    good = [each for each in data if each is not None and not any(_faults(each, expectation, now))]
    chosen = (good or [each for each in data if each is not None] or [None])[0]
    faults = _faults(chosen, expectation, now)
    for check, fault, value in zip((RECIPIENT, CONFIRMATION_TIME, IN_RESPONSE_TO), faults, _said(chosen), strict=True):
        trail.hold(check, not fault, fault or value)
    if chosen is None:
        return "", now
    try:
        end = instant_of(chosen.get("NotOnOrAfter"))
    except MalformedError:
        end = now
    return str(chosen.get("Recipient")), end


def _said(data: Any | None) -> tuple[str, str, str]:
    values = {} if data is None else data.attrib
    end = f"until {values.get('NotOnOrAfter')}"
    return (values.get("Recipient", "none"), end, values.get("InResponseTo", "unsolicited"))


def _faults(data: Any | None, expectation: Expectation, now: float) -> tuple[str, str, str]:
    """What is wrong with recipient, times and request of a bearer's confirmation; empty where nothing is."""
    if data is None:
        return ("no SubjectConfirmationData",) * 3
    recipient, request = data.get("Recipient"), data.get("InResponseTo")
    at_ours = "" if expectation.is_ours(recipient) else f"{recipient}, which is not ours"
    return (at_ours, _time_fault(data, expectation, now), request_fault(request, expectation))


def _time_fault(data: Any, expectation: Expectation, now: float) -> str:
    if data.get("NotBefore") is not None:
        return "a bearer's confirmation has a NotBefore"
    try:
        end = instant_of(data.get("NotOnOrAfter"))
    except MalformedError as error:
        return f"NotOnOrAfter: {error}"
    return "" if now - expectation.skew < end else _compared("until", end, now)


def request_fault(request: str | None, expectation: Expectation) -> str:
    """What is wrong with an InResponseTo; empty where it is the request made, or none was and none is named."""
    if expectation.any_request:
        return ""
    if expectation.in_response_to is not None:
        return "" if request == expectation.in_response_to else f"{request}, asked was {expectation.in_response_to}"
    if request is not None:
        return f"{request}, and nothing was asked"
    return "" if expectation.unsolicited else "unsolicited, and a request is needed"


def _hold_session(trail: Trail, assertion: Any, expectation: Expectation, now: float) -> float | None:
    """When the provider's session ends by the earliest of the statements that say so. # saml:core §2.7.2"""
    statements = children(assertion, "saml:AuthnStatement")
    ends = []
    if not statements:
        trail.refuse(SUBJECT, "no AuthnStatement")
    for each in statements:
        end = _instant(trail, SESSION, each, "SessionNotOnOrAfter")
        ends.extend([] if end is None else [end])
    earliest = min(ends, default=None)
    still = earliest is None or now - expectation.skew < earliest
    trail.hold(SESSION, still, _compared("until", earliest, now))
    return earliest
