"""Passkeys as a relying party reads them: is this credential new and sound, is this assertion the user's own.

The data structures (CBOR, COSE, authenticator data) are read by `fido2`; every check is made here. Attestation is not
verified: a relying party that takes any authenticator learns nothing from it that it would use. # w3c:webauthn

Both ceremonies, in this order:
1. The parts are what they claim to be: base64url, JSON, CBOR, of the right lengths, with nothing behind them.
2. The client's data are of this ceremony: an assertion cannot pass for a registration, nor the reverse.
3. The challenge is the one that was set: stops an answer that was recorded earlier.
4. The origin is the relying party's, over TLS, and no page inside another one's: the browser wrote it, so a page
   elsewhere that relays the challenge is found out.
5. The authenticator signed for this relying party's id (rpIdHash): it has another key for every other one.
6. Somebody was there (UP), and was verified (UV) where that is required.
A registration:
7. The key is of an algorithm that is taken (ES256, RS256), well-formed, on its curve, long enough.
8. The credential id in the response is the one in the authenticator's data, of at most 1023 bytes.
An assertion:
7. The credential is one of this user's, and a user handle, where there is one, names this user.
8. The signature over authenticator data and client data holds under the key that was registered.
9. The counter has grown, where the authenticator counts: two copies of one key cannot both keep it growing.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.tokens.webauthn_parts import (
    ClientData,
    MalformedError,
    attested,
    authenticator_data,
    client_data,
    decoded,
    encode,
    envelope,
    member_bytes,
    text,
    texts,
)

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from fido2.webauthn import AuthenticatorData

ES256, RS256 = -7, -257
#: The algorithms taken, the preferred one first.
ALGORITHMS = (ES256, RS256)

#: The codes of a refusal: which of the checks failed.
MALFORMED, CEREMONY, CHALLENGE, ORIGIN = "Malformed", "Ceremony", "Challenge", "Origin"
RELYING_PARTY, PRESENCE, VERIFICATION, ALGORITHM = "RelyingParty", "Presence", "Verification", "Algorithm"
OWNER, SIGNATURE, COUNTER = "Owner", "Signature", "Counter"

_SOURCE = "w3c:webauthn"
_LONGEST_ID = 1023
_SHORTEST_RSA = 2048


@dataclass(frozen=True, slots=True)
class Ceremony:
    """What the relying party set: the challenge (unpadded base64url), its id, and whether the user must be verified."""

    challenge: str
    relying_party_id: str
    verification_required: bool = False


@dataclass(frozen=True, slots=True)
class NewCredential:
    """A credential as it was registered; id and COSE key in unpadded base64url. `device_bound` where the authenticator
    says that the key cannot be copied elsewhere."""

    credential_id: str
    public_key: str
    sign_count: int
    user_verified: bool
    device_bound: bool
    attachment: str | None = None
    transports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownCredential:
    """A credential that its user registered earlier; `user_handle` in unpadded base64url."""

    credential_id: str
    public_key: str
    sign_count: int
    user_handle: str


@dataclass(frozen=True, slots=True)
class Assertion:
    """An assertion that holds: by which credential, its counter now, whether the user was verified, and whether the
    authenticator says that the key cannot be copied elsewhere."""

    credential_id: str
    sign_count: int
    user_verified: bool
    device_bound: bool


def verify_registration(credential: Any, ceremony: Ceremony) -> Decision[NewCredential | Refusal]:
    """The new credential in a RegistrationResponseJSON, or the first check that fails."""
    try:
        credential_id, response = envelope(credential)
        client = client_data(response)
        data, id_inside, cose = attested(member_bytes(response, "attestationObject"))
        transports = texts(response.get("transports", []), "transports")
        attachment = credential.get("authenticatorAttachment")
        attachment = None if attachment is None else text(attachment, "authenticatorAttachment")
    except MalformedError as error:
        return _refused(MALFORMED, "is it a well-formed registration?", str(error), ())
    steps = _ceremony_steps(client, "webauthn.create", ceremony)
    if not isinstance(steps.value, Refusal):
        steps = _after(steps, _authenticator_steps(data, ceremony))
    if isinstance(steps.value, Refusal):
        return Decision(steps.value, steps.steps)
    question, key = "is the key of an algorithm that is taken?", public_key(cose)
    if isinstance(key, str):
        return _refused(ALGORITHM, question, key, steps.steps)
    key_step = Step(question, "yes", f"algorithm {cose[3]}", _SOURCE)
    question = "does the response name the credential it holds?"
    if not hmac.compare_digest(credential_id, id_inside) or not 0 < len(id_inside) <= _LONGEST_ID:
        return _refused(MALFORMED, question, f"{len(id_inside)} bytes, of another id", (*steps.steps, key_step))
    from fido2 import cbor

    made = NewCredential(
        encode(id_inside),
        encode(cbor.encode(cose)),
        data.counter,
        data.is_user_verified(),
        not data.is_backup_eligible(),
        attachment,
        transports,
    )
    step = Step(question, "yes", made.credential_id, _SOURCE, decides=True)
    return decided(made, key_step, step, after=steps.steps)


def verify_assertion(
    credential: Any, ceremony: Ceremony, known: Mapping[str, KnownCredential], *, counter: bool = True
) -> Decision[Assertion | Refusal]:
    """The assertion in an AuthenticationResponseJSON, or the first check that fails; `known` are the user's own
    credentials by id, `counter` says whether one that did not grow is refused."""
    try:
        credential_id, response = envelope(credential)
        client = client_data(response)
        raw = member_bytes(response, "authenticatorData")
        data, signature = authenticator_data(raw), member_bytes(response, "signature")
        handle = response.get("userHandle")
        handle = encode(decoded(handle, "userHandle")) if handle is not None else None
    except MalformedError as error:
        return _refused(MALFORMED, "is it a well-formed assertion?", str(error), ())
    steps = _ceremony_steps(client, "webauthn.get", ceremony)
    if not isinstance(steps.value, Refusal):
        steps = _after(steps, _authenticator_steps(data, ceremony))
    if isinstance(steps.value, Refusal):
        return Decision(steps.value, steps.steps)
    question, entry = "is the credential one of this user's?", known.get(encode(credential_id))
    if entry is None:
        return _refused(OWNER, question, encode(credential_id), steps.steps)
    if handle is not None and handle != entry.user_handle:
        return _refused(OWNER, question, "the user handle is another's", steps.steps)
    owner = Step(question, "yes", entry.credential_id, _SOURCE)
    signed = _signature_step(entry, raw + hashlib.sha256(client.raw).digest(), signature)
    if isinstance(signed.value, Refusal):
        return decided(signed.value, *signed.steps, after=(*steps.steps, owner))
    before = (*steps.steps, owner, *signed.steps)
    question, found = "has the counter grown?", f"{data.counter} after {entry.sign_count}"
    stands_still = (data.counter or entry.sign_count) and data.counter <= entry.sign_count
    if stands_still and counter:
        return _refused(COUNTER, question, found, before)
    answer = "no" if stands_still else "yes" if data.counter else "the authenticator does not count"
    step = Step(question, answer, found, _SOURCE, decides=True)
    made = Assertion(entry.credential_id, data.counter, data.is_user_verified(), not data.is_backup_eligible())
    return decided(made, step, after=before)


def origin_allowed(origin: str, relying_party_id: str) -> bool:
    """Whether a page of `origin` is the relying party's: its host is the id or below it, over TLS. A page of the same
    machine, where the id is `localhost`, needs no TLS."""
    try:
        parts = urlsplit(origin)
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    bare = f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")
    if host is None or origin != bare:
        return False
    if host == "localhost" and relying_party_id == "localhost":
        return parts.scheme in ("http", "https")
    return parts.scheme == "https" and (host == relying_party_id or host.endswith(f".{relying_party_id}"))


def public_key(cose: Mapping[Any, Any]) -> ec.EllipticCurvePublicKey | rsa.RSAPublicKey | str:
    """The public key that a COSE key describes, or what is wrong with it."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    try:
        match cose.get(3):
            case -7:
                x, y = cose.get(-2), cose.get(-3)
                if cose.get(1) != 2 or cose.get(-1) != 1 or not _sized(x, 32) or not _sized(y, 32):
                    return "no key on P-256"
                numbers = ec.EllipticCurvePublicNumbers(_number(x), _number(y), ec.SECP256R1())
                return numbers.public_key()
            case -257:
                modulus, exponent = cose.get(-1), cose.get(-2)
                if cose.get(1) != 3 or not isinstance(modulus, bytes) or not isinstance(exponent, bytes):
                    return "no RSA key"
                if not _SHORTEST_RSA <= _number(modulus).bit_length() <= 4 * _SHORTEST_RSA:
                    return f"an RSA key of {_number(modulus).bit_length()} bits"
                return rsa.RSAPublicNumbers(_number(exponent), _number(modulus)).public_key()
            case other:
                return f"algorithm {other}"
    except ValueError as error:
        return str(error)


