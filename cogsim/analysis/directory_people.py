"""The sessions of a person of an AD FS, statically: straight into a role, through an identity pool, into a user pool.

For each receiver of the provider a response is written and signed, and put to the decisions that the door asks. A
receiver that no provider of the world reads, and a person whom no receiver leads anywhere, have one refusal that says
so. # ug:saml-provider, ci:saml, idp:saml-things
"""

from __future__ import annotations

from collections.abc import Iterator

from cogsim.analysis.directory_letters import solicited_response, unsolicited_response
from cogsim.analysis.entrances import Coming, into_user_pool, through_identity_pool
from cogsim.analysis.federated_profiles import PageErrand
from cogsim.analysis.naming import called
from cogsim.analysis.outside import DirectoryPerson
from cogsim.analysis.outside_places import person_place
from cogsim.analysis.passage import NOW, Hop, Outcome, Passage, Place, answer_of
from cogsim.analysis.role_chains import role_place
from cogsim.analysis.straight_sessions import with_assertion
from cogsim.analysis.walk import Walk, walked_through
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.adfs_sign_in import admit_person
from cogsim.decisions.federated_identity import ExternalSignIn
from cogsim.decisions.federated_saml import as_told, expected_response, read_posted
from cogsim.decisions.identity_federated import accept_saml
from cogsim.decisions.saml_attributes import ROLE, role_pairs
from cogsim.decisions.saml_session import aws_expectation, believe, login_of
from cogsim.persistent import Map
from cogsim.tokens.saml import Assertion, validate_response
from cogsim.tokens.saml_metadata import IdpMetadata, read_metadata
from cogsim.world.external_saml import AdFs, RelyingParty
from cogsim.world.iam import SamlProvider
from cogsim.world.pool_members import UserPoolIdentityProvider
from cogsim.world.world import World


def registered_at(world: World, provider: AdFs) -> list[SamlProvider]:
    """The SAML providers of IAM whose metadata name this AD FS."""
    return [each for each in world.saml_providers.values() if entity_of(each) == provider.entity_id]


def entity_of(registered: SamlProvider) -> str | None:
    """The entity id in the provider's metadata; None where they cannot be read."""
    found = read_metadata(registered.metadata)
    return found.entity_id if isinstance(found, IdpMetadata) else None


def directory_passages(world: World, person: DirectoryPerson, name: str) -> Iterator[Passage]:
    """Every way of the person to a session, walked or refused; at least one."""
    admitted = admit_person(person.user)
    if admitted.value is not None:
        yield Passage(name, "", decided(admitted.value, *admitted.steps))
        return
    coming = Coming(name, person_place(person))
    nothing = True
    for passage in _everywhere(world, person, coming):
        nothing = False
        yield passage
    if nothing:
        step = Step(
            "does a receiver of the provider lead to credentials?",
            "no",
            ", ".join(person.provider.parties) or "it has none",
            "ug:saml-provider",
            location=person.provider.origin.location,
            decides=True,
        )
        refusal = Refusal("NoWay", f"{person.provider.entity_id} signs in to nothing that leads to credentials")
        yield Passage(name, "", decided(refusal, step, after=admitted.steps))


def _everywhere(world: World, person: DirectoryPerson, coming: Coming) -> Iterator[Passage]:
    for registered in registered_at(world, person.provider):
        for party in person.provider.parties.values():
            if for_aws(registered, party):
                yield from _with_aws(world, person, registered, party, coming)
    for provider in world.pool_providers.values():
        if provider.type == "SAML" and provider.pool_id in world.user_pools:
            metadata = pool_metadata(world, provider)
            if metadata is not None and metadata.entity_id == person.provider.entity_id:

                def spoken(walk: Walk, errand: PageErrand, metadata: IdpMetadata = metadata) -> ExternalSignIn:
                    return _spoken(walk, person, errand, metadata)

                yield from into_user_pool(world, provider, spoken, coming)


def for_aws(registered: SamlProvider, party: RelyingParty) -> bool:
    """Whether the receiver is AWS itself: by its name, or by where its responses go."""
    expected = aws_expectation(IdpMetadata("", ()), registered.arn.split(":")[1])
    return party.identifier in expected.audiences or bool(set(party.endpoints) & set(expected.recipients))


