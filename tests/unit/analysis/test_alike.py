"""People whom nothing tells apart stand in one row, and whoever is told apart does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import cogsim
from cogsim import load
from cogsim.analysis import answers
from cogsim.persistent import Map
from cogsim.world.external_oidc import OidcUser
from cogsim.world.external_saml import DirectoryUser
from cogsim.world.world import World

WORLDS = Path(__file__).parents[3] / "scenarios" / "worlds"
CONSOLE = load(WORLDS / "console-by-ad-fs.yaml")
SHOP = load(WORLDS / "federated-shop.yaml")
GOOGLE = load(WORLDS / "google-sign-in.yaml")


def people(world: World, count: int) -> World:
    """The world with so many people in its directory, in two groups and three departments."""
    (provider,) = world.ad_fs.values()
    users = {}
    for number in range(count):
        upn, department = f"user{number}@corp.example", ("sales", "audit", "hr")[number % 3]
        groups = (("AWS-111122223333-Analyst", "Staff")[number % 2], f"Dept-{department}")
        attributes = Map({"mail": (upn,), "department": (department,)})
        users[upn] = DirectoryUser(upn, f"User {number}", f"S-1-{number}", "a password", groups, attributes)
    return world.with_ad_fs(replace(provider, users=Map(users)))


def accounts(count: int) -> World:
    (issuer,) = GOOGLE.oidc_issuers.values()
    users = {f"u{n}": OidcUser(f"u{n}", f"{n:021d}", "p", Map({"email": f"u{n}@gmail.com"})) for n in range(count)}
    return GOOGLE.with_oidc_issuer(replace(issuer, users=Map(users)))


QUESTIONS = [
    (people(CONSOLE, 60), "arn:aws:s3:::console-by-ad-fs-files/sales/offers.txt"),
    (people(SHOP, 60), "arn:aws:s3:::federated-shop-files/departments/sales/offers.txt"),
    (accounts(60), f"arn:aws:s3:::google-sign-in-files/google/{7:021d}/x"),
]


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "MOST_SHOWN", 1_000_000)


def heads(world: World, resource: str) -> dict[tuple[str, str], int]:
    """How many people have which answer by which way."""
    found: dict[tuple[str, str], int] = {}
    for row in cogsim.who_can(world, "s3:GetObject", resource).itertuples():
        name, _, alike = row.who.partition(" and ")
        number = 1 + int(alike.removesuffix(" alike") or 0) if "user" in name or "@Google" in name else 0
        if number:
            found[row.via, row.answer] = found.get((row.via, row.answer), 0) + number
    return found


@pytest.mark.parametrize(("world", "resource"), QUESTIONS, ids=["straight", "by a user pool", "by subject"])
def test_a_row_of_many_says_what_each_row_would(world: World, resource: str, request: pytest.FixtureRequest) -> None:
    together = heads(world, resource)
    rows = len(cogsim.who_can(world, "s3:GetObject", resource))
    assert rows < 15
    request.getfixturevalue("one_by_one")
    assert heads(world, resource) == together
    assert len(cogsim.who_can(world, "s3:GetObject", resource)) > 60


def test_whoever_the_question_names_stands_alone() -> None:
    world, resource = QUESTIONS[2]
    table = cogsim.who_can(world, "s3:GetObject", resource)
    assert set(table[table.answer == "Allowed"].who) == {"u7@Google"}


def test_somebody_whom_aws_would_refuse_is_not_counted_among_the_others() -> None:
    world = people(CONSOLE, 40)
    (provider,) = world.ad_fs.values()
    odd = replace(provider.users["user1@corp.example"], attributes=Map({"mail": ("no session name",)}))
    table = cogsim.who_can(world.with_ad_fs(provider.with_user(odd)), "s3:GetObject", QUESTIONS[0][1])
    assert "user1@corp.example@Directory" in set(table.who)


def test_ten_thousand_people_are_few_rows() -> None:
    table = cogsim.who_can(people(CONSOLE, 10_000), "s3:GetObject", QUESTIONS[0][1])
    assert len(table) < 10
    assert any("alike" in who for who in table.who)
