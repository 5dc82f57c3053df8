"""The AD FS behind a response, and its receiver that stands for AWS: what its administrator can change."""

from __future__ import annotations

from dataclasses import replace

from cogsim.lab.doctor.proof import aws_party
from cogsim.lab.doctor.question import PersonKind
from cogsim.lab.doctor.symptom import Symptom
from cogsim.world.external_saml import AdFs, RelyingParty
from cogsim.world.world import World


def directory_of(symptom: Symptom) -> tuple[AdFs, RelyingParty] | None:
    """The provider that made the response for the question's person; None where the response was given."""
    person = symptom.question.person
    if person is None or person.kind is not PersonKind.DIRECTORY:
        return None
    directory = symptom.world.ad_fs[person.home]
    return directory, aws_party(directory)


def changed_party(world: World, entity_id: str, old: RelyingParty, new: RelyingParty) -> World:
    """The world where the provider has another receiver in the place of that one."""
    directory = world.ad_fs[entity_id]
    parties = directory.parties.discard(old.identifier).set(new.identifier, new)
    return world.with_ad_fs(replace(directory, parties=parties))


def at_aws(party: RelyingParty, *, identifier: str | None = None, endpoint: str | None = None) -> RelyingParty:
    """The receiver under another name, or at another address alone."""
    return replace(
        party,
        identifier=party.identifier if identifier is None else identifier,
        endpoints=party.endpoints if endpoint is None else (endpoint,),
    )
