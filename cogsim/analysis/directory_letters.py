"""The response that an AD FS would hand a person now, made and signed; what receivers think of it is asked of them.

The password is taken to be known. The response is a real one, so a certificate that the receiver was never given, an
address that is not the receiver's, or a name that is missing stops it here as it does at the door.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from cogsim.analysis.passage import NOW
from cogsim.analysis.walk import Walk
from cogsim.decision import Refusal, Step
from cogsim.decisions.adfs_sign_in import admit_person, admit_start, state_person
from cogsim.decisions.federated_saml import acs_url, entity_id
from cogsim.entropy import named
from cogsim.tokens.keys import rsa_key
from cogsim.tokens.saml_metadata import REDIRECT, IdpMetadata
from cogsim.tokens.saml_request import AuthnRequest, read_redirect, redirect_url
from cogsim.tokens.saml_signature import load_certificate
from cogsim.world.external_saml import AdFs, DirectoryUser, RelyingParty
from cogsim.world.pool_members import UserPoolIdentityProvider
from cogsim.world.user_pool import UserPool

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    from cogsim.tokens.saml_issue import Signer

_SOURCE = "saml:profiles"
_KNOWN = Step(
    "does the person know the password?", "taken to be so", "the question is who could", "ms:adfs-claim-rules"
)
#: The id of the request that a solicited response answers.
REQUEST = "_cogsim-asks"


def unsolicited_response(walk: Walk, provider: AdFs, party: RelyingParty, user: DirectoryUser) -> str:
    """The Base64 of a response that nobody asked for, to the receiver's first address."""
    walk.steps.append(_KNOWN)
    walk.take(admit_person(user))
    walk.take(admit_start(party))
    return written_response(walk, provider, party, user, party.endpoints[0], None)


def solicited_response(
    walk: Walk, provider: AdFs, user: DirectoryUser, asking: tuple[UserPool, UserPoolIdentityProvider, str, IdpMetadata]
) -> tuple[str, str]:
    """The Base64 of the response to a user pool's request, and the request's id. `asking` is the pool, its provider,
    the host of its domain and the provider's metadata as the pool has them."""
    pool, configured, host, metadata = asking
    walk.steps.append(_KNOWN)
    walk.take(admit_person(user))
    party = _party(walk, provider, entity_id(pool))
    destination = metadata.sign_in_by(REDIRECT)
    if destination is None:
        text = "No SingleSignOn Http redirect binding location found in metadata."
        raise walk.stop(Refusal("invalid_request", text), _no("where are requests sent?", "nowhere", configured))
    _hold_request(walk, pool, configured, party, destination, host)
    if acs_url(host) not in party.endpoints:
        found = f"{acs_url(host)}; registered are {', '.join(party.endpoints)}"
        refusal = Refusal("AdFsRefusal", f"MSIS3200: {acs_url(host)} is no address of {party.identifier}")
        raise walk.stop(refusal, _no("is the address one of the receiver's?", found, party))
    return written_response(walk, provider, party, user, acs_url(host), REQUEST), REQUEST


def _party(walk: Walk, provider: AdFs, identifier: str) -> RelyingParty:
    found = provider.parties.get(identifier)
    if found is None:
        refusal = Refusal("AdFsRefusal", f"MSIS7007: {identifier} is no relying party")
        raise walk.stop(refusal, _no("is the receiver known to the provider?", identifier, provider))
    question, place = "is the receiver known to the provider?", found.origin.location
    walk.steps.append(Step(question, "yes", identifier, _SOURCE, location=place))
    return found


def _hold_request(
    walk: Walk,
    pool: UserPool,
    configured: UserPoolIdentityProvider,
    party: RelyingParty,
    destination: str,
    host: str,
) -> None:
    """The pool's request, signed where it is configured so, as the provider reads it."""
    signs = configured.details.get("RequestSigningAlgorithm") == "rsa-sha256"
    asked = AuthnRequest(REQUEST, entity_id(pool), acs_url(host), destination, issued_at=float(int(NOW)))
    url = redirect_url(asked, "state", rsa_key("cognito-idp", pool.id, "saml") if signs else None)
    received = walk.take(read_redirect(url, party.signing_certificates))
    if party.signed_requests and not received.signed:
        text = f"{party.identifier} signs its requests, and this one is not signed"
        raise walk.stop(Refusal("AdFsRefusal", text), _no("is the request signed?", text, party))


def written_response(
    walk: Walk,
    provider: AdFs,
    party: RelyingParty,
    user: DirectoryUser,
    address: str,
    request_id: str | None,
    *,
    signer: Signer | None = None,
    sign: str | None = None,
) -> str:
    """The Base64 of the response to that address; signed by the provider, in the parts that the receiver has signed,
    unless `signer` and `sign` (as `saml_issue.response_xml` takes it; another word: in none) say otherwise."""
    from cogsim.tokens.saml_issue import response_xml

    ids = named("analysis/response", provider.entity_id, party.identifier, user.upn).bytes(48).hex()
    stated = walk.take(state_person(provider, party, user, ids, now=NOW, acs_url=address, request_id=request_id))
    key = None
    if party.encryption_certificate is not None:
        key = _encryption_key(walk, party)
    inner = named("analysis/encryption", provider.entity_id, stated.assertion_id)
    raw = response_xml(stated, signer or provider.signer, sign or party.sign, encrypt_for=key, draw=inner)
    return base64.b64encode(raw).decode()


def _encryption_key(walk: Walk, party: RelyingParty) -> RSAPublicKey:
    from cryptography.hazmat.primitives.asymmetric import rsa

    loaded = load_certificate(party.encryption_certificate or "")
    key = loaded.public_key() if loaded is not None else None
    if not isinstance(key, rsa.RSAPublicKey):
        text = "the receiver's encryption certificate is none of an RSA key"
        raise walk.stop(Refusal("AdFsRefusal", text), _no("can the response be encrypted?", text, party))
    return key


def _no(question: str, found: str, noun: AdFs | RelyingParty | UserPoolIdentityProvider) -> Step:
    return Step(question, "no", found, _SOURCE, location=noun.origin.location, decides=True)
