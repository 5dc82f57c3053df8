"""What comes of a broker's calls: no request to a right one reaches another tenant, and to a wrong one some does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim import AwsError, Simulation, load
from cogsim.actors.broker import BrokerRefusal
from cogsim.analysis.brokers import broker_ways
from cogsim.analysis.invariants import check
from cogsim.analysis.sessions import NOW, default_origin
from cogsim.decision import Refusal
from cogsim.decisions.authorization import authorise
from cogsim.decisions.broker_choice import admit_person, choose_session
from cogsim.decisions.broker_session import broker_caller, session_of
from cogsim.decisions.broker_wishes import ANY_WORD, HOSTILE, requests_of
from cogsim.decisions.caller import Caller, FederatedUser, IamUser, RoleSession
from cogsim.persistent import Map
from cogsim.world.broker import MISTAKES, Broker, BrokerPerson
from cogsim.world.world import World

WORLDS = Path(__file__).parents[3] / "scenarios" / "worlds"
WORLD = load(WORLDS / "broker.yaml")
PORTAL = WORLD.brokers["portal"]
DATA = "arn:aws:s3:::portal-data-111122223333"
#: The mistakes that let one tenant reach another's documents; the others mix up people, or admit who has left.
ACROSS_TENANTS = (
    *("client-chooses-tenant", "large-policy-omitted", "long-term-keys", "no-session-policy"),
    "unescaped-substitution",
)
WITHIN = tuple(sorted(set(MISTAKES) - set(ACROSS_TENANTS)))

HARD = st.text(max_size=6) | st.text(st.sampled_from('acmeglobx*?$/{}"\\,:[]'), max_size=10)
TENANTS = st.sampled_from(("acme", "globex", "*", "a*", "globex/x", "acme?", "", "${aws:username}", 'x","y')) | HARD
FOLDERS = st.sampled_from(("drafts", *HOSTILE, "x" * 1500, "x" * 2048)) | HARD
WISHES = st.fixed_dictionaries(
    {},
    optional={
        "rule": st.sampled_from(("documents", "folder", "partner")),
        "folder": FOLDERS,
        "view": st.sampled_from(("drafts", "final", "secret")) | FOLDERS,
        "tenant": TENANTS,
        "session_name": st.sampled_from(("bob", "anna", "a b")) | HARD,
    },
)


@cache
def wrong(mistake: str) -> World:
    return load(WORLDS / "broker.yaml", WORLDS / "broker" / f"{mistake}.yaml")


def session(world: World, broker: Broker, person: BrokerPerson, wishes: Mapping[str, str]) -> Caller | Refusal:
    """What the person gets, as the decisions have it."""
    admitted = admit_person(broker, person)
    if admitted.value is not None:
        return admitted.value
    grant = choose_session(broker, person, wishes).value
    if isinstance(grant, Refusal):
        return grant
    return session_of(world, broker, grant, now=NOW, origin=default_origin(world)).value


def reaches(world: World, caller: Caller, key: str) -> bool:
    origin = default_origin(world)
    return authorise(world, caller, "s3:GetObject", f"{DATA}/{key}", origin=origin, now=NOW).value.allowed


def crossed(world: World, broker: Broker, person: BrokerPerson, wishes: Mapping[str, str]) -> bool:
    """Whether the person reaches a document of a tenant that is not theirs."""
    got = session(world, broker, person, wishes)
    if isinstance(got, Refusal):
        return False
    others = [tenant for tenant in ("acme", "globex") if tenant != person.tenant]
    return any(reaches(world, got, f"{tenant}/{name}") for tenant in others for name in ("plan.txt", "drafts/plan.txt"))


@settings(deadline=None)
@given(tenant=TENANTS, wishes=WISHES, groups=st.sampled_from((("staff",), ("partners",), ("staff", "partners"), ())))
def test_no_request_to_a_right_broker_reaches_another_tenant(
    tenant: str, wishes: dict[str, str], groups: tuple[str, ...]
) -> None:
    assert not crossed(WORLD, PORTAL, BrokerPerson("someone", "p", tenant, groups), wishes)


@settings(deadline=None)
@given(wishes=WISHES, mistake=st.sampled_from(WITHIN))
def test_mistakes_about_people_keep_tenants_apart(wishes: dict[str, str], mistake: str) -> None:
    world = wrong(mistake)
    for person in ("alice", "bob", "oscar"):
        assert not crossed(world, world.brokers["portal"], world.brokers["portal"].people[person], wishes)


@pytest.mark.parametrize("mistake", ACROSS_TENANTS)
def test_the_same_question_finds_what_a_wrong_broker_lets_through(mistake: str) -> None:
    world = wrong(mistake)
    broker = world.brokers["portal"]
    alice = broker.people["alice"]
    asked = [request.wishes for request in requests_of(broker, alice) if request.wishes.get("rule") != "app"]
    assert any(crossed(world, broker, alice, wishes) for wishes in asked)
    assert not any(crossed(world, replace(broker, mistakes=()), alice, wishes) for wishes in asked)


SPEC = {"by": "tenant", "resources": f"{DATA}/${{tenant}}/*"}


@pytest.mark.parametrize("mistake", ACROSS_TENANTS)
def test_the_invariant_is_broken_by_each_of_them_with_somebody_to_show_for_it(mistake: str) -> None:
    result = check(wrong(mistake), "tenants_isolated", SPEC)
    assert not result.holds
    assert result.counterexample is not None
    assert result.counterexample.who.endswith("@Portal")


@pytest.mark.parametrize("mistake", [None, *WITHIN])
def test_the_invariant_holds_of_the_right_one_and_where_only_people_are_mixed_up(mistake: str | None) -> None:
    result = check(WORLD if mistake is None else wrong(mistake), "tenants_isolated", SPEC)
    assert result.holds
    assert result.identities >= 3


def test_one_name_for_all_and_a_name_of_choice_open_the_folders_of_others() -> None:
    role = next(role for role in WORLD.roles.values() if role.origin.logical_id == "DocumentsRole")
    for mistake, wishes, folder in (
        ("one-session-name", {}, "broker"),
        ("client-chooses-session-name", {"session_name": "anna"}, "anna"),
    ):
        world = wrong(mistake)
        for broker, expected in ((world.brokers["portal"], True), (PORTAL, False)):
            got = session(world, broker, broker.people["alice"], wishes)
            assert isinstance(got, RoleSession)
            assert reaches(world, got, f"private/{role.unique_id}:{folder}/notes.txt") == expected


# The decisions and the door


@settings(deadline=None)
@given(
    name=st.sampled_from(("alice", "anna", "bob", "mallory", "oscar")),
    wishes=WISHES,
    mistake=st.sampled_from((None, *sorted(MISTAKES))),
)
def test_the_door_gives_the_session_that_the_decisions_say_or_refuses_in_the_same_words(
    name: str, wishes: dict[str, str], mistake: str | None
) -> None:
    world = WORLD if mistake is None else wrong(mistake)
    broker = world.brokers["portal"]
    said = session(world, broker, broker.people[name], wishes)
    simulation = Simulation(world, start=NOW)
    if isinstance(said, Refusal):
        with pytest.raises((AwsError, BrokerRefusal)) as refused:
            simulation.broker_session(name, wishes=wishes)
        own = isinstance(refused.value, BrokerRefusal)
        assert said.code == ("BrokerRefusal" if own else refused.value.code)  # type: ignore[union-attr]
        assert not own or said.message == str(refused.value)
        return
    got = simulation.broker_session(name, wishes=wishes)
    for key in ("acme/plan.txt", "globex/plan.txt", "acme/drafts/plan.txt"):
        assert simulation.can(got, "s3:GetObject", f"{DATA}/{key}").value.allowed == reaches(world, said, key)
    identity = simulation.call("sts:GetCallerIdentity", credentials=got)
    assert identity["Arn"] == said.arn  # type: ignore[union-attr]
    if isinstance(said, RoleSession | FederatedUser):
        assert (got.arn, got.expires_at) == (said.arn, said.expires_at)
    else:
        assert isinstance(said, IamUser)


def test_a_broker_without_a_key_gets_nothing_for_anybody() -> None:
    world = WORLD.without_access_key(next(iter(WORLD.access_keys)))
    got = session(world, PORTAL, PORTAL.people["alice"], {})
    assert isinstance(got, Refusal)
    assert got.code == "InvalidClientTokenId"


def test_a_role_that_trusts_the_broker_by_name_needs_no_more_and_federation_needs_a_right() -> None:
    world, bob = _without_rights(WORLD), PORTAL.people["bob"]
    assert isinstance(session(world, PORTAL, bob, {}), RoleSession)
    got = session(world, PORTAL, bob, {"rule": "partner", "view": "final"})
    assert isinstance(got, Refusal)
    assert got.code == "AccessDenied"


def _without_rights(world: World) -> World:
    (user,) = world.users.values()
    return world.with_user(replace(user, inline=Map()))


def test_a_broker_that_runs_as_a_role_signs_as_the_role_and_federates_nobody() -> None:
    world = load(WORLDS / "broker.yaml", _overlay())
    broker = replace(PORTAL, principal_arn="arn:aws:iam::111122223333:role/machines")
    world = world.with_broker(broker)
    holder = broker_caller(world, broker, now=NOW, origin=default_origin(world)).value
    assert isinstance(holder, RoleSession)
    got = session(world, broker, broker.people["bob"], {"rule": "partner", "view": "final"})
    assert got == Refusal("AccessDenied", "Cannot call GetFederationToken with session credentials")
    denied = session(world, broker, broker.people["bob"], {})
    assert isinstance(denied, Refusal)
    assert denied.code == "AccessDenied"  # the documents' role trusts the portal's user


def _overlay() -> Path:
    return WORLDS.parents[1] / "tests" / "unit" / "actors" / "worlds" / "machines.yaml"


def test_every_way_is_another_session_and_the_open_word_is_said_to_be_open() -> None:
    ways = list(broker_ways(WORLD, PORTAL, PORTAL.people["alice"], now=NOW, origin=default_origin(WORLD)))
    assert [way.text for way in ways] == ["", "asking for rule folder", "asking for rule app"]
    facts = [fact for step in ways[1].outcome.steps for fact in step.facts]
    assert ("unresolved", "{wish.folder}") in facts
    assert any(ANY_WORD in step.answer for step in ways[1].outcome.steps)
