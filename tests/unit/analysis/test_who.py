"""What a question may call somebody."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cogsim.analysis.answers import everybody
from cogsim.analysis.who import Person, RoleHolder, label, resolve
from cogsim.errors import InputError
from cogsim.persistent import Map
from cogsim.world.iam import User
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World


def test_every_name_that_a_table_shows_is_read_back(two_tenants: World) -> None:
    for crowd in everybody(two_tenants):
        assert resolve(two_tenants, crowd.name) == crowd.who


@pytest.mark.parametrize("name", ["alice", "alice@Users", "Alice", "alice via Spa via Identities"])
def test_a_person_has_many_names(two_tenants: World, name: str) -> None:
    who = resolve(two_tenants, name)
    assert isinstance(who, Person)
    assert who.user.username == "alice"


def test_via_keeps_the_ways_through_a_client(two_tenants: World) -> None:
    both, one = resolve(two_tenants, "alice"), resolve(two_tenants, "alice via Machine")
    assert isinstance(both, Person)
    assert isinstance(one, Person)
    assert len(both.ways) == 2
    assert [way.client.origin.logical_id for way in one.ways] == ["Machine"]


def test_tags_are_sorted_and_may_hold_what_tags_hold(two_tenants: World) -> None:
    who = resolve(two_tenants, "PersonRole[tenant=a c/me@x, dept=x]")
    assert isinstance(who, RoleHolder)
    assert who.tags == (("dept", "x"), ("tenant", "a c/me@x"))
    assert label(two_tenants, who) == "PersonRole[dept=x,tenant=a c/me@x]"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("alise", "alice"),
        ("PersonRol", "PersonRole"),
        ("PersonRoel[a=b]", "PersonRole"),
        ("guest(Identites)", "Identities"),
        ("alice via Sp", "Spa"),
        ("anonymus", "anonymous"),
        ("root(12)", None),
        ("PersonRole[tenant]", None),
        ("", None),
    ],
)
def test_a_name_that_nobody_has_is_refused_with_a_suggestion(two_tenants: World, name: str, meant: str | None) -> None:
    with pytest.raises(InputError) as caught:
        resolve(two_tenants, name)
    if meant is not None:
        assert meant in str(caught.value.suggestion)


def test_a_name_that_two_have_is_asked_back(two_tenants: World) -> None:
    arn = "arn:aws:iam::123456789012:user/alice"
    with pytest.raises(InputError, match=r"alice@Users, arn:aws:iam::123456789012:user/alice"):
        resolve(two_tenants.with_user(User(arn, "alice")), "alice")


def test_an_address_is_a_name_where_the_pool_signs_in_by_it(two_tenants: World) -> None:
    pool = UserPool("eu-west-1_x", "arn:aws:cognito-idp:eu-west-1:1:userpool/x", "mail", username_attributes=("email",))
    alice = next(iter(two_tenants.pool_users.values()))
    user = replace(alice, pool_id=pool.id, username=alice.sub, attributes=Map({"email": "a@x.example"}))
    world = two_tenants.with_user_pool(pool).with_pool_user(user)
    who = resolve(world, "a@x.example")
    assert isinstance(who, Person)
    assert label(world, who) == "a@x.example@mail"
    assert resolve(world, "a@x.example@mail") == who
