"""What an AD FS asks before it hands out a response, and what it then states; the password is the actor's to compare.

1. A person who is disabled is told so, whatever they know.
2. A receiver that takes no responses by themselves is not sent one: else anybody's browser could be made to bring one.
3. A person of whom the receiver's name for people is not known gets none: an empty name would be everybody's.

# ms:adfs-claim-rules
"""

from __future__ import annotations

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.adfs_claims import issued_claims
from cogsim.decisions.refusals import Check, passed, refused
from cogsim.tokens.saml_issue import Statement
from cogsim.world.external_saml import TRANSIENT, AdFs, DirectoryUser, RelyingParty

_CODE, _SOURCE = "AdFsRefusal", "ms:adfs-claim-rules"


def admit_person(user: DirectoryUser) -> Check:
    """Whether somebody who knows the user's password comes in (rule 1)."""
    question, place = "does AD FS let the person in?", user.origin.location
    if user.enabled:
        return passed(question, user.upn, _SOURCE, location=place)
    text = "Your account is disabled. Contact your administrator."
    return refused(Refusal(_CODE, text), question, f"{user.upn} is disabled", _SOURCE, location=place)


def admit_start(party: RelyingParty) -> Check:
    """Whether a sign-in for the receiver may begin at the provider (rule 2)."""
    question, place = "does the receiver take responses that nobody asked for?", party.origin.location
    if party.idp_initiated:
        return passed(question, party.identifier, "saml:profiles", location=place)
    refusal = Refusal(_CODE, f"{party.identifier} takes no responses that it did not ask for")
    return refused(refusal, question, party.identifier, "saml:profiles", location=place)


def state_person(
    provider: AdFs,
    party: RelyingParty,
    user: DirectoryUser,
    ids: str,
    *,
    now: float,
    acs_url: str,
    request_id: str | None = None,
) -> Decision[Statement | Refusal]:
    """What the response says at `now` (seconds) to `acs_url`, in answer to `request_id`; `ids` are 96 hexadecimal
    digits of which its ids, and a transient name, are made (rule 3)."""
    issued = issued_claims(provider, party, user)
    claims = issued.value
    name = claims.name_id if claims.name_id is not None else f"_{ids[64:]}"
    if not name:
        text = f"{user.upn} has no {party.name_id.attribute}, which {party.identifier} knows people by"
        step = Step("can the receiver name the person?", "no", text, _SOURCE, decides=True)
        return decided(Refusal(_CODE, text), step, after=issued.steps)
    lifetime = party.session_lifetime
    statement = Statement(
        issuer=provider.entity_id,
        recipient=acs_url,
        audience=party.identifier,
        name_id=name,
        name_id_format=claims.name_id_format,
        attributes=claims.attributes,
        issued_at=float(int(now)),
        valid_for=party.lifetime,
        response_id=f"_{ids[:32]}",
        assertion_id=f"_{ids[32:64]}",
        in_response_to=request_id,
        session_not_on_or_after=None if lifetime is None else int(now) + lifetime,
        sp_name_qualifier=party.identifier if claims.name_id_format == TRANSIENT else None,
    )
    return Decision(statement, issued.steps)
