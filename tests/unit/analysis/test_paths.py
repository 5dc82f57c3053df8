"""How somebody becomes a role, over other roles as well."""

from __future__ import annotations

from pathlib import Path

import pytest

import cogsim
from cogsim import InputError, load

WORLDS = Path(__file__).parents[3] / "scenarios" / "worlds"
CHAIN = load(WORLDS / "role-chain.yaml")
GITHUB = load(WORLDS / "github-deploy.yaml")


def test_an_iam_user_reaches_a_role_over_the_roles_between() -> None:
    table = cogsim.paths(CHAIN, "robin", "Keeper")
    assert list(table.columns) == ["who", "via", "principal", "hops", "where"]
    assert table.via.tolist() == ["its own keys, then as Keeper"]
    assert table.hops.tolist() == ["1"]
    assert "role-chain.yaml:" in table["where"][0]


def test_a_role_that_nobody_becomes_has_no_path() -> None:
    # the release asks for a tag, which the plain call does not carry
    assert cogsim.paths(CHAIN, "robin", "Release").empty


def test_a_job_becomes_the_role_that_its_subject_opens() -> None:
    assert cogsim.paths(GITHUB, "acme/shop:environment:production", "Deploy").hops.tolist() == ["0"]
    assert cogsim.paths(GITHUB, "acme/shop", "Deploy").empty


def test_a_path_leads_to_a_role() -> None:
    with pytest.raises(InputError, match="'robin' is no role"):
        cogsim.paths(CHAIN, "robin", "robin")
