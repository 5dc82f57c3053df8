"""Lifetimes of people whom a user pool does not keep: of an AD FS, of a provider, of a developer's server, guests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cogsim.actors.adfs import AdFsServer
from cogsim.aws.call import Credentials
from cogsim.errors import AwsError, InputError
from cogsim.lab.lifetimes.access import Access
from cogsim.lab.lifetimes.accesses import accesses
from cogsim.lab.lifetimes.event import EVENTS, NOTHING, Event
from cogsim.lab.lifetimes.holding import Holding, NotHere, aws_session, holder_of
from cogsim.lab.lifetimes.lifetimes import Lifetimes, lifetimes
from cogsim.lab.lifetimes.measure import ask_after
from cogsim.lab.lifetimes.operator import operator_for, with_operators
from cogsim.lab.lifetimes.who import signed_in
from cogsim.load.detect import load
from cogsim.policy.document import PolicyKind
from cogsim.policy.parse import parse
from cogsim.simulation import Simulation
from cogsim.world.world import World

WORLDS = Path(__file__).parents[3] / "scenarios" / "worlds"
CLINIC = WORLDS.parent / "doctor" / "clinic.yaml"
MINUTE, HOUR, DAY = 60, 3600, 86_400


def seconds(found: Lifetimes, event: str) -> Mapping[str, int | None]:
    return {row.access: row.seconds for row in found.rows if row.event.key == event}


@pytest.fixture(scope="module")
def console() -> World:
    return load(str(WORLDS / "console-by-ad-fs.yaml"))


@pytest.fixture(scope="module")
def of_bob(console: World) -> Lifetimes:
    return lifetimes(console, "bob@corp.example")


RESPONSE, SESSION, URL, AGAIN = (
    "saml:Corp/Analyst",
    "session:Analyst/STS",
    "presigned:Analyst/STS",
    "again:saml:Corp/Analyst",
)


@pytest.mark.parametrize(
    ("event", "response", "session", "anew"),
    [
        (NOTHING, 5 * MINUTE - 1, HOUR - 1, None),
        ("keys", 5 * MINUTE - 1, HOUR - 1, 0),
        ("directory-disable", 5 * MINUTE - 1, HOUR - 1, 0),
        ("directory-groups", 5 * MINUTE - 1, HOUR - 1, 0),
        ("iam-provider", 0, HOUR - 1, 0),
        ("role-policy", 5 * MINUTE - 1, 0, None),
        ("role-sessions", 5 * MINUTE - 1, 0, None),
        ("role-trust", 0, HOUR - 1, 0),
        ("delete-role", 0, 0, 0),
    ],
)
def test_what_ends_the_access_of_a_person_of_ad_fs(
    of_bob: Lifetimes, event: str, response: int, session: int, anew: int | None
) -> None:
    found = seconds(of_bob, event)
    assert found == {RESPONSE: response, SESSION: session, URL: session, AGAIN: anew}


def test_the_session_of_somebody_who_was_disabled_ends_when_plain_calls_meet_it(console: World) -> None:
    sim = Simulation(console)
    provider = next(iter(console.ad_fs.values()))
    registered = next(iter(console.saml_providers))
    role = next(role.arn for role in console.roles.values() if role.origin.logical_id == "Analyst")
    person = provider.users["bob@corp.example"]
    posted = AdFsServer().start(console, "urn:amazon:webservices", person.upn, person.password, now=sim.now)
    asked = {"RoleArn": role, "PrincipalArn": registered, "SAMLAssertion": posted.saml_response}
    made = sim.call("sts:AssumeRoleWithSAML", asked)["Credentials"]
    keys = Credentials(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
    sim.advance(1)
    sim.call("cogsim:SetDirectoryUserEnabled", {"EntityId": provider.entity_id, "Upn": person.upn, "Enabled": False})
    end = lifetimes(console, events=["directory-disable"]).of("directory-disable", SESSION).seconds
    assert end is not None
    sim.advance(end - 1)
    assert sim.call("s3:GetObject", {"Bucket": "console-by-ad-fs-files", "Key": "sales/offers.txt"}, keys)["Body"]
    sim.advance(1)
    with pytest.raises(AwsError, match="expired"):
        sim.call("s3:GetObject", {"Bucket": "console-by-ad-fs-files", "Key": "sales/offers.txt"}, keys)


def test_a_presigned_url_ends_where_a_policy_asks_for_its_age(console: World) -> None:
    role = next(role for role in console.roles.values() if role.origin.logical_id == "Analyst")
    old = {"NumericGreaterThan": {"s3:signatureAge": 600_000}}
    statement = {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": old}
    deny = parse({"Version": "2012-10-17", "Statement": [statement]}, PolicyKind.IDENTITY)
    world = console.with_role(replace(role, inline=role.inline.set("young", deny)))
    found = seconds(lifetimes(world, "bob@corp.example", events=[NOTHING]), NOTHING)
    assert (found[URL], found[SESSION]) == (600, HOUR - 1)


def test_who_came_from_ad_fs_into_a_pool_keeps_the_refresh_token_after_the_directory_is_done_with_them() -> None:
    shop = load(str(WORLDS / "federated-shop.yaml"))
    events = ["directory-disable", "pool-provider", "disable", "keys"]
    found = lifetimes(shop, "bob@corp.example", events=events)
    for event in ("directory-disable", "pool-provider"):
        ends = seconds(found, event)
        assert (ends["refresh"], ends["cookie"], ends["sign-in"]) == (30 * DAY - 1, HOUR - 1, 0)
    assert seconds(found, "disable")["refresh"] == seconds(found, "disable")["sign-in"] == 0
    assert seconds(found, "keys")["id-token"] == 0
    assert seconds(found, "keys")["refresh"] == 30 * DAY - 1


def test_who_has_an_account_at_a_provider_keeps_the_token_after_it_is_disabled() -> None:
    found = lifetimes(load(str(CLINIC)), "carol", events=["directory-disable", "keys", "iam-provider", "pool-logins"])
    token, pool, anew = "oidc:Acme/clinic/Partner", "oidc:Acme/clinic/Records", "again:oidc:Acme/clinic/Partner"
    picked = {
        event: tuple(seconds(found, event)[key] for key in (token, pool, anew))
        for event in EVENTS
        if event in {row.event.key for row in found.rows}
    }
    assert picked == {
        "directory-disable": (HOUR - 1, HOUR - 1, 0),
        "keys": (0, 0, None),
        "iam-provider": (0, 0, 0),
        "pool-logins": (HOUR - 1, 0, None),
    }


def test_a_developers_token_opens_sts_after_its_identity_is_deleted() -> None:
    found = lifetimes(load(str(WORLDS / "travel.yaml")), "developer(travel, kim)")
    token, sts = "developer:Identities/Identities", "developer:Identities/Member"
    assert seconds(found, NOTHING)[token] == seconds(found, NOTHING)[sts] == 15 * MINUTE - 1
    assert seconds(found, "delete-identity")[token] == 0
    assert seconds(found, "delete-identity")[sts] == 15 * MINUTE - 1
    assert seconds(found, "pool-roles")[token] == 0
    assert seconds(found, "role-trust")[sts] == 0


def test_a_guest_comes_in_until_the_pool_admits_none() -> None:
    found = lifetimes(load(str(WORLDS / "travel.yaml")), "guest(travel)")
    own, anew = "guest:Identities/Identities", "again:guest:Identities/Identities"
    assert seconds(found, NOTHING)[own] is seconds(found, NOTHING)[anew] is None
    assert seconds(found, "pool-logins")[own] == seconds(found, "pool-logins")[anew] == 0
    assert seconds(found, "delete-identity")[own] == 0
    assert seconds(found, "delete-identity")[anew] is None


def test_a_job_of_a_repository_is_somebody_too() -> None:
    found = lifetimes(load(str(WORLDS / "github-deploy.yaml")), events=[NOTHING, "keys", "iam-provider"])
    assert found.who.endswith("@GitHub")
    token = next(row.access for row in found.rows if row.access.startswith("job:"))
    assert seconds(found, NOTHING)[token] == 5 * MINUTE - 1
    assert seconds(found, "keys")[token] == seconds(found, "iam-provider")[token] == 0


@pytest.mark.parametrize(
    ("world", "who"),
    [
        ("console-by-ad-fs.yaml", "bob@corp.example"),
        ("google-sign-in.yaml", "ann@gmail.com"),
        ("travel.yaml", "developer(travel, kim)"),
        ("travel.yaml", "guest(travel)"),
        ("broker.yaml", None),
    ],
)
def test_every_end_is_the_first_second_of_refusal_in_a_run_of_its_own(world: str, who: str | None) -> None:
    loaded = load(str(WORLDS / world))
    found = lifetimes(loaded, who)
    for event in found.events:
        sim, ways = _at_the_event(loaded, who, event)
        for row in (row for row in found.rows if row.event == event):
            access, before = ways[row.access]
            if row.seconds is None:
                assert ask_after(sim, access, 400 * DAY) == before, row
                continue
            assert ask_after(sim, access, row.seconds) != before, row
            assert row.seconds == 0 or ask_after(sim, access, row.seconds - 1) == before, row


def _at_the_event(world: World, who: str | None, event: Event) -> tuple[Simulation, dict[str, tuple[Access, Any]]]:
    sim = Simulation(with_operators(world))
    _, held = signed_in(sim, who, None)
    ways = {access.key: (access, ask_after(sim, access, 0)) for access in accesses(sim, held)}
    sim.advance(1)
    event.happen(sim, held)
    return sim, ways


def test_events_that_have_nothing_to_change_say_so(of_bob: Lifetimes) -> None:
    told = "\n".join(of_bob.left_out)
    for key in ("admin-sign-out", "password", "delete-client", "pool-roles", "delete-identity"):
        assert f"{key}: n" in told
    assert {event.key for event in of_bob.events} >= {NOTHING, "keys", "role-policy"}


def test_nobody_is_invented(console: World) -> None:
    for who, words in (
        ("Analyst", "nobody of a provider outside AWS"),
        ("anonymous", "no guest"),
        ("zoe@corp.example", "nobody in the world"),
    ):
        with pytest.raises(InputError, match=words):
            lifetimes(console, who)
    disabled = console
    for provider in console.ad_fs.values():
        for user in provider.users.values():
            disabled = disabled.with_ad_fs(disabled.ad_fs[provider.entity_id].with_user(replace(user, enabled=False)))
    with pytest.raises(InputError, match="nobody gets in"):
        lifetimes(disabled)
    with pytest.raises(InputError, match="Your account is disabled"):
        lifetimes(disabled, "bob@corp.example")


def test_a_world_in_pieces_is_told_to_name_the_others() -> None:
    with pytest.raises(InputError, match="name them too"):
        lifetimes(load(str(WORLDS.parent / "patterns" / "roles.yaml")))


def test_a_role_without_data_is_asked_about_what_its_policy_speaks_of() -> None:
    found = lifetimes(load(str(WORLDS / "apis.yaml")), "alice", events=[NOTHING, "role-policy"])
    session = next(row for row in found.rows if row.access.startswith("session:") and row.event.key == "role-policy")
    assert session.seconds == 0
    assert "GetCallerIdentity" not in session.shown


def test_no_event_changes_a_world_it_cannot_happen_in(console: World) -> None:
    sim = Simulation(with_operators(console))
    _, held = signed_in(sim, None, None)
    before = sim.world
    for key in ("password", "logout", "no-refresh", "pool-provider", "pool-logins"):
        with pytest.raises(NotHere):
            EVENTS[key].happen(sim, held)
    assert sim.world is before


def test_what_a_broker_hands_out_goes_on_after_its_server_may_not_assume_the_role() -> None:
    found = lifetimes(load(str(WORLDS / "broker.yaml")), "alice")
    session, anew = "session:DocumentsRole/Portal", "again:broker:Portal/Portal"
    assert (seconds(found, NOTHING)[session], seconds(found, NOTHING)[anew]) == (HOUR - 1, None)
    assert (seconds(found, "role-trust")[session], seconds(found, "role-trust")[anew]) == (HOUR - 1, 0)
    assert (seconds(found, "role-policy")[session], seconds(found, "role-policy")[anew]) == (0, None)


def test_a_browser_signs_in_silently_where_the_cookie_alone_would_not() -> None:
    found = lifetimes(load(str(WORLDS / "load-balancer-attacker.yaml")), events=[NOTHING, "directory-disable"])
    alone, browser = (f"{kind}:Front/AWSELBAuthSessionCookie" for kind in ("load-balancer", "browser"))
    assert (seconds(found, NOTHING)[alone], seconds(found, NOTHING)[browser]) == (7 * DAY - 1, None)
    disabled = seconds(found, "directory-disable")
    assert disabled[alone] == disabled[browser] == 7 * DAY - 1


def test_graphql_apis_take_a_token_until_it_ends_whoever_signed_out() -> None:
    found = lifetimes(load(str(WORLDS / "graphql.yaml")), "ann", events=["admin-sign-out", "keys"])
    queried = [row for row in found.rows if row.access.startswith("graphql:")]
    assert {(row.event.key, row.seconds) for row in queried if "function" not in row.access} == {
        ("admin-sign-out", HOUR - 1),
        ("keys", 0),
    }


def test_a_role_of_a_federated_user_is_no_role() -> None:
    """A broker of GetFederationToken hands out what is an IAM user's, narrowed: no event on roles touches it."""
    sim = Simulation(with_operators(load(str(WORLDS / "saas.yaml"))))
    allow = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}'
    asked = {"Name": "kim", "DurationSeconds": 900, "Policy": allow}
    operator = operator_for("arn:aws:iam::111122223333:role/x")
    made = sim.call("sts:GetFederationToken", asked, operator)["Credentials"]
    keys = Credentials(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
    session = aws_session(sim, keys, "Portal")
    assert (session.role_arn, session.expires_at - session.began) == (operator, 900)
    assert holder_of(sim.world, session) == "cogsim-operator"
    with pytest.raises(NotHere, match="of a role"):
        EVENTS["role-policy"].happen(sim, Holding(sessions=(session,)))
