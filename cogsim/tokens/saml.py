"""SAML 2.0 responses: is this one the provider's word about a person, for us, now, and for the first time.

`validate_response` believes nothing that was not signed, and takes these steps in order; each stops an attack:

 1. WellFormed: bounded UTF-8 of XML 1.0 without a document type: no entity is expanded or fetched (XXE, bombs).
 2. Shape: one Response of version 2.0, shaped as in the schema: no bare assertion, nothing smuggled in beside.
 3. UniqueIds, Status: every ID once, and the provider says Success. Often unsigned, this can refuse, never admit.
 4. OneAssertion: in the whole document, wherever one might stand: there is nothing to wrap (XSW 1–8).
 5. Destination: one of our addresses, where it is there; it must be where the response is signed.
 6. SignaturePlace, Signed: signatures and their parts stand in what they sign, and one covers the assertion (stripping,
    moving, smuggled digests).
 7. SignatureForm, Algorithm: the one form that SAML allows, strong algorithms by the kind of key (transforms, HMAC).
 8. Signature: under a certificate of the metadata, never one of KeyInfo (forgery).
 9. SignedElement: what is read from here on is made of the octets that were digested, comments gone (truncated names).
10. Encryption: RSA-OAEP and AES only; whether it is there where it must be. What comes out is held to 2, 3 and 6–9.
11. Issuer: of response and assertion, the one whose keys were used (provider mix-up).
12. Subject, Conditions, NotBefore, NotOnOrAfter, Audience: about somebody, all understood, in force, for us.
13. Confirmation, Recipient, ConfirmationTime, InResponseTo: by a bearer, here, in time, in answer to our request.
14. SessionNotOnOrAfter, Replay: the provider's session lasts; the assertion's id was not seen before.
15. Values: every value is all of its element's text.

The result names the id to remember and until when. Not checked: how the person was authenticated (AuthnContext is
handed on), whether a certificate has expired, a metadata document's own signature.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from cogsim.decision import Decision, Refusal
from cogsim.persistent import Map
from cogsim.tokens.saml_checks import (
    COMMENTS,
    DESTINATION,
    ENCRYPTION,
    IN_RESPONSE_TO,
    ONE_ASSERTION,
    REPLAY,
    SHAPE,
    SIGNATURE_PLACE,
    SIGNED,
    STATUS,
    UNIQUE_IDS,
    VALUES,
    WELL_FORMED,
    RefusedError,
    Trail,
    refusal_of,
)
from cogsim.tokens.saml_conditions import Bearing, Expectation, hold_conditions, hold_response_issuer, request_fault
from cogsim.tokens.saml_encryption import decrypted
from cogsim.tokens.saml_signature import signed_copy
from cogsim.tokens.saml_xml import (
    MalformedError,
    child,
    children,
    instant_of,
    misshapen,
    named,
    parse,
    q,
    short,
    text_of,
)

__all__ = ["Assertion", "Expectation", "validate_response"]

SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
_ID_NAMES = frozenset(("id", "assertionid", "responseid"))


@dataclass(frozen=True, slots=True)
class Assertion:
    """An assertion that was accepted: what the provider says of a person. Instants in seconds since the epoch.

    `remember_until` is when the assertion can no longer be presented: until then its `id` is to be refused. `signed`
    says which elements bore a signature that holds, of `response` and `assertion`.
    """

    id: str
    response_id: str
    issuer: str
    name_id: str
    name_id_format: str
    recipient: str
    issued_at: float
    remember_until: float
    attributes: Map[str, tuple[str, ...]]
    audiences: tuple[str, ...] = ()
    name_qualifier: str | None = None
    sp_name_qualifier: str | None = None
    in_response_to: str | None = None
    session_index: str | None = None
    session_not_on_or_after: float | None = None
    authn_instant: float | None = None
    authn_context: str | None = None
    one_time_use: bool = False
    encrypted: bool = False
    signed: tuple[str, ...] = field(default=())

    def values(self, name: str) -> tuple[str, ...]:
        """The values of the attribute of that name, compared exactly."""
        return self.attributes.get(name, ())


UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"


def validate_response(raw: bytes, expectation: Expectation, now: float) -> Decision[Assertion | Refusal]:
    """The assertion in the response whose XML is `raw` at `now` (seconds), or the refusal named for the check that
    failed; see the module's argument."""
    trail = Trail(expectation.left_out)
    try:
        return trail.decision(_validated(trail, raw, expectation, now))
    except RefusedError as error:
        return refusal_of(error, trail)