def _ceremony_steps(client: ClientData, kind: str, ceremony: Ceremony) -> Decision[Refusal | None]:
    """Checks 2 to 4."""
    question = "is it of this ceremony?"
    if client.type != kind:
        return _refused(CEREMONY, question, client.type, ())
    steps = [Step(question, "yes", kind, _SOURCE)]
    question = "does it answer the challenge that was set?"
    if not hmac.compare_digest(client.challenge.encode(), ceremony.challenge.encode()):
        return _refused(CHALLENGE, question, "another one", steps)
    steps.append(Step(question, "yes", "the same", _SOURCE))
    question = "was it made on a page of the relying party?"
    if client.cross_origin or not origin_allowed(client.origin, ceremony.relying_party_id):
        found = f"{client.origin}{', inside another page' if client.cross_origin else ''}"
        return _refused(ORIGIN, question, f"{found}; the relying party is {ceremony.relying_party_id}", steps)
    steps.append(Step(question, "yes", client.origin, _SOURCE))
    return Decision(None, tuple(steps))


def _authenticator_steps(data: AuthenticatorData, ceremony: Ceremony) -> Decision[Refusal | None]:
    """Checks 5 and 6."""
    question = "did the authenticator sign for this relying party?"
    expected = hashlib.sha256(ceremony.relying_party_id.encode()).digest()
    if not hmac.compare_digest(data.rp_id_hash, expected):
        return _refused(RELYING_PARTY, question, f"for another one than {ceremony.relying_party_id}", ())
    steps = [Step(question, "yes", ceremony.relying_party_id, _SOURCE)]
    if not data.is_user_present():
        return _refused(PRESENCE, "was somebody there?", "UP is not set", steps)
    question, verified = "was the user verified?", data.is_user_verified()
    if ceremony.verification_required and not verified:
        return _refused(VERIFICATION, question, "UV is not set, and is required", steps)
    need = "required" if ceremony.verification_required else "preferred"
    steps.append(Step(question, "yes" if verified else "no", f"verification is {need}", _SOURCE))
    return Decision(None, tuple(steps))


