"""People and jobs of providers outside AWS in static answers: their names, their ways, the lines that decide."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import cogsim
from cogsim import InputError, load
from cogsim.analysis.invariants import check
from cogsim.analysis.outside import AccountHolder, DeveloperUser, DirectoryPerson, Workload
from cogsim.analysis.sessions import passages
from cogsim.analysis.who import label, resolve
from cogsim.decisions.caller import RoleSession
from cogsim.world.world import World

WORLDS = Path(__file__).parents[3] / "scenarios" / "worlds"
CONSOLE = load(WORLDS / "console-by-ad-fs.yaml")
SHOP = load(WORLDS / "federated-shop.yaml")
GOOGLE = load(WORLDS / "google-sign-in.yaml")
GITHUB = load(WORLDS / "github-deploy.yaml")
TRAVEL = load(WORLDS / "travel.yaml")
JOB = "acme/shop:environment:production@GitHub"


@pytest.mark.parametrize(
    ("world", "who", "kind", "told"),
    [
        (CONSOLE, "bob@corp.example", DirectoryPerson, "bob@corp.example@Directory"),
        (CONSOLE, "bob", DirectoryPerson, "bob@corp.example@Directory"),
        (CONSOLE, "bob@console/Directory", DirectoryPerson, "bob@corp.example@Directory"),
        (CONSOLE, "BOB@http://adfs.corp.example/adfs/services/trust", DirectoryPerson, "bob@corp.example@Directory"),
        (GOOGLE, "ann@gmail.com", AccountHolder, "ann@gmail.com@Google"),
        (GOOGLE, "ann@gmail.com@accounts.google.com", AccountHolder, "ann@gmail.com@Google"),
        (GITHUB, "acme/shop", Workload, "acme/shop:ref:refs/heads/main@GitHub"),
        (GITHUB, JOB, Workload, JOB),
        (GITHUB, "acme/shop:pull_request", Workload, "acme/shop:pull_request@GitHub"),
        (TRAVEL, "developer(Identities, kim)", DeveloperUser, "developer(Identities, login.agency.example, kim)"),
        (
            TRAVEL,
            "developer(travel, login.agency.example, kim)[agency=north, b=2]",
            DeveloperUser,
            "developer(Identities, login.agency.example, kim)[agency=north,b=2]",
        ),
    ],
)
def test_everybody_outside_has_a_name_that_is_read_back(world: World, who: str, kind: type, told: str) -> None:
    found = resolve(world, who)
    assert isinstance(found, kind)
    assert label(world, found) == told
    assert resolve(world, told) == found


@pytest.mark.parametrize(
    ("world", "who", "said"),
    [
        (CONSOLE, "bobb@corp.example", "did you mean 'bob@corp.example'"),
        (GITHUB, "acme/shap", "did you mean 'acme/shop'"),
        (GITHUB, "acme/shop:branch:main", "a job is written acme/shop:ref:<ref>, environment:<name> or pull_request"),
        (TRAVEL, "developer(Identities, login.agency.exampel, kim)", "did you mean 'login.agency.example'"),
        (TRAVEL, "developer(Identities)", "is written developer"),
        (TRAVEL, "developer(Identities, kim)[agency]", "tags are written"),
        (GOOGLE, "developer(Identities, kim)", "has no developer provider"),
    ],
)
def test_a_name_that_is_nobodys_is_refused_with_what_was_meant(world: World, who: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        resolve(world, who)


def test_a_name_of_two_providers_has_to_say_which() -> None:
    (provider,) = CONSOLE.ad_fs.values()
    other = replace(provider, entity_id="https://other.example/trust", origin=replace(provider.origin, logical_id=""))
    with pytest.raises(InputError, match=r"one of bob@corp\.example@Directory, bob@corp\.example@https://other"):
        resolve(CONSOLE.with_ad_fs(other), "bob")


def test_a_group_of_the_directory_leads_straight_into_a_role_and_an_attribute_becomes_a_tag() -> None:
    (passage,) = passages(CONSOLE, "bob")
    session = passage.caller
    assert isinstance(session, RoleSession)
    assert passage.via == "Corp, straight, as Analyst"
    assert session.arn == "arn:aws:sts::111122223333:assumed-role/Analyst/bob@corp.example"
    assert dict(session.session_tags) == {"department": "sales"}
    decision = cogsim.can(CONSOLE, "bob", "s3:GetObject", "arn:aws:s3:::console-by-ad-fs-files/sales/offers.txt")
    questions = [step.question for step in decision.steps]
    assert questions.index("does the person know the password?") < questions.index("does AD FS let the person in?")
    lines = [str(step.location) for step in decision.steps if step.location]
    for number in (11, 24, 33, 42, 52):  # the person, the rule for roles, the provider, the trust, the right
        assert any(f"console-by-ad-fs.yaml:{number}:" in line for line in lines), number


@pytest.mark.parametrize(
    ("who", "code"), [("eve", "AccessDenied"), ("dan", "AdFsRefusal")], ids=["in no group", "disabled"]
)
def test_whoever_the_directory_gives_no_role_has_none(who: str, code: str) -> None:
    (passage,) = passages(CONSOLE, who)
    assert str(passage.outcome.value).startswith(code)


def test_a_certificate_that_iam_was_never_given_opens_nothing() -> None:
    (provider,) = CONSOLE.ad_fs.values()
    rolled = CONSOLE.with_ad_fs(provider.with_next_certificate(0.0).with_newest_signing())
    (passage,) = passages(rolled, "bob")
    assert str(passage.outcome.value) == "InvalidIdentityToken: Response signature invalid"


def test_a_directory_reaches_a_user_pool_by_its_mapping_and_the_rest_by_the_pools_tags() -> None:
    (passage,) = passages(SHOP, "bob@corp.example")
    session = passage.caller
    assert isinstance(session, RoleSession)
    assert passage.via == "App from Corp via Identities"
    assert dict(session.session_tags) == {"department": "sales"}
    assert passage.outcome.steps[0].question == "which app client asks?"
    assert {step.question for step in passage.outcome.steps} >= {
        "what is the subject called?",
        "which attributes does the provider give?",
        "who is it here?",
        "is the profile there already?",
        "tag department?",
    }


def test_an_account_at_a_provider_reaches_a_user_pool_as_well() -> None:
    (passage,) = passages(SHOP, "carol")
    assert passage.via == "App from Acme via Identities"
    assert isinstance(passage.caller, RoleSession)
    (issuer,) = SHOP.oidc_issuers.values()
    (refused,) = passages(SHOP.with_oidc_issuer(replace(issuer, reachable=False)), "carol")
    assert str(refused.outcome.value) == "invalid_request: Timeout in calling jwks uri"


def test_one_token_opens_a_role_straight_and_another_by_the_identity_pool() -> None:
    found = {passage.via: passage.caller for passage in passages(GOOGLE, "ann@gmail.com")}
    assert list(found) == [
        "Google for web.apps.googleusercontent.com, straight, as Straight",
        "accounts.google.com via Identities",
    ]
    own = "arn:aws:s3:::google-sign-in-files/google/110169484474386276334/a"
    assert cogsim.can(GOOGLE, "ann@gmail.com", "s3:GetObject", own).value.allowed
    assert not cogsim.can(GOOGLE, "ann@gmail.com", "s3:GetObject", own.replace("276334", "1")).value.allowed


@pytest.mark.parametrize(
    ("job", "role", "allowed"),
    [
        ("acme/shop:environment:production", "deploy", True),
        ("acme/shop:ref:refs/heads/main", "deploy", False),
        ("acme-evil/shop:environment:production", "deploy", False),
        ("acme-evil/shop:environment:production", "loose-deploy", True),
    ],
)
def test_a_job_has_the_roles_whose_condition_its_subject_meets(job: str, role: str, allowed: bool) -> None:
    sessions = [each.caller for each in passages(GITHUB, job) if isinstance(each.caller, RoleSession)]
    assert (f"arn:aws:iam::111122223333:role/{role}" in [each.role_arn for each in sessions]) is allowed


def test_a_job_of_an_environment_that_is_not_there_gets_no_token() -> None:
    (passage,) = passages(GITHUB, "acme/shop:environment:staging")
    assert str(passage.outcome.value) == "not_found: no environment staging"


def test_a_developers_user_is_who_the_server_says_with_the_tags_it_gives() -> None:
    north = "arn:aws:s3:::travel-trips/agencies/north/offers.txt"
    assert cogsim.can(TRAVEL, "developer(Identities, kim)[agency=north]", "s3:GetObject", north).value.allowed
    assert not cogsim.can(TRAVEL, "developer(Identities, kim)", "s3:GetObject", north).value.allowed
    (passage, *_) = passages(TRAVEL, "developer(Identities, kim)")
    assert [step.answer for step in passage.outcome.steps if step.question == "who names the user to the pool?"] == [
        "Server"
    ]


def test_without_a_server_that_may_name_users_a_developers_user_has_nothing() -> None:
    (pool,) = TRAVEL.identity_pools.values()
    alone = World(home=TRAVEL.home, identity_pools=TRAVEL.identity_pools)
    (passage,) = passages(alone, DeveloperUser(pool, "login.agency.example", "kim"))
    assert str(passage.outcome.value).startswith("AccessDeniedException: nobody of the world may call")


def test_tenants_of_a_directory_are_held_apart_like_others() -> None:
    (provider,) = CONSOLE.ad_fs.values()
    ann = replace(provider.users["bob@corp.example"], upn="ann@corp.example")
    audit = replace(ann, attributes=ann.attributes.set("department", ("audit",)).set("mail", ("ann@corp.example",)))
    world = CONSOLE.with_ad_fs(provider.with_user(audit))
    spec = {"by": "department", "resources": "arn:aws:s3:::console-by-ad-fs-files/${tenant}/*"}
    assert check(world, "tenants_isolated", spec).holds
    wide = {**spec, "resources": "arn:aws:s3:::console-by-ad-fs-files/*/${tenant}"}
    assert check(world, "tenants_isolated", wide).identities == 2