def _validated(trail: Trail, raw: bytes, expectation: Expectation, now: float) -> Assertion:
    root = _read(trail, raw)
    _hold_whole(trail, root, expectation)
    _hold_destination(trail, root, expectation)
    encrypted = child(root, "saml:EncryptedAssertion") is not None
    response, assertion, signed = _hold_signatures(trail, root, expectation)
    needed = encrypted or "response" in signed
    hold_response_issuer(trail, response, expectation, needed)
    bearing = hold_conditions(trail, assertion, expectation, now)
    trail.hold(
        IN_RESPONSE_TO,
        not (fault := request_fault(root.get("InResponseTo"), expectation)),
        f"of the response: {fault or root.get('InResponseTo') or 'unsolicited'}",
    )
    trail.hold(REPLAY, assertion.get("ID") not in expectation.seen, str(assertion.get("ID")))
    whole = not expectation.comments_refused or not any(not isinstance(each.tag, str) for each in root.iter())
    trail.hold(COMMENTS, whole, "whole texts" if whole else "there are comments or instructions")
    made = _assertion(trail, root, assertion, bearing, signed, encrypted)
    if expectation.long_characters_refused and (long := _long(made.attributes)):
        trail.refuse(VALUES, f"{long} has a character of four bytes")
    trail.steps.append(VALUES.step("yes", f"{len(made.attributes)} attributes of {made.name_id}", decides=True))
    return made


# The document


def _read(trail: Trail, raw: bytes) -> Any:
    try:
        root = parse(raw)
    except MalformedError as error:
        trail.give_up(WELL_FORMED, str(error))
    trail.hold(WELL_FORMED, True, f"{len(raw)} bytes")
    return root


def _hold_whole(trail: Trail, root: Any, expectation: Expectation) -> None:
    """The shape of the document, its ids, the provider's status, and how many assertions it holds."""
    anywhere = expectation.signature_anywhere
    fault = misshapen(root, anywhere) if short(root) == "samlp:Response" else f"the root is {short(root)}"
    versions = [each.get("Version") for each in (root, *named(root, "saml:Assertion"))]
    if fault is None and set(versions) != {"2.0"}:
        fault = f"of version {', '.join(map(str, versions))}"
    trail.hold(SHAPE, fault is None, fault or "a Response")
    ids = [value for each in root.iter() for value in _ids(each)]
    twice = sorted(each for each, number in Counter(ids).items() if number > 1)[:5]
    lacking = [short(each) for each in (root, *named(root, "saml:Assertion")) if not each.get("ID")][:5]
    trail.hold(UNIQUE_IDS, not twice and not lacking, ", ".join((*twice, *lacking)) or f"{len(ids)} IDs")
    _hold_status(trail, root)
    count = sum(1 for each in root.iter() if _local(each) in ("Assertion", "EncryptedAssertion"))
    direct = len(children(root, "saml:Assertion")) + len(children(root, "saml:EncryptedAssertion"))
    trail.hold(ONE_ASSERTION, (count, direct) == (1, 1), f"{count} assertions, {direct} in the response itself")


