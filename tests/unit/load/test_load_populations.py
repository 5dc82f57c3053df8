"""Cogsim::Users: populations made by counting."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim import Simulation
from cogsim.errors import InputError
from cogsim.world.template import dump

CROWD = """
Resources:
  People:
    Type: AWS::Cognito::UserPool
    Properties:
      UserPoolName: people
      AliasAttributes: [email]
      Schema: [{Name: tenant, AttributeDataType: String, Mutable: true}]
  App:
    Type: AWS::Cognito::UserPoolClient
    Properties: {UserPoolId: !Ref People, ExplicitAuthFlows: [ALLOW_USER_SRP_AUTH, ALLOW_REFRESH_TOKEN_AUTH]}
  Admins:
    Type: AWS::Cognito::UserPoolGroup
    Properties: {UserPoolId: !Ref People, GroupName: admins}
  Crowd:
    Type: Cogsim::Users
    Properties:
      UserPoolId: !Ref People
      Count: 25
      Username: user-{n}
      Password: Correct-horse-9
      Groups: [admins]
      Attributes: {email: "user-{n}@example.com", email_verified: "true", "custom:tenant": "tenant-{n%10}"}
"""


def test_each_user_has_its_number_and_shares_what_is_counted_round(world_of: Any) -> None:
    users = world_of(CROWD).pool_users
    assert len(users) == 25
    held = {user.username: user.attributes["custom:tenant"] for user in users.values()}
    assert (held["user-1"], held["user-11"], held["user-20"]) == ("tenant-1", "tenant-1", "tenant-0")
    assert len({user.sub for user in users.values()}) == 25
    assert {user.groups for user in users.values()} == {("admins",)}


def test_any_of_them_signs_in_by_name_and_by_alias(world_of: Any) -> None:
    sim = Simulation(world_of(CROWD))
    assert sim.sign_in("user-17").access_token
    assert sim.sign_in("user-3@example.com", password="Correct-horse-9").access_token
    with pytest.raises(Exception, match="Incorrect username or password"):
        sim.sign_in("user-3", password="Wrong-horse-9")


def test_what_is_written_loads_as_the_same_people(world_of: Any) -> None:
    first = world_of(CROWD)
    again = world_of(*dump(first).values())
    assert again.pool_users == first.pool_users
    assert again.known_passwords == first.known_passwords


def test_in_a_pool_of_addresses_the_name_is_the_address(world_of: Any) -> None:
    text = CROWD.replace("AliasAttributes: [email]", "UsernameAttributes: [email]")
    users = world_of(text.replace("Username: user-{n}", "Username: user-{n}@example.com")).pool_users
    assert all(user.username == user.sub and user.attributes["email"].startswith("user-") for user in users.values())


@pytest.mark.parametrize(
    ("written", "wrong", "told"),
    [
        ("Count: 25", "Count: 0", "from 1 to 1,000,000"),
        ("Username: user-{n}", "Username: user", "would have one name"),
        ("Username: user-{n}", "Username: user-{n}-{m}", "stand in braces"),
        ("{n%10}", "{n%0}", "nothing is left by 0"),
        ('"custom:tenant"', '"custom:tenent"', "custom:tenant"),
        ('"user-{n}@example.com"', '"user-{n%2}@example.com"', "by which"),
        ("Password: Correct", "Passwort: Correct", "Passwort"),
    ],
)
def test_a_population_that_cannot_be_is_an_error_with_its_place(
    world_of: Any, written: str, wrong: str, told: str
) -> None:
    with pytest.raises(InputError) as raised:
        world_of(CROWD.replace(written, wrong))
    assert told in str(raised.value)
    assert "a.yaml:" in str(raised.value)
