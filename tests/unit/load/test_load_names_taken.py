"""A sign-in name that a template gives twice is an error: AWS would refuse the second user."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cogsim.errors import InputError
from cogsim.world.world import World

Load = Callable[..., World]

TWO = """\
Parameters: {{Known: {{Type: String}}}}
Resources:
  Pool: {{Type: AWS::Cognito::UserPool, Properties: {{{names}}}}}
  Ada:
    Type: AWS::Cognito::UserPoolUser
    Properties: {{UserPoolId: !Ref Pool, Username: {first}, UserAttributes: [{attributes}]}}
  Bob:
    Type: AWS::Cognito::UserPoolUser
    Properties: {{UserPoolId: !Ref Pool, Username: {second}, UserAttributes: [{attributes}]}}
"""
EMAIL, VERIFIED = "{Name: email, Value: a@example.com}", '{Name: email_verified, Value: "true"}'


def test_a_verified_alias_given_twice_is_an_error(world_of: Load) -> None:
    text = TWO.format(names="AliasAttributes: [email]", first="ada", second="bob", attributes=f"{EMAIL}, {VERIFIED}")
    with pytest.raises(InputError) as raised:
        world_of(text)
    where = "a.yaml:9:72: UserAttributes of Bob gives the email a@example.com"
    assert str(raised.value) == f"{where}, by which ada signs in"


def test_a_username_attribute_given_twice_is_an_error(world_of: Load) -> None:
    names = "UsernameAttributes: [email], UsernameConfiguration: {CaseSensitive: false}"
    with pytest.raises(InputError, match=r"gives the email A@example\.com"):
        world_of(TWO.format(names=names, first="a@example.com", second="A@example.com", attributes=""))


@pytest.mark.parametrize("attributes", [EMAIL, "{Name: email, Value: !Ref Known}, " + VERIFIED])
def test_an_alias_that_is_unverified_or_unknown_is_nobodys_yet(world_of: Load, attributes: str) -> None:
    text = TWO.format(names="AliasAttributes: [email]", first="ada", second="bob", attributes=attributes)
    assert len(world_of(text).pool_users) == 2
