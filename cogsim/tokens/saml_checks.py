"""The checks of a SAML response, each with its question, its source and the attack that it stops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from cogsim.decision import Decision, Refusal, Step

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Check:
    """One check: the name that a refusal bears as its code, the question, where it is written, what it stops."""

    name: str
    question: str
    source: str
    stops: str

    def step(self, answer: str, found: str, *, decides: bool = False) -> Step:
        """The step that this check leaves."""
        facts = (("check", self.name), ("stops", self.stops))
        return Step(self.question, answer, found, self.source, facts=facts, decides=decides)


WELL_FORMED = Check(
    "WellFormed",
    "is it a well-formed document without a document type?",
    "w3c:xml",
    "external entities, entity bombs, other encodings, memory exhaustion",
)
SHAPE = Check(
    "Shape",
    "is it one Response of SAML 2.0 in the shape of the schema?",
    "saml:core§3.3.3",
    "bare assertions, a second root, elements smuggled in beside the expected ones",
)
UNIQUE_IDS = Check("UniqueIds", "does every ID stand once?", "saml:core§1.3.4", "wrapping by a duplicate ID")
ONE_ASSERTION = Check(
    "OneAssertion", "is there exactly one assertion, wherever one might stand?", "saml:core§5.4", "signature wrapping"
)
STATUS = Check("Status", "does the provider say that it succeeded?", "saml:core§3.2.2", "a refusal used as a sign-in")
DESTINATION = Check(
    "Destination", "was it sent to this address?", "saml:bindings§3.5.5.2", "a response made for another receiver"
)
SIGNATURE_PLACE = Check(
    "SignaturePlace",
    "does every signature stand in the element that it signs?",
    "saml:core§5.4.2",
    "signature wrapping, moved signatures",
)
SIGNED = Check(
    "Signed", "is the assertion signed, itself or within the response?", "saml:profiles§4.1.3.5", "stripping"
)
SIGNATURE_FORM = Check(
    "SignatureForm",
    "is it one reference to its own element, enveloped and in exclusive canonical form?",
    "saml:core§5.4",
    "transforms that leave out or replace what is signed, external references, hidden digests",
)
ALGORITHM = Check(
    "Algorithm", "are the algorithms among those taken?", "w3c:xmldsig", "SHA-1 collisions, HMAC under the public key"
)
SIGNATURE = Check(
    "Signature",
    "does the signature hold under a certificate of the metadata?",
    "w3c:xmldsig",
    "forged and changed assertions, keys that the message itself brings",
)
SIGNED_ELEMENT = Check(
    "SignedElement", "is what is read exactly what was signed?", "saml:core§5.4.2", "signature wrapping"
)
ENCRYPTION = Check("Encryption", "is the assertion encrypted as it must be?", "w3c:xmlenc", "reading along, RSA 1.5")
ISSUER = Check("Issuer", "is it of the provider whose keys were used?", "saml:profiles§4.1.4.2", "provider mix-up")
SUBJECT = Check("Subject", "does it name somebody?", "saml:profiles§4.1.4.2", "assertions about nobody")
CONDITIONS = Check("Conditions", "are all conditions understood?", "saml:core§2.5.1", "conditions passed over")
NOT_BEFORE = Check("NotBefore", "has its time begun?", "saml:core§2.5.1.2", "assertions dated ahead")
NOT_ON_OR_AFTER = Check("NotOnOrAfter", "is it still in force?", "saml:core§2.5.1.2", "old assertions")
AUDIENCE = Check("Audience", "is it meant for us?", "saml:core§2.5.1.4", "an assertion made for another service")
CONFIRMATION = Check(
    "Confirmation", "may its bearer present it?", "saml:profiles§4.1.4.2", "assertions confirmed in another way"
)
RECIPIENT = Check(
    "Recipient", "may it be presented at this address?", "saml:profiles§4.1.4.2", "an assertion passed on by a service"
)
CONFIRMATION_TIME = Check(
    "ConfirmationTime", "may it still be presented?", "saml:profiles§4.1.4.2", "stolen assertions kept"
)
IN_RESPONSE_TO = Check(
    "InResponseTo",
    "does it answer the request that was made, or none?",
    "saml:profiles§4.1.4.2",
    "signing a victim in as somebody else",
)
SESSION = Check("SessionNotOnOrAfter", "does the provider's session still last?", "saml:core§2.7.2", "ended sessions")
REPLAY = Check("Replay", "is it presented for the first time?", "saml:profiles§4.1.4.5", "replay")
COMMENTS = Check("Comments", "is every value read whole?", "w3c:xmldsig", "names cut short by a comment")
VALUES = Check("Values", "are all values readable?", "saml:core§2.7.3", "values of which only a part is read")

CHECKS = (
    *(WELL_FORMED, SHAPE, UNIQUE_IDS, STATUS, ONE_ASSERTION, DESTINATION, SIGNATURE_PLACE, SIGNED, SIGNATURE_FORM),
    *(ALGORITHM, SIGNATURE, SIGNED_ELEMENT, ENCRYPTION, ISSUER, SUBJECT, CONDITIONS, NOT_BEFORE, NOT_ON_OR_AFTER),
    *(AUDIENCE, CONFIRMATION, RECIPIENT, CONFIRMATION_TIME, IN_RESPONSE_TO, SESSION, REPLAY, COMMENTS, VALUES),
)


#: How much of what was found a step tells: whoever sent the message wrote it.
_LONGEST = 400


def _cut(found: str) -> str:
    return found if len(found) <= _LONGEST else f"{found[:_LONGEST]}…"


class RefusedError(Exception):
    """A check failed; `refusal` bears its name."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


class Trail:
    """The steps of one validation as it goes. A check in `left_out` is not made, and its step says so: that is how a
    test shows which check stops an attack."""

    def __init__(self, left_out: frozenset[str] = frozenset()) -> None:
        self.left_out = left_out
        self.steps: list[Step] = []

    def hold(self, check: Check, holds: bool, found: str) -> None:
        """Note that the check holds, or refuse."""
        found = _cut(found)
        if check.name in self.left_out:
            self.steps.append(check.step("not asked", found))
        elif holds:
            self.steps.append(check.step("yes", found))
        else:
            self.refuse(check, found)

    def refuse(self, check: Check, found: str) -> None:
        """Refuse by this check, unless it is left out."""
        if check.name in self.left_out:
            self.steps.append(check.step("not asked", found))
            return
        self.give_up(check, found)

    def give_up(self, check: Check, found: str) -> NoReturn:
        """Refuse even where the check is left out: there is nothing to go on with."""
        found = _cut(found)
        self.steps.append(check.step("no", found, decides=True))
        raise RefusedError(Refusal(check.name, found))

    def left(self, check: Check) -> bool:
        """Whether the check is left out."""
        return check.name in self.left_out

    def decision(self, value: T) -> Decision[T]:
        """What was found, with the steps so far."""
        return Decision(value, tuple(self.steps))


def refusal_of(error: RefusedError, trail: Trail) -> Decision[Any]:
    """The decision that a refusal ends in."""
    return Decision(error.refusal, tuple(trail.steps))
