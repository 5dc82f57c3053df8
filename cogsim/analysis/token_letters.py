"""The SAML responses of the matrix: written and signed by an AD FS of the world, or with one thing wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from cogsim.analysis.directory_letters import written_response
from cogsim.analysis.passage import NOW
from cogsim.analysis.token_offers import FORGER, Offer
from cogsim.analysis.token_targets import MOST, Letter, Target
from cogsim.analysis.walk import Walk, walked_through
from cogsim.decision import Refusal
from cogsim.decisions.adfs_sign_in import admit_person, admit_start
from cogsim.tokens.keys import RsaKey, rsa_key
from cogsim.world.external_saml import AdFs, RelyingParty
from cogsim.world.world import World

_ELSEWHERE = "https://adfs.elsewhere.example.com"
_OTHER_RECEIVER = RelyingParty("urn:another-receiver", ("https://another.example.com/saml",))
#: A word that names no part of a response: none is signed.
_UNSIGNED = "nothing"


def letters(provider: AdFs, party: RelyingParty) -> Iterator[Letter]:
    """What each person of the provider would bring to the receiver, unasked."""
    people = (person for person in provider.users.values() if admit_person(person).value is None)
    for person in islice(people, MOST):
        yield Letter(provider, party, person, party.endpoints[0])


def letter_offer(target: Target, kind: str = "saml") -> Offer:
    """The response of that kind: the target's, or what the world's first AD FS would write where it has none."""
    if target.missing and kind != "saml":
        return _none(target, Refusal("NotFound", target.missing))
    letter = target.letter or _of_world(target.world)
    if letter is None:
        return _none(target, Refusal("NotFound", "nobody of an AD FS of the world can begin a sign-in there"))
    match kind:
        case "other-client":
            return _written(target, to_another_receiver(letter))
        case "other-pool":
            note = "the other AD FS is made up"
            return _written(replace(target, notes=(*target.notes, note)), by_another_directory(letter))
        case "expired":
            return _written(target, letter).at_its_end()
        case "early":
            return _written(target, letter).too_early()
        case "disabled" | "deleted":
            return _without_its_person(target, letter, kind)
        case "unsigned":
            return _written(target, letter, sign=_UNSIGNED)
        case "forged":
            return _written(target, letter, forged=True)
        case _:
            return _written(target, letter)


def to_another_receiver(letter: Letter) -> Letter:
    """The same person's response to another receiver of the same provider."""
    others = (party for party in letter.provider.parties.values() if party.identifier != letter.party.identifier)
    other = next(others, _OTHER_RECEIVER)
    return replace(letter, party=other, address=other.endpoints[0], request_id=None)


def by_another_directory(letter: Letter) -> Letter:
    """The same response by an AD FS that anybody could run, with people of the same names."""
    return replace(letter, provider=AdFs(f"{_ELSEWHERE}/adfs/services/trust", _ELSEWHERE))


def _of_world(world: World) -> Letter | None:
    for provider in world.ad_fs.values():
        for party in provider.parties.values():
            found = next(letters(provider, party), None)
            if found is not None and admit_start(party).value is None:
                return found
    return None


def _written(target: Target, letter: Letter, *, sign: str | None = None, forged: bool = False) -> Offer:
    provider, party = letter.provider, letter.party
    signer = replace(provider.signer, key=_forger(provider.signer.key)) if forged else None

    def write(walk: Walk) -> str:
        person, address, asked = letter.person, letter.address, letter.request_id
        return written_response(walk, provider, party, person, address, asked, signer=signer, sign=sign)

    made = walked_through(write)
    if isinstance(made.value, Refusal):
        return _none(target, made.value)
    return Offer("saml", made.value, target.world, NOW, NOW + party.lifetime, notes=target.notes)


def _forger(own: RsaKey) -> RsaKey:
    """A key of somebody else; the certificate beside it stays the provider's."""
    return replace(own, private_key=rsa_key(FORGER).private_key)


def _without_its_person(target: Target, letter: Letter, kind: str) -> Offer:
    """The response, after whoever brings it was disabled or deleted at the provider."""
    provider, person = letter.provider, letter.person
    users = provider.users.delete(person.upn.lower())
    if kind == "disabled":
        users = users.set(person.upn.lower(), replace(person, enabled=False))
    made = _written(target, letter)
    return replace(made, world=made.world.with_ad_fs(replace(provider, users=users)))


def _none(target: Target, refused: Refusal) -> Offer:
    return Offer("saml", None, target.world, notes=target.notes, refused=refused)
