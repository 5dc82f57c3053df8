"""The same question for everybody, and the table of everything."""

from __future__ import annotations

from dataclasses import replace

from cogsim.analysis.can import can
from cogsim.analysis.who_can import COLUMNS, access, access_table, who_can
from cogsim.persistent import Map
from cogsim.policy.layers import Result
from cogsim.world.world import World

PLAN = "arn:aws:s3:::two-data/acme/plan.txt"


def test_exactly_those_who_may_are_allowed(two_tenants: World) -> None:
    table = who_can(two_tenants, "s3:GetObject", PLAN)
    assert tuple(table.columns) == COLUMNS
    assert sorted(set(table[table.answer == "Allowed"].who)) == ["AdminRole", "alice@Users"]
    assert sorted(set(table[table.answer == "NoSession"].who)) == [
        *("alice@Users", "bob@Users", "carol@Users", "dave@Users", "erin@Users", "guest(Identities)")
    ]


def test_the_table_is_sorted_and_agrees_with_can(two_tenants: World) -> None:
    table = who_can(two_tenants, "s3:PutObject", PLAN)
    rows = [tuple(row) for row in table.itertuples(index=False)]
    assert rows == sorted(rows)
    for who in set(table.who):
        allowed = (table[table.who == who].answer == "Allowed").any()
        assert can(two_tenants, who, "s3:PutObject", PLAN).value.allowed == allowed


def test_the_access_table_asks_for_own_and_others_places(two_tenants: World) -> None:
    table = access_table(two_tenants)
    alice = table[(table.who == "alice@Users") & (table.answer == "Allowed")]
    places = {resource.rpartition("/")[0].rpartition("/")[2].partition("1:")[0] for resource in alice.resource}
    assert places == {"acme", "eu-west-", "arn:aws:dynamodb:eu-west-"}
    other = table[(table.who == "alice@Users") & table.resource.str.contains("cogsim-another")]
    assert set(other.answer) == {"ImplicitlyDenied"}


def test_what_is_not_modelled_is_unknown_and_hides_nothing_else(two_tenants: World) -> None:
    pool = next(iter(two_tenants.user_pools.values()))
    lambdas = Map({"DefineAuthChallenge": "arn:aws:lambda:eu-west-1:1:function:x"})
    client = next(client for client in two_tenants.clients.values() if client.origin.logical_id == "Spa")
    world = two_tenants.with_user_pool(replace(pool, triggers=lambdas)).with_client(
        replace(client, explicit_auth_flows=("ALLOW_CUSTOM_AUTH",))
    )
    table = who_can(world, "s3:GetObject", PLAN)
    assert "Unknown" in set(table[table.who == "alice@Users"].answer)
    assert "Allowed" in set(table[table.who == "AdminRole"].answer)


def test_many_users_alike_are_asked_about_once(two_tenants: World) -> None:
    alice = next(user for user in two_tenants.pool_users.values() if user.username == "alice")
    world = two_tenants
    for number in range(30):
        world = world.with_pool_user(replace(alice, username=f"user-{number:02}", sub=f"sub-{number}"))
    whos = {answer.who for answer in access(world)}
    assert "alice@Users and 30 alike" in whos
    assert "bob@Users" in whos
    assert len(who_can(world, "s3:GetObject", PLAN)) > 60


def test_an_answer_names_the_line_that_decided(two_tenants: World) -> None:
    for answer in access(two_tenants):
        if answer.result == Result.ALLOWED:
            assert answer.where is not None
            assert answer.where.file.endswith("two.yaml")
