"""What a user pool expects of a SAML provider's responses. # idp:saml-things

1. The audience is the pool, the recipient its domain's address, and the destination is named.
2. A response answers the request that was made, or comes by itself where that is allowed: never one for the other.
3. Its signature holds under a certificate of the provider's metadata; where responses are to be encrypted one in the
   open is refused.
4. An assertion counts once, and no value of it has a character of four bytes.
"""

from __future__ import annotations

import base64
import binascii

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.refusals import UNSEEN_TEXTS, refused
from cogsim.tokens.keys import rsa_key
from cogsim.tokens.saml_conditions import Expectation
from cogsim.tokens.saml_metadata import IdpMetadata, readable_certificates
from cogsim.world.pool_members import UserPoolIdentityProvider
from cogsim.world.user_pool import UserPool

#: Characters of a response as it is posted. # idp:saml-things
LONGEST_RESPONSE = 100_000
#: How long metadata from an address are kept (seconds). # idp:saml-things
METADATA_LIFE = 6 * 3600.0
_SOURCE = "idp:saml-things"


def entity_id(pool: UserPool) -> str:
    """The pool as a service provider: the issuer of its requests and the audience of responses."""
    return f"urn:amazon:cognito:sp:{pool.id}"


def acs_url(host: str) -> str:
    """Where responses are posted."""
    return f"https://{host}/saml2/idpresponse"


def logout_url(host: str) -> str:
    """Where answers to requests to sign out are posted."""
    return f"https://{host}/saml2/logout"


def read_posted(value: str | None) -> Decision[bytes | Refusal]:
    """The XML of a posted response, or the refusal."""
    question, found = "is it a response of a length that is read?", f"{len(value or '')} characters"
    if not value or len(value) > LONGEST_RESPONSE:
        return refused(_fault("Invalid SAML response"), question, found, _SOURCE, assumption=UNSEEN_TEXTS)
    try:
        raw = base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        refusal = _fault("Invalid SAML response")
        return refused(refusal, question, "no Base64", "saml:bindings§3.5.4", assumption=UNSEEN_TEXTS)
    return decided(raw, Step(question, "yes", found, _SOURCE))


def expected_response(
    pool: UserPool,
    provider: UserPoolIdentityProvider,
    host: str,
    metadata: IdpMetadata,
    request_id: str | None,
    seen: frozenset[str],
) -> Expectation:
    """What a response must be; `request_id` is the request that it answers, None where it comes by itself."""
    key = rsa_key("cognito-idp", pool.id, "saml-encryption", provider.name)
    encrypted = provider.details.get("EncryptedResponses") == "true"
    return Expectation(
        issuer=metadata.entity_id,
        certificates=readable_certificates(metadata),
        audiences=(entity_id(pool),),
        recipients=(acs_url(host),),
        in_response_to=request_id,
        unsolicited=request_id is None,
        seen=seen,
        decryption_keys=(key.private_key,) if encrypted else (),
        encryption_required=encrypted,
        destination_required=True,
        long_characters_refused=True,
    )


def as_told(refusal: Refusal) -> Refusal:
    """The refusal of a response in the words that the app gets; which check it was is in the steps."""
    return _fault(refusal.message)


def _fault(text: str) -> Refusal:
    return Refusal("invalid_request", f"Error in SAML response processing: {text}")
