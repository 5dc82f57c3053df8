"""One question about one person, role or user, through the whole chain."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cogsim.analysis.can import can
from cogsim.analysis.sessions import passages, sessions
from cogsim.decision import Refusal
from cogsim.decisions.authorization import unresolved
from cogsim.decisions.caller import RoleSession
from cogsim.errors import InputError
from cogsim.policy.layers import Result
from cogsim.world.world import World

PLAN = "arn:aws:s3:::two-data/acme/plan.txt"


def test_the_tenant_of_a_person_decides_through_tag_and_policy(two_tenants: World) -> None:
    answer = can(two_tenants, "alice", "s3:GetObject", PLAN)
    assert answer.value is Result.ALLOWED
    assert can(two_tenants, "bob", "s3:GetObject", PLAN).value is Result.IMPLICITLY_DENIED
    assert can(two_tenants, "alice", "s3:DeleteObject", PLAN).value is Result.IMPLICITLY_DENIED


def test_the_reasons_reach_from_the_account_to_the_statement(two_tenants: World) -> None:
    questions = [step.question for step in can(two_tenants, "alice via Spa", "s3:GetObject", PLAN).steps]
    marks = [
        "user enabled",
        "the client allow",
        "issuer",
        "authenticated role",
        "tag tenant",
        "trust policy",
        "(Tenant)",
    ]
    places = [next(place for place, text in enumerate(questions) if mark in text) for mark in marks]
    assert places == sorted(places)


def test_the_line_of_the_statement_is_named(two_tenants: World) -> None:
    location = can(two_tenants, "alice via Spa", "s3:GetObject", PLAN).deciding[-1].location
    assert location is not None
    assert "Sid: Tenant" in Path(location.file).read_text(encoding="utf-8").splitlines()[location.line - 1]


def test_everybody_has_a_private_place_and_only_that(two_tenants: World) -> None:
    (own,) = [p.caller for p in passages(two_tenants, "alice") if isinstance(p.caller, RoleSession)]
    sub = own.federated["cognito-identity.amazonaws.com:sub"].values[0]
    mine = f"arn:aws:s3:::two-data/private/{sub}/x"
    assert can(two_tenants, "alice", "s3:PutObject", mine).value is Result.ALLOWED
    assert can(two_tenants, "bob", "s3:PutObject", mine).value is Result.IMPLICITLY_DENIED


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("carol", "NotAuthorizedException"),
        ("dave", "UserNotConfirmedException"),
        ("guest(Identities)", "NotAuthorized"),
    ],
)
def test_who_cannot_sign_in_has_no_session_and_the_answer_says_so(two_tenants: World, who: str, code: str) -> None:
    outcome = sessions(two_tenants, who).value
    assert isinstance(outcome, Refusal)
    assert outcome.code.startswith(code)
    answer = can(two_tenants, who, "s3:GetObject", PLAN)
    assert answer.value is Result.IMPLICITLY_DENIED
    assert any(("session", "none") in step.facts for step in answer.steps) or "0 of 2 ways" in answer.steps[-1].found


def test_somebody_invited_has_a_session_once_she_sets_a_password(two_tenants: World) -> None:
    answer = can(two_tenants, "erin via Spa", "s3:GetObject", PLAN)
    assert "yes: a new password is asked for" in str(answer)
    assert answer.value is Result.IMPLICITLY_DENIED


def test_any_way_that_leads_there_is_enough_and_both_are_told(two_tenants: World) -> None:
    steps = can(two_tenants, "alice", "s3:GetObject", PLAN).steps
    assert [dict(step.facts)["via"] for step in steps if step.question.startswith("through ")] == [
        passage.via for passage in passages(two_tenants, "alice")
    ]
    assert steps[-1].found == "1 of 2 ways"


def test_a_role_is_asked_with_the_tags_given(two_tenants: World) -> None:
    assert can(two_tenants, "PersonRole[tenant=acme]", "s3:GetObject", PLAN).value is Result.ALLOWED
    assert can(two_tenants, "PersonRole[tenant=globex]", "s3:GetObject", PLAN).value is Result.IMPLICITLY_DENIED
    assert can(two_tenants, "PersonRole", "s3:GetObject", PLAN).value is Result.IMPLICITLY_DENIED


def test_an_attached_policy_that_is_not_there_stays_visible(two_tenants: World) -> None:
    answer = can(two_tenants, "AdminRole", "dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:123456789012:table/notes")
    assert unresolved(answer) == ("arn:aws:iam::123456789012:policy/not-here",)


def test_an_action_without_resource_is_asked_on_a_star(two_tenants: World) -> None:
    assert can(two_tenants, "robot", "s3:ListAllMyBuckets", "*").value is Result.ALLOWED
    assert can(two_tenants, "anonymous", "s3:ListAllMyBuckets", "*").value is Result.IMPLICITLY_DENIED


def test_root_may_do_everything_in_its_account(two_tenants: World) -> None:
    assert can(two_tenants, "root(123456789012)", "s3:GetObject", PLAN).value is Result.ALLOWED
    assert can(two_tenants, "root(999999999999)", "s3:GetObject", PLAN).value is Result.IMPLICITLY_DENIED


def test_the_context_of_the_question_reaches_the_conditions(two_tenants: World) -> None:
    notes = "arn:aws:dynamodb:eu-west-1:123456789012:table/notes"
    other = {"dynamodb:LeadingKeys": ("somebody-else",)}
    assert can(two_tenants, "alice", "dynamodb:GetItem", notes, other).value is Result.IMPLICITLY_DENIED


@pytest.mark.parametrize(
    ("action", "resource", "meant"),
    [
        ("GetObject", PLAN, "s3:GetObject"),
        ("s3:GetObjct", PLAN, "s3:GetObject"),
        ("s3:ListObjectsV2", "arn:aws:s3:::two-data", None),
        ("dynamodb:GetItm", "arn:aws:dynamodb:eu-west-1:1:table/notes", "dynamodb:GetItem"),
        ("s3:*", PLAN, None),
        ("s3:GetObject", "two-data/acme/plan.txt", PLAN),
        ("s3:GetObject", "arn:aws:s3:::two-data/acme/*", None),
        ("s3:GetObject", "*", None),
        ("s3:GetObject", "arn:aws:s3:::two-data", "arn:aws:s3:::two-data/key"),
        ("s3:ListBucket", PLAN, "arn:aws:s3:::two-data"),
        ("dynmodb:GetItem", PLAN, "dynamodb:GetItem"),
        ("sts:AssumeRole", "arn:aws:iam::123456789012:user/jo", None),
    ],
)
def test_a_question_that_cannot_be_meant_is_refused_with_a_suggestion(
    two_tenants: World, action: str, resource: str, meant: str | None
) -> None:
    with pytest.raises(InputError) as caught:
        can(two_tenants, "alice", action, resource)
    assert meant is None or caught.value.suggestion == meant


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("aws:SourceIpp", "aws:SourceIp"),
        ("s3:prefx", "s3:prefix"),
        ("aws:ResourceTag", "aws:ResourceTag/key"),
        ("cognito-idp.eu-west-1.amazonaws.com/eu-west-1_x:audd", "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_x:aud"),
        ("nonsense", None),
    ],
)
def test_a_condition_key_that_no_request_has_is_refused(two_tenants: World, key: str, meant: str | None) -> None:
    with pytest.raises(InputError) as caught:
        can(two_tenants, "alice", "s3:GetObject", PLAN, {key: "x"})
    assert caught.value.suggestion == meant


@pytest.mark.parametrize(
    "key",
    [
        *("AWS:sourceip", "aws:PrincipalTag/team", "s3:ExistingObjectTag/color", "saml:aud"),
        *("cognito-identity.amazonaws.com:amr", "token.actions.githubusercontent.com:ref", "idp.example.com/a:sub"),
    ],
)
def test_keys_of_every_origin_are_known_in_any_case(two_tenants: World, key: str) -> None:
    assert can(two_tenants, "alice", "s3:GetObject", PLAN, {key: "x"}).value is Result.ALLOWED


def test_the_basic_flow_lets_her_choose_any_role_that_trusts_the_pool(two_tenants: World) -> None:
    pool = next(iter(two_tenants.identity_pools.values()))
    open_world = two_tenants.with_identity_pool(replace(pool, allow_classic_flow=True))
    globex = "arn:aws:s3:::two-data/globex/plan.txt"
    assert can(two_tenants, "alice", "s3:GetObject", globex).value is Result.IMPLICITLY_DENIED
    assert can(open_world, "alice", "s3:GetObject", globex).value is Result.ALLOWED
    vias = [passage.via for passage in passages(open_world, "alice via Spa")]
    assert vias[0] == "Spa via Identities"
    assert "Spa via Identities, basic flow, as AdminRole" in vias
    assert all(passage.caller is None for passage in passages(open_world, "guest(Identities)"))
