"""An AD FS at work: it asks a person for a password and hands their browser a signed response for a receiver.

1. It answers receivers that it knows, at addresses that are theirs: a request cannot send a response elsewhere.
2. A request signed by somebody else than the receiver is refused, and one not signed where it must be.
3. It knows a person by name and password; one who is disabled is told so.
4. What it says of them is what its claim rules give (`decisions.adfs_sign_in`).

Ids are drawn from the provider, the receiver, the person and the number of the answer: the same world and steps give
the same bytes.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from cogsim.decision import Refusal
from cogsim.decisions.adfs_sign_in import admit_person, admit_start, state_person
from cogsim.entropy import Draw, named
from cogsim.errors import CogsimError, InputError, suggest
from cogsim.tokens.saml_issue import Signer, Statement, response_xml
from cogsim.tokens.saml_request import AuthnRequest, read_post, read_redirect
from cogsim.tokens.saml_signature import load_certificate
from cogsim.world.external_saml import AdFs, DirectoryUser, RelyingParty
from cogsim.world.world import World

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import rsa

T = TypeVar("T")


class AdFsRefusal(CogsimError):
    """What AD FS shows a person instead of handing out a response."""


@dataclass(frozen=True, slots=True)
class Posted:
    """The form that the person's browser posts: the receiver's address, the Base64 of the response, the relay state;
    with the ids that stand in it."""

    acs_url: str
    saml_response: str = field(repr=False)
    relay_state: str | None
    response_id: str
    assertion_id: str

    @property
    def form(self) -> dict[str, str]:
        """The fields of the form."""
        relay = {} if self.relay_state is None else {"RelayState": self.relay_state}
        return {"SAMLResponse": self.saml_response, **relay}


class AdFsServer:
    """The provider of that entity id (the only one of the world unless named). `signer` makes it sign with another key:
    whoever stole one needs no provider. `answers` is how many it gave before."""

    def __init__(self, entity_id: str | None = None, *, signer: Signer | None = None, answers: int = 0) -> None:
        self.entity_id = entity_id
        self.signer = signer
        self._answers = answers

    def __repr__(self) -> str:
        return f"AdFsServer({self.entity_id!r}, {self._answers} answers)"

    def provider(self, world: World) -> AdFs:
        """The provider as it stands in the world; InputError where it does not, or where there are several."""
        found = world.ad_fs.get(self.entity_id) if self.entity_id is not None else None
        if found is not None:
            return found
        if self.entity_id is None and len(world.ad_fs) == 1:
            return next(iter(world.ad_fs.values()))
        raise InputError(
            f"no AD FS {self.entity_id!r}; there are {len(world.ad_fs)}",
            suggestion=suggest(self.entity_id or "", list(world.ad_fs)),
        )

    def start(
        self, world: World, party: str, upn: str, password: str, *, now: float, relay_state: str | None = None
    ) -> Posted:
        """A sign-in that begins at the provider (IdpInitiatedSignOn): nobody asked for it."""
        provider = self.provider(world)
        found = self._party(provider, party)
        _given(admit_start(found).value)
        user = _authenticated(provider, upn, password)
        return self._answer(provider, found, user, now, found.endpoints[0], None, relay_state)

    def answer(self, world: World, url: str, upn: str, password: str, *, now: float) -> Posted:
        """The answer to a request by redirect: `url` is the address that the browser was sent to."""
        provider = self.provider(world)
        party = self._party(provider, _asking(url))
        received = read_redirect(url, party.signing_certificates)
        if isinstance(received.value, Refusal):
            raise AdFsRefusal(f"MSIS7015: {received.value}")
        asked = received.value
        if party.signed_requests and not asked.signed:
            raise AdFsRefusal(f"{party.identifier} signs its requests, and this one is not signed")
        acs_url = _endpoint(party, asked.request)
        user = _authenticated(provider, upn, password)
        return self._answer(provider, party, user, now, acs_url, asked.request.id, asked.relay_state)

    def answer_post(
        self, world: World, saml_request: str, upn: str, password: str, *, now: float, relay_state: str | None = None
    ) -> Posted:
        """The answer to a request in a posted form; a receiver that signs its requests sends them by redirect."""
        provider = self.provider(world)
        request = read_post(saml_request)
        if isinstance(request, str):
            raise AdFsRefusal(f"MSIS7015: {request}")
        party = self._party(provider, request.issuer)
        if party.signed_requests:
            raise AdFsRefusal(f"{party.identifier} signs its requests, and this one is not signed")
        acs_url = _endpoint(party, request)
        user = _authenticated(provider, upn, password)
        return self._answer(provider, party, user, now, acs_url, request.id, relay_state)

    def _party(self, provider: AdFs, identifier: str) -> RelyingParty:
        found = provider.parties.get(identifier)
        if found is None:
            near = suggest(identifier, list(provider.parties))
            raise AdFsRefusal(f"MSIS7007: {identifier} is no relying party" + (f" (is it {near}?)" if near else ""))
        return found

    def _answer(
        self,
        provider: AdFs,
        party: RelyingParty,
        user: DirectoryUser,
        now: float,
        acs_url: str,
        request_id: str | None,
        relay_state: str | None,
    ) -> Posted:
        self._answers += 1
        draw = Draw(provider.entity_id, ("adfs", party.identifier, user.upn, f"{now:.3f}"), self._answers)
        statement = _statement(provider, party, user, draw, now, acs_url, request_id)
        key = None if party.encryption_certificate is None else _encryption_key(party.encryption_certificate)
        inner = named("adfs/encryption", provider.entity_id, statement.assertion_id)
        raw = response_xml(statement, self.signer or provider.signer, party.sign, encrypt_for=key, draw=inner)
        encoded = base64.b64encode(raw).decode()
        return Posted(acs_url, encoded, relay_state, statement.response_id, statement.assertion_id)


def _statement(
    provider: AdFs, party: RelyingParty, user: DirectoryUser, draw: Draw, now: float, acs_url: str, request: str | None
) -> Statement:
    ids = draw.bytes(48).hex()
    return _given(state_person(provider, party, user, ids, now=now, acs_url=acs_url, request_id=request).value)


def _given(answer: T | Refusal) -> T:
    if isinstance(answer, Refusal):
        raise AdFsRefusal(answer.message)
    return answer


def _asking(url: str) -> str:
    """Who a request by redirect says that it is of: only to find the certificates that prove it."""
    received = read_redirect(_unsigned(url))
    if isinstance(received.value, Refusal):
        raise AdFsRefusal(f"MSIS7015: {received.value}")
    return received.value.request.issuer


def _unsigned(url: str) -> str:
    address, _, query = url.partition("?")
    kept = [each for each in query.split("&") if each.partition("=")[0] not in ("Signature", "SigAlg")]
    return f"{address}?{'&'.join(kept)}"


def _endpoint(party: RelyingParty, request: AuthnRequest) -> str:
    """Where the response goes: the address that the request names, if it is the receiver's."""
    if request.acs_url is None:
        return party.endpoints[0]
    if request.acs_url not in party.endpoints:
        raise AdFsRefusal(f"MSIS3200: {request.acs_url} is no address of {party.identifier}")
    return request.acs_url


def _authenticated(provider: AdFs, upn: str, password: str) -> DirectoryUser:
    user = provider.users.get(upn.lower())
    known = user.password if user is not None else ""
    if user is None or not hmac.compare_digest(known.encode(), password.encode()):
        raise AdFsRefusal("Incorrect user ID or password. Type the correct user ID and password, and try again.")
    _given(admit_person(user).value)
    return user


def _encryption_key(certificate: str) -> rsa.RSAPublicKey:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    loaded = load_certificate(certificate)
    key = loaded.public_key() if loaded is not None else None
    if not isinstance(key, RSAPublicKey):
        raise InputError("the receiver's encryption certificate is none of an RSA key")
    return key