def _signature_step(entry: KnownCredential, message: bytes, signature: bytes) -> Decision[Refusal | None]:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec, padding
    from cryptography.hazmat.primitives.hashes import SHA256
    from fido2 import cbor

    question = "does the signature hold?"
    stored: Any = cbor.decode(decoded(entry.public_key, "public key"))
    key = public_key(stored)
    if isinstance(key, str):
        raise ValueError(f"the stored key of {entry.credential_id} is none: {key}")
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, message, ec.ECDSA(SHA256()))
        else:
            key.verify(signature, message, padding.PKCS1v15(), SHA256())
    except InvalidSignature:
        return _refused(SIGNATURE, question, "not under the key that was registered", ())
    return decided(None, Step(question, "yes", "under the key that was registered", _SOURCE))


def _sized(value: Any, size: int) -> bool:
    return isinstance(value, bytes) and len(value) == size


def _number(value: Any) -> int:
    return int.from_bytes(value, "big")


def _after(earlier: Decision[Refusal | None], later: Decision[Refusal | None]) -> Decision[Refusal | None]:
    return Decision(later.value, earlier.steps + later.steps)


def _refused(code: str, question: str, found: str, before: list[Step] | tuple[Step, ...]) -> Decision[Any]:
    return decided(Refusal(code, found), Step(question, "no", found, _SOURCE, decides=True), after=before)
