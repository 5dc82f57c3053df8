"""Lifetimes: the very second at which each access ends, after each event, as the running cloud answers there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import cogsim
from cogsim.assumptions import assuming
from cogsim.errors import AwsError, InputError
from cogsim.lab.lifetimes.access import Access
from cogsim.lab.lifetimes.accesses import accesses
from cogsim.lab.lifetimes.event import EVENTS, NOTHING, Event
from cogsim.lab.lifetimes.holding import hold
from cogsim.lab.lifetimes.lifetimes import Lifetime, Lifetimes, lifetimes, span
from cogsim.lab.lifetimes.measure import HORIZON, Refused, ask_after, end_of
from cogsim.lab.lifetimes.operator import operator_for, with_operators
from cogsim.lab.lifetimes.pool_events import changed_attribute
from cogsim.load.detect import load
from cogsim.simulation import Simulation
from cogsim.world.world import World

ROOT = Path(__file__).parents[3]
SAAS = ROOT / "scenarios" / "worlds" / "saas.yaml"
SHOP = ROOT / "scenarios" / "worlds" / "federated-shop.yaml"
HOUR = 3600


@pytest.fixture(scope="module")
def saas() -> World:
    return load(str(SAAS))


@pytest.fixture(scope="module")
def shop() -> World:
    return load(str(SHOP))


@pytest.fixture(scope="module")
def of_saas(saas: World) -> Lifetimes:
    return lifetimes(saas)


@pytest.fixture(scope="module")
def of_shop(shop: World) -> Lifetimes:
    return lifetimes(shop)


def seconds(found: Lifetimes, event: str) -> Mapping[str, int | None]:
    return {row.access: row.seconds for row in found.rows if row.event.key == event}


# What ends what


def test_where_nothing_happens_everything_ends_at_its_own_time(of_saas: Lifetimes) -> None:
    ends = seconds(of_saas, NOTHING)
    assert ends["id-token"] == ends["access-token"] == ends["api"] == HOUR - 1
    assert ends["refresh"] == 30 * 86_400 - 1
    assert ends["exchange:Identities"] == ends["session:AcmeRole/Identities"] == HOUR - 1
    assert ends["late:Identities"] == (HOUR - 2) + HOUR


@pytest.mark.parametrize("event", ["global-sign-out", "admin-sign-out", "disable", "delete-user", "revoke-token"])
def test_a_sign_out_leaves_verified_tokens_and_credentials_alone(of_saas: Lifetimes, event: str) -> None:
    ends = seconds(of_saas, event)
    assert ends["id-token"] == ends["access-token"] == ends["session:AcmeRole/Identities"] == HOUR - 1
    assert ends["api"] == ends["refresh"] == 0


def test_an_identity_pool_that_does_not_ask_takes_the_token_after_a_sign_out(saas: World, of_saas: Lifetimes) -> None:
    pool = next(iter(saas.identity_pools.values()))
    provider = replace(pool.cognito_providers[0], server_side_token_check=False)
    unasked = saas.with_identity_pool(replace(pool, cognito_providers=(provider,)))
    assert of_saas.of("admin-sign-out", "exchange:Identities").seconds == 0
    found = lifetimes(unasked, events=["admin-sign-out"])
    assert found.of("admin-sign-out", "exchange:Identities").seconds == HOUR - 1
    assert found.of("admin-sign-out", "late:Identities").seconds == 2 * HOUR - 2


def test_a_revoked_refresh_token_ends_the_exchange_as_is_assumed(saas: World) -> None:
    for assumed, seconds_left in (("refused", 0), ("accepted", HOUR - 1)):
        with assuming({"identity.signInEndedAlone": assumed}):
            found = lifetimes(saas, events=["revoke-token", "admin-sign-out"])
            assert found.of("revoke-token", "exchange:Identities").seconds == seconds_left
            assert found.of("admin-sign-out", "exchange:Identities").seconds == 0


def test_the_cookie_of_managed_login_outlives_a_sign_out_and_ends_on_the_logout_page(of_shop: Lifetimes) -> None:
    assert of_shop.of("admin-sign-out", "cookie").seconds == HOUR - 1
    assert of_shop.of("logout", "cookie").seconds == 0
    assert of_shop.of("logout", "userinfo").seconds == HOUR - 1
    assert of_shop.of("admin-sign-out", "userinfo").seconds == 0


def test_what_happens_to_a_role_ends_its_sessions_or_its_exchange(of_saas: Lifetimes) -> None:
    expected = {
        "role-policy": (HOUR - 1, 0, 0),
        "role-sessions": (HOUR - 1, 2 * HOUR - 2, 0),
        "role-trust": (0, 0, HOUR - 1),
        "delete-role": (0, 0, 0),
    }
    for event, ends in expected.items():
        found = seconds(of_saas, event)
        assert (found["exchange:Identities"], found["late:Identities"], found["session:AcmeRole/Identities"]) == ends


def test_a_changed_attribute_changes_new_tokens_at_once_and_old_ones_never(of_saas: Lifetimes) -> None:
    assert of_saas.of("attribute", "refresh").seconds == 0
    assert of_saas.of("attribute", "refresh").then == "custom:tenant: acme becomes changed"
    assert of_saas.of("attribute", "exchange:Identities").seconds == HOUR - 1


def test_somebody_who_left_a_group_keeps_its_role_until_the_token_ends() -> None:
    world = load(str(ROOT / "scenarios" / "worlds" / "departments.yaml"))
    members = [user.username for user in world.pool_users.values() if user.groups]
    found = next(found for found in (_tried(world, name) for name in members) if found is not None)
    left = seconds(found, "groups")
    assert left["refresh"] == 0
    assert "cognito:groups" in found.of("groups", "refresh").then
    assert left["id-token"] == found.of("groups", "id-token").natural


def _tried(world: World, who: str) -> Lifetimes | None:
    try:
        return lifetimes(world, who, events=["groups"])
    except InputError:
        return None


def test_a_client_that_is_deleted_leaves_what_was_verified_without_it(of_saas: Lifetimes) -> None:
    ends = seconds(of_saas, "delete-client")
    assert ends["api"] == ends["refresh"] == 0
    assert ends["exchange:Identities"] == HOUR - 1
    assert seconds(of_saas, "no-refresh")["refresh"] == 0
    assert seconds(of_saas, "no-refresh")["api"] == HOUR - 1


def test_routes_of_apis_take_a_token_until_it_ends_whoever_signed_out() -> None:
    found = lifetimes(load(str(ROOT / "scenarios" / "worlds" / "apis.yaml")), "alice", events=["admin-sign-out"])
    routes = [row for row in found.rows if row.access.startswith(("rest:", "http:"))]
    assert {row.access.partition(":")[0] for row in routes} == {"rest", "http"}
    assert {row.seconds for row in routes} == {HOUR - 1}


def test_the_cookie_of_a_load_balancer_outlives_a_sign_out_until_its_access_token_ends() -> None:
    world = load(str(ROOT / "scenarios" / "worlds" / "load-balancer.yaml"))
    found = lifetimes(world, "alice", events=[NOTHING, "admin-sign-out", "disable", "logout"])
    cookie = "load-balancer:Balancer/AWSELBAuthSessionCookie"
    assert found.of(NOTHING, cookie).seconds == 8 * HOUR - 1
    assert found.of("admin-sign-out", cookie).seconds == found.of("disable", cookie).seconds == HOUR - 1
    assert found.of("admin-sign-out", cookie).words == "for 59m 59s"


# Exactness


def test_every_end_is_the_first_second_of_refusal_in_a_run_of_its_own(shop: World, of_shop: Lifetimes) -> None:
    held_rows = [row for row in of_shop.rows if row.seconds and not row.access.startswith("late:")]
    assert len(held_rows) > 60
    for event in of_shop.events:
        sim, ways = _at_the_event(shop, event)
        for row in (row for row in held_rows if row.event == event):
            access = ways[row.access]
            before = access.ask(sim.fork())
            assert ask_after(sim, access, (row.seconds or 0) - 1) == before, row
            assert ask_after(sim, access, row.seconds or 0) != before, row


def _at_the_event(world: World, event: Event) -> tuple[Simulation, dict[str, Access]]:
    """A simulation of its own, from the sign-in to the event."""
    sim = Simulation(with_operators(world))
    client = next(each for each in sim.world.clients.values() if each.callback_urls)
    user = sim.world.pool_users[client.pool_id, "dora"]
    held = hold(sim, user, client)
    ways = {access.key: access for access in accesses(sim, held)}
    sim.advance(1)
    event.happen(sim, held)
    return sim, ways


def test_the_end_that_is_found_is_the_one_that_every_second_shows(saas: World) -> None:
    """With the shortest tokens, second by second, for every event: what halving finds is what counting finds."""
    client = next(each for each in saas.clients.values() if each.name == "spa")
    brief = saas.with_client(replace(client, access_token_validity=300, id_token_validity=301))
    found = lifetimes(brief, "alice", after=2)
    for event in EVENTS.values():
        rows = {row.access: row for row in found.rows if row.event.key == event.key}
        if not rows:
            continue
        sim = Simulation(with_operators(brief))
        held = hold(sim, sim.world.pool_users[client.pool_id, "alice"], sim.world.clients[client.id])
        ways = {access.key: (access, access.ask(sim.fork())) for access in accesses(sim, held)}
        sim.advance(2)
        event.happen(sim, held)
        for key in ("id-token", "access-token", "api", "exchange:Identities"):
            access, before = ways[key]
            counted = next(second for second in range(400) if ask_after(sim, access, second) != before)
            assert counted == rows[key].seconds, (event.key, key)


def test_an_end_at_no_known_expiry_is_found_by_halving(saas: World) -> None:
    sim = Simulation(saas)

    def ask(twin: Simulation) -> Mapping[str, str]:
        if twin.now - sim.now >= 12_345:
            raise AwsError("Over", "")
        return {"it": "is there"}

    for ends in ((), (sim.now + 5,), (sim.now + 12_345,), (sim.now + 99_999,), (sim.now + 12_344.5,)):
        end = end_of(sim, Access("x", "x", ask, ends), {"it": "is there"})
        assert (end.seconds, end.then) == (12_345, "Over")


def test_access_that_nothing_ends_is_said_never_to_end(saas: World) -> None:
    sim = Simulation(saas)
    assert end_of(sim, Access("x", "x", lambda _: {}), {}).seconds is None
    row = Lifetime(EVENTS[NOTHING], "x", "x", None, None, None, "")
    assert row.words == "never ends by itself"
    assert HORIZON > 3650 * 86_400


def test_ends_are_those_that_plain_calls_meet(saas: World, of_saas: Lifetimes) -> None:
    sim = Simulation(saas)
    alice = sim.sign_in("alice")
    keys = sim.credentials(alice)
    bucket = {"Bucket": "saas-data-111122223333", "Key": "acme/plan.txt"}
    sim.advance(1)
    operator = {"UserPoolId": alice.pool_id, "Username": "alice"}
    sim.call("cognito-idp:AdminDisableUser", operator, "operator")
    end = of_saas.of("disable", "session:AcmeRole/Identities").seconds
    assert end is not None
    sim.advance(end - 1)
    assert sim.call("s3:GetObject", bucket, keys)["Body"]
    sim.advance(1)
    with pytest.raises(AwsError, match="expired"):
        sim.call("s3:GetObject", bucket, keys)


# The world is left alone, and the answer is the same


def test_the_world_that_is_asked_about_stays_as_it_is(saas: World) -> None:
    before = saas
    lifetimes(saas, events=["delete-user", "delete-role"])
    assert saas is before
    assert not any("cogsim-operator" in arn for arn in saas.users)
    assert operator_for("arn:aws:iam::111122223333:role/x") == "arn:aws:iam::111122223333:user/cogsim-operator"


def test_the_same_question_has_the_same_answer_and_the_same_picture(saas: World, of_saas: Lifetimes) -> None:
    from cogsim.report.lifetimes_chart import png, svg

    again = lifetimes(saas)
    assert str(again) == str(of_saas)
    drawn = svg(again)
    assert drawn == svg(of_saas)
    assert "<dc:date>" not in drawn
    assert png(again)[:8] == b"\x89PNG\r\n\x1a\n"
    assert png(again) == png(of_saas)


def test_the_picture_does_not_hang_on_the_order_of_hashes() -> None:
    code = (
        "import hashlib, cogsim; from cogsim.report.lifetimes_chart import svg; "
        f"found = cogsim.lifetimes(cogsim.load({str(SAAS)!r}), events=['disable', 'role-trust']); "
        "print(hashlib.sha256((svg(found) + str(found)).encode()).hexdigest())"
    )
    told = set()
    for seed in ("0", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        ran = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment, cwd=ROOT
        )
        told.add(ran.stdout)
    assert len(told) == 1


def test_lifetimes_are_a_data_frame_with_seconds_as_numbers(of_saas: Lifetimes) -> None:
    frame = of_saas.frame()
    assert len(frame) == len(of_saas.rows)
    assert str(frame["seconds"].dtype) == "Int64"
    assert frame[frame["goes on"] == "at once"]["seconds"].sum() == 0


def test_the_event_happens_when_it_is_said_to(saas: World) -> None:
    found = cogsim.lifetimes(saas, events=["disable"], after="10m")
    assert found.of("disable", "id-token").seconds == HOUR - 600
    assert [event.key for event in found.events] == ["disable"]


def test_events_are_told_of_before_they_are_played(saas: World) -> None:
    told: list[str] = []
    lifetimes(saas, events=["disable", "logout"], progress=told.append)
    assert [line.partition(":")[0] for line in told] == ["2 of 3", "3 of 3"]


# Bad input, and what is left out


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"who": "alise"}, "nobody in the world is called"),
        ({"who": "operator"}, "no user of a user pool"),
        ({"client": "Nobody"}, "Nobody"),
        ({"events": ["disabel"]}, "there is no event"),
        ({"after": "soon"}, "not a duration"),
    ],
)
def test_bad_input_is_named(saas: World, asked: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        lifetimes(saas, **asked)


def test_a_world_where_nobody_can_sign_in_says_so(saas: World) -> None:
    with pytest.raises(InputError, match="nobody gets in"):
        lifetimes(World())
    client = next(iter(saas.clients.values()))
    closed = saas.with_client(replace(client, explicit_auth_flows=("ALLOW_CUSTOM_AUTH",)))
    with pytest.raises(InputError, match="cannot sign in"):
        lifetimes(closed, "alice")


def test_what_cannot_happen_is_left_out_with_its_reason(of_saas: Lifetimes) -> None:
    assert any(each.startswith("groups: alice is in no group") for each in of_saas.left_out)
    assert any(each.startswith("logout:") for each in of_saas.left_out)
    assert "groups" not in {event.key for event in of_saas.events}


def test_the_attribute_that_changes_is_one_that_the_rules_read(saas: World) -> None:
    sim = Simulation(with_operators(saas))
    client = next(iter(saas.clients.values()))
    held = hold(sim, saas.pool_users[client.pool_id, "alice"], client)
    assert changed_attribute(sim, held) == "custom:tenant"


def test_spans_are_told_in_days_hours_minutes_and_seconds() -> None:
    assert [span(each) for each in (1, 60, 3599, 2_591_999)] == ["1s", "1m", "59m 59s", "29d 23h 59m 59s"]


def test_a_refusal_is_told_by_its_code() -> None:
    assert str(Refused("Over", "")) == "Over"