def _local(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _ids(element: Any) -> list[str]:
    """The values of everything that some reader may take for an ID."""
    if not isinstance(element.tag, str):
        return []
    return [str(value) for name, value in element.attrib.items() if name.rpartition("}")[2].lower() in _ID_NAMES]


def _hold_status(trail: Trail, root: Any) -> None:
    status = child(root, "samlp:Status")
    code = child(status, "samlp:StatusCode") if status is not None else None
    said = str(code.get("Value")) if code is not None else "no status"
    inner = child(code, "samlp:StatusCode") if code is not None else None
    detail = f", {inner.get('Value')}" if inner is not None else ""
    trail.hold(STATUS, said == SUCCESS, said + detail)


def _hold_destination(trail: Trail, root: Any, expectation: Expectation) -> None:
    destination = root.get("Destination")
    signed = child(root, "ds:Signature") is not None
    if destination is None:
        needed = signed or expectation.destination_required
        trail.hold(DESTINATION, not needed, "none is named")
    else:
        trail.hold(DESTINATION, expectation.is_ours(destination), destination)


# Signatures


def _hold_signatures(trail: Trail, root: Any, expectation: Expectation) -> tuple[Any, Any, tuple[str, ...]]:
    """The response and the assertion as they were signed, and which of them bore a signature."""
    _hold_places(trail, root)
    signed: list[str] = []
    response = root
    if child(root, "ds:Signature") is not None:
        copy = signed_copy(trail, root, root, expectation.certificates, sha1=expectation.sha1)
        response = copy if copy is not None else root
        signed.append("response")
    holder, assertion = _opened(trail, response, root, expectation)
    if child(assertion, "ds:Signature") is not None:
        copy = signed_copy(trail, holder, assertion, expectation.certificates, sha1=expectation.sha1)
        assertion = copy if copy is not None else assertion
        signed.append("assertion")
    trail.hold(SIGNED, bool(signed), ", ".join(signed) or "neither response nor assertion")
    return response, assertion, tuple(signed)


def _hold_places(trail: Trail, root: Any) -> None:
    """Signatures are children of the response and of its assertion, one each, and nowhere else; nor do their parts."""
    places = [short(each.getparent()) for each in named(root, "ds:Signature")]
    allowed = [each for each in ("samlp:Response", "saml:Assertion") if each in places]
    ordered = [each for each in places if each in allowed]
    good = sorted(places) == sorted(allowed) and ordered == places
    stray = _stray_parts(root)
    found = ", ".join((*places, *(f"a {each} by itself" for each in stray)))
    trail.hold(SIGNATURE_PLACE, good and not stray, found or "no signature in the open")


def _stray_parts(root: Any) -> list[str]:
    """What belongs into a signature and stands elsewhere: a reader that looks for it anywhere may take it for the
    signature's own."""
    return [
        name
        for name in ("ds:SignedInfo", "ds:SignatureValue", "ds:Reference", "ds:DigestValue", "ds:Object")
        for each in named(root, name)
        if next(each.iterancestors(q("ds:Signature")), None) is None
    ]


def _opened(trail: Trail, response: Any, root: Any, expectation: Expectation) -> tuple[Any, Any]:
    """The assertion, decrypted where it was not in the open, and the document that its own signature is verified in.

    One that is not signed by itself is taken from the response as that was signed.
    """
    found = child(root, "saml:Assertion")
    if found is not None:
        trail.hold(ENCRYPTION, not expectation.encryption_required, "in the open")
        by_itself = child(found, "ds:Signature") is not None
        return (root, found) if by_itself else (response, child(response, "saml:Assertion"))
    encrypted = child(response, "saml:EncryptedAssertion")
    if encrypted is None:
        trail.give_up(ONE_ASSERTION, "no assertion in the response")
    try:
        inner = decrypted(encrypted, expectation.decryption_keys)
    except MalformedError as error:
        trail.give_up(ENCRYPTION, str(error))
    trail.hold(ENCRYPTION, True, "decrypted")
    _hold_inner(trail, root, inner, expectation)
    return inner, inner


def _hold_inner(trail: Trail, root: Any, inner: Any, expectation: Expectation) -> None:
    """The checks on the whole document, of what was encrypted in it."""
    fault = misshapen(inner, expectation.signature_anywhere) or (
        "" if inner.get("Version") == "2.0" else f"of version {inner.get('Version')}"
    )
    trail.hold(SHAPE, not fault, fault or "an Assertion")
    outer = {value for each in root.iter() for value in _ids(each)}
    ids = [value for each in inner.iter() for value in _ids(each)]
    trail.hold(UNIQUE_IDS, len(set(ids)) == len(ids) and not outer & set(ids) and bool(inner.get("ID")), "inside")
    count = sum(1 for each in inner.iter() if _local(each) in ("Assertion", "EncryptedAssertion"))
    trail.hold(ONE_ASSERTION, count == 1, f"{count} assertions inside")
    places = [short(each.getparent()) for each in named(inner, "ds:Signature")]
    direct, stray = len(children(inner, "ds:Signature")), _stray_parts(inner)
    found = ", ".join((*places, *stray)) or "no signature inside"
    trail.hold(SIGNATURE_PLACE, len(places) == direct <= 1 and not stray, found)


# Values


def _assertion(
    trail: Trail, root: Any, element: Any, bearing: Bearing, signed: tuple[str, ...], encrypted: bool
) -> Assertion:
    subject = child(element, "saml:Subject")
    name = child(subject, "saml:NameID")
    statements = children(element, "saml:AuthnStatement")
    statement = statements[0] if statements else None
    context = statement.find(f".//{q('saml:AuthnContextClassRef')}") if statement is not None else None
    data = [
        found.get("InResponseTo")
        for each in children(subject, "saml:SubjectConfirmation")
        if (found := child(each, "saml:SubjectConfirmationData")) is not None
    ]
    return Assertion(
        id=str(element.get("ID")),
        response_id=str(root.get("ID")),
        issuer=text_of(child(element, "saml:Issuer")),
        name_id=text_of(name) if name is not None else "",
        name_id_format=name.get("Format", UNSPECIFIED) if name is not None else UNSPECIFIED,
        recipient=bearing.recipient,
        issued_at=_instant(trail, element.get("IssueInstant")),
        remember_until=bearing.not_on_or_after,
        attributes=_attributes(trail, element),
        audiences=bearing.audiences,
        name_qualifier=name.get("NameQualifier") if name is not None else None,
        sp_name_qualifier=name.get("SPNameQualifier") if name is not None else None,
        in_response_to=data[0] if data else None,
        session_index=statement.get("SessionIndex") if statement is not None else None,
        session_not_on_or_after=bearing.session_not_on_or_after,
        authn_instant=_instant(trail, statement.get("AuthnInstant")) if statement is not None else None,
        authn_context=text_of(context) if context is not None else None,
        one_time_use=bearing.one_time_use,
        encrypted=encrypted,
        signed=signed,
    )


def _instant(trail: Trail, text: str | None) -> float:
    try:
        return instant_of(text)
    except MalformedError as error:
        trail.refuse(VALUES, str(error))
        return 0.0


def _attributes(trail: Trail, element: Any) -> Map[str, tuple[str, ...]]:
    """Names to values, whole; an attribute that stands twice has the values of both. Values that are elements (a
    persistent id is one) count by their text."""
    found: dict[str, tuple[str, ...]] = {}
    for statement in children(element, "saml:AttributeStatement"):
        if children(statement, "saml:EncryptedAttribute"):
            trail.refuse(VALUES, "an attribute is encrypted by itself")
        for attribute in children(statement, "saml:Attribute"):
            name = attribute.get("Name")
            if not name:
                trail.refuse(VALUES, "an attribute has no name")
            values = [_value(each) for each in children(attribute, "saml:AttributeValue")]
            found[str(name)] = (*found.get(str(name), ()), *values)
    return Map(found)


def _long(attributes: Map[str, tuple[str, ...]]) -> str | None:
    """The first attribute of whose values one has a character that takes four bytes in UTF-8."""
    each = (name for name, values in attributes.items() if any(letter > "\uffff" for text in values for letter in text))
    return next(each, None)


def _value(element: Any) -> str:
    text = text_of(element)
    return text.strip() if children(element) else text