def _with_aws(
    world: World, person: DirectoryPerson, registered: SamlProvider, party: RelyingParty, coming: Coming
) -> Iterator[Passage]:
    """Straight to STS with each role that the assertion names, then by the identity pools that take the provider."""
    written = walked_through(lambda walk: unsolicited_response(walk, person.provider, party, person.user))
    via = called(world, registered)
    if isinstance(written.value, Refusal):
        yield Passage(coming.name, via, decided(written.value, *written.steps))
        return
    response = written.value
    believed = believe(world, registered.arn, response, now=NOW)
    yield from _straight(world, registered, decided(believed.value, *believed.steps, after=written.steps), coming, via)
    for pool in world.identity_pools.values():
        if registered.arn in pool.saml_provider_arns:
            login = accept_saml(world, pool, registered.arn, response, now=NOW)
            told = decided(login.value, *login.steps, after=written.steps)
            yield from through_identity_pool(world, pool, told, coming, via)


def _straight(
    world: World, registered: SamlProvider, believed: Decision[Assertion | Refusal], coming: Coming, via: str
) -> Iterator[Passage]:
    if isinstance(believed.value, Refusal):
        yield Passage(coming.name, via, decided(believed.value, *believed.steps))
        return
    roles = dict.fromkeys(role for role, provider in role_pairs(believed.value) if provider == registered.arn)
    if not roles:
        found = "; ".join(believed.value.values(ROLE)) or "no Role attribute"
        question = "which roles does the assertion name with this provider?"
        step = Step(question, "none", found, "ug:saml-assertions", location=registered.origin.location, decides=True)
        refusal = Refusal("AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML")
        yield Passage(coming.name, via, decided(refusal, step, after=believed.steps))
    for arn in roles:
        outcome = _session(world, registered, arn, believed)
        role = world.roles.get(arn)
        target = role_place(world, role) if role else Place(arn, "role", f"{arn} (not in the world)")
        answer = answer_of(outcome)
        steps = tuple(step for step in outcome.deciding if step not in believed.steps)
        label = "AssumeRoleWithSAML" + ("" if answer == "allowed" else f": {answer}")
        named = called(world, role) if role else arn
        hop = Hop(coming.source, target, label, answer, steps)
        yield Passage(coming.name, f"{via}, straight, as {named}", outcome, hops=(hop,))


def _session(world: World, registered: SamlProvider, arn: str, believed: Decision[Assertion | Refusal]) -> Outcome:
    login = login_of(believed, registered.arn, arn)
    if isinstance(login.value, Refusal):
        return decided(login.value, *login.steps)
    made = with_assertion(world, arn, login.value)
    return decided(made.value, *made.steps, after=login.steps)


def pool_metadata(world: World, provider: UserPoolIdentityProvider) -> IdpMetadata | None:
    """The metadata that a user pool has of its SAML provider: the document it was configured with, or what stands at
    the address now; None where nobody of the world stands there, or they cannot be read."""
    document = provider.details.get("MetadataFile")
    if not document:
        url = provider.details.get("MetadataURL", "")
        servers = (world.ad_fs[entity] for entity in sorted(world.ad_fs))
        server = next((each for each in servers if url.startswith(f"{each.base_url.rstrip('/')}/")), None)
        if server is None:
            return None
        document = server.metadata()
    found = read_metadata(document)
    return found if isinstance(found, IdpMetadata) else None


def _spoken(walk: Walk, person: DirectoryPerson, errand: PageErrand, metadata: IdpMetadata) -> ExternalSignIn:
    """What the response to the pool's request says."""
    provider = errand.provider
    asking = (errand.pool, provider, errand.host, metadata)
    response, request_id = solicited_response(walk, person.provider, person.user, asking)
    return external_of(provider, walk.take(accepted_response(errand, metadata, response, request_id, now=NOW)))


def accepted_response(
    errand: PageErrand, metadata: IdpMetadata, posted: str | None, request_id: str, *, now: float
) -> Decision[Assertion | Refusal]:
    """The assertion that the pool believes of a response to its request, posted at `now` (seconds), or its refusal."""
    raw = read_posted(posted)
    if isinstance(raw.value, Refusal):
        return Decision(raw.value, raw.steps)
    expected = expected_response(errand.pool, errand.provider, errand.host, metadata, request_id, frozenset())
    found = validate_response(raw.value, expected, now)
    told = as_told(found.value) if isinstance(found.value, Refusal) else found.value
    return Decision(told, (*raw.steps, *found.steps))


def external_of(provider: UserPoolIdentityProvider, assertion: Assertion) -> ExternalSignIn:
    """Whom the assertion speaks of."""
    claims = {name: values[0] if len(values) == 1 else list(values) for name, values in assertion.attributes.items()}
    return ExternalSignIn(
        provider.name,
        provider.type,
        assertion.name_id,
        Map(claims),
        issuer=assertion.issuer,
        session_index=assertion.session_index,
        sources=Map({"samlResponse": dict(sorted(claims.items()))}),
    )
