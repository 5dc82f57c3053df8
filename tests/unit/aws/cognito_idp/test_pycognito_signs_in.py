"""Somebody else's SRP client signs in: pycognito's arithmetic on one side, ours on the other."""

from __future__ import annotations

from typing import Any

import pytest
from pycognito.aws_srp import AWSSRP

from cogsim.errors import AwsError
from cogsim.tokens import srp as ours
from tests.generators.boto_like import BotoLike


def srp(pools: Any, username: str = "alice", password: str | None = None, **more: Any) -> AWSSRP:
    return AWSSRP(
        username=username,
        password=password or pools.password,
        pool_id=pools.pool_id,
        client_id=pools.client_id,
        client=BotoLike(pools),
        **more,
    )


def test_pycognito_signs_in_whatever_it_draws(pools: Any) -> None:
    pools.confirmed()
    for _ in range(10):
        tokens = srp(pools).authenticate_user()["AuthenticationResult"]
        pools.call("GetUser", AccessToken=tokens["AccessToken"])


def test_pycognito_with_a_wrong_password_is_refused(pools: Any) -> None:
    pools.confirmed()
    with pytest.raises(AwsError, match="Incorrect username or password"):
        srp(pools, password="Another-horse-9").authenticate_user()


def test_pycognito_sends_the_secret_hash_that_a_client_with_a_secret_wants(make: Any) -> None:
    secret = "s" * 51
    pools = make(client={"secret": secret})
    pools.admin("AdminCreateUser", Username="alice", MessageAction="SUPPRESS")
    pools.admin("AdminSetUserPassword", Username="alice", Password=pools.password, Permanent=True)
    tokens = srp(pools, client_secret=secret).authenticate_user()["AuthenticationResult"]
    pools.call("GetUser", AccessToken=tokens["AccessToken"])


def test_pycognito_chooses_a_new_password(pools: Any) -> None:
    pools.admin("AdminCreateUser", Username="alice", MessageAction="SUPPRESS", TemporaryPassword="First-horse-77")
    client = srp(pools, password="First-horse-77")
    tokens = client.set_new_password_challenge("Second-horse-88")["AuthenticationResult"]
    pools.call("GetUser", AccessToken=tokens["AccessToken"])
    assert srp(pools, password="Second-horse-88").authenticate_user()["AuthenticationResult"]


def test_both_sides_use_the_same_group_and_the_same_multiplier(pools: Any) -> None:
    theirs = srp(pools)
    assert (theirs.big_n, theirs.val_g, theirs.val_k) == (ours.N, ours.G, ours.K)
