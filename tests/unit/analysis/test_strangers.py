"""Strangers in static answers: nobody whom a trust policy admits is silently absent, declared in the world or not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import cogsim
from cogsim import load
from cogsim.persistent import Map
from cogsim.world.world import World

WORLDS = Path(__file__).parents[3] / "scenarios" / "worlds"
GITHUB = load(WORLDS / "github-deploy.yaml")
GOOGLE = load(WORLDS / "google-sign-in.yaml")
CONSOLE = load(WORLDS / "console-by-ad-fs.yaml")
SHOP = load(WORLDS / "federated-shop.yaml")
ACTIONS = "token.actions.githubusercontent.com"
SITE = "arn:aws:s3:::github-deploy-site/index.html"


def strange(world: World, action: str, resource: str) -> list[tuple[str, str, str]]:
    table = cogsim.who_can(world, action, resource)
    return [(row.who, row.via, row.answer) for row in table.itertuples() if row.who.startswith("anybody")]


def test_a_pattern_that_fits_more_than_the_declared_jobs_has_a_row_of_its_own() -> None:
    assert strange(GITHUB, "s3:PutObject", SITE) == [
        (
            "anybody whom token.actions.githubusercontent.com vouches for with sub like repo:acme*",
            "straight, as LooseDeploy",
            "Allowed",
        )
    ]


def test_a_subject_that_no_declared_job_has_is_somebodys_too() -> None:
    undeclared = replace(GITHUB, oidc_issuers=Map())
    found = strange(undeclared, "s3:PutObject", SITE)
    assert [(who, via) for who, via, _ in found] == [
        (
            "anybody whom token.actions.githubusercontent.com vouches for with sub like repo:acme*",
            "straight, as LooseDeploy",
        ),
        (
            f"anybody whom {ACTIONS} vouches for with sub repo:acme/shop:environment:production",
            "straight, as Deploy",
        ),
    ]
    assert {answer for _, _, answer in found} == {"Allowed"}


def test_of_a_public_provider_there_is_always_somebody_else() -> None:
    resource = "arn:aws:s3:::google-sign-in-files/google/42/x"
    assert strange(GOOGLE, "s3:GetObject", resource) == [
        ("anybody whom accounts.google.com vouches for", "accounts.google.com via Identities", "ImplicitlyDenied"),
        ("anybody whom accounts.google.com vouches for with any sub", "straight, as Straight", "ImplicitlyDenied"),
        ("anybody whom accounts.google.com vouches for with sub 42", "straight, as Straight", "Allowed"),
    ]


def test_a_place_that_a_declared_person_owns_is_no_strangers() -> None:
    own = "arn:aws:s3:::google-sign-in-files/google/110169484474386276334/x"
    assert "Allowed" not in [answer for _, _, answer in strange(GOOGLE, "s3:GetObject", own)]


def test_the_people_of_a_directory_that_is_not_declared_are_anybody() -> None:
    assert strange(CONSOLE, "s3:GetObject", "arn:aws:s3:::console-by-ad-fs-files/sales/offers.txt") == []
    found = strange(replace(CONSOLE, ad_fs=Map()), "s3:GetObject", "arn:aws:s3:::console-by-ad-fs-files/sales/x")
    provider = "arn:aws:iam::111122223333:saml-provider/corp"
    assert found == [
        (f"anybody whom {provider} vouches for with any sub", "straight, as Admin", "ImplicitlyDenied"),
        (f"anybody whom {provider} vouches for with any sub", "straight, as Analyst", "ImplicitlyDenied"),
    ]


def test_a_user_pool_takes_whomever_its_undeclared_provider_has() -> None:
    alone = replace(SHOP, ad_fs=Map(), oidc_issuers=Map())
    found = strange(alone, "s3:GetObject", "arn:aws:s3:::federated-shop-files/departments/sales/offers.txt")
    assert [(who, via) for who, via, _ in found] == [
        ("anybody whom Acme of People vouches for", "App from Acme via Identities"),
        ("anybody whom Corp of People vouches for", "App from Corp via Identities"),
    ]


def trust(condition: dict[str, Any], tmp_path: Path) -> World:
    import json

    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": {"Ref": "InIam"}},
        "Action": ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"],
        "Condition": condition,
    }
    rights = [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::d/*"}]
    document: dict[str, Any] = {"Version": "2012-10-17"}
    role = {
        "RoleName": "r",
        "AssumeRolePolicyDocument": {**document, "Statement": [statement]},
        "Policies": [{"PolicyName": "p", "PolicyDocument": {**document, "Statement": rights}}],
    }
    provider = {"Url": "https://login.acme.example", "ClientIdList": ["app", "game"]}
    resources = {
        "InIam": {"Type": "AWS::IAM::OIDCProvider", "Properties": provider},
        "R": {"Type": "AWS::IAM::Role", "Properties": role},
    }
    path = tmp_path / "trust.json"
    path.write_text(json.dumps({"Resources": resources}), encoding="utf-8")
    return load(path)


@pytest.mark.parametrize(
    ("condition", "told", "answer"),
    [
        ({}, "any sub", "Allowed"),
        ({"StringLike": {"login.acme.example:sub": "*"}}, "any sub", "Allowed"),
        ({"StringEquals": {"login.acme.example:aud": "game"}}, "any sub", "Allowed"),
        ({"StringNotEquals": {"login.acme.example:sub": "root"}}, "any sub", "Allowed"),
        ({"StringEquals": {"login.acme.example:email": "a@b.example"}}, "any sub, email a@b.example", "Allowed"),
        ({"StringEquals": {"aws:RequestTag/team": "blue"}}, "any sub", "Allowed"),
        ({"ForAnyValue:StringEquals": {"login.acme.example:amr": ["mfa"]}}, "any sub, amr mfa", "Allowed"),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, "any sub", "Unknown"),
    ],
    ids=["nothing", "anything", "audience", "all but one", "another claim", "a tag", "a method", "an address"],
)
def test_a_stranger_meets_the_conditions_or_it_says_that_nobody_knows(
    condition: dict[str, Any], told: str, answer: str, tmp_path: Path
) -> None:
    found = strange(trust(condition, tmp_path), "s3:GetObject", "arn:aws:s3:::d/x")
    assert found == [(f"anybody whom login.acme.example vouches for with {told}", "straight, as R", answer)]


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"login.acme.example:aud": "another"}},  # a client that is not registered
        {"StringEquals": {"login.acme.example:department": "sales"}},  # a claim that is no key
        {"Null": {"login.acme.example:sub": "true"}},
    ],
)
def test_conditions_that_no_token_meets_admit_nobody(condition: dict[str, Any], tmp_path: Path) -> None:
    assert strange(trust(condition, tmp_path), "s3:GetObject", "arn:aws:s3:::d/x") == []
