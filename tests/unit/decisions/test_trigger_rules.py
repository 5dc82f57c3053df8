"""Declared triggers: which rule fits an event, what it answers, and what it cannot answer."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.decision import Refusal
from cogsim.decisions.trigger_events import Function, blank_response, misfit, taken_back
from cogsim.decisions.trigger_rules import apply, filled, find_trigger, paths_read, spoken
from cogsim.errors import Location
from cogsim.frozen import freeze
from cogsim.persistent import Map
from cogsim.world.origin import Origin
from cogsim.world.pool_members import Trigger, TriggerRule
from cogsim.world.trigger_shapes import OPERATORS, RESPONSES, canonical_function
from cogsim.world.world import World

ARN = "arn:aws:lambda:us-east-1:123456789012:function:Guard"
EVENT: dict[str, Any] = {
    "version": "1",
    "triggerSource": "PreSignUp_SignUp",
    "region": "us-east-1",
    "userPoolId": "us-east-1_AbCdEfGhI",
    "userName": "alice",
    "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": "app"},
    "request": {
        "userAttributes": {"email": "alice@example.com", "custom:level": "3", "email_verified": "true"},
        "validationData": None,
        "userNotFound": False,
        "session": [
            {"challengeName": "SRP_A", "challengeResult": True, "challengeMetadata": None},
            {"challengeName": "PASSWORD_VERIFIER", "challengeResult": False, "challengeMetadata": None},
        ],
        "scopes": ["openid", "email"],
    },
    "response": {"autoConfirmUser": False, "autoVerifyEmail": False, "autoVerifyPhone": False},
}
YES = Map({"autoConfirmUser": True})


def answers(*rules: TriggerRule, event: dict[str, Any] = EVENT) -> Any:
    return apply(Trigger(ARN, rules), "PreSignUp", event).value


def fits(path: str, condition: Any) -> bool:
    """Whether a rule with this one condition is the one that answers."""
    return bool(answers(TriggerRule(Map({path: freeze(condition)}), YES))["autoConfirmUser"])


@pytest.mark.parametrize(
    ("path", "condition", "expected"),
    [
        ("userName", "alice", True),
        ("userName", "Alice", False),
        ("callerContext.clientId", {"equals": "app"}, True),
        ("request.userAttributes.email", {"suffix": "@example.com"}, True),
        ("request.userAttributes.email", {"prefix": "bob"}, False),
        ("request.userAttributes.email", {"contains": "@ex"}, True),
        ("request.userAttributes.email", {"matches": r"[a-z]+@example\.com"}, True),
        ("request.userAttributes.email", {"matches": "alice"}, False),
        ("request.userAttributes.email", {"in": ["bob@example.com", "${userName}@example.com"]}, True),
        ("request.userAttributes.email", {"prefix": "${userName}", "suffix": ".com"}, True),
        ("request.userAttributes.email", {"prefix": "alice", "suffix": ".org"}, False),
        ("request.userAttributes.email", {"not": {"suffix": "@example.org"}}, True),
        ("request.userAttributes.email", {"not": "alice@example.com"}, False),
        ("request.userAttributes.phone_number", {"exists": False}, True),
        ("request.userAttributes.phone_number", {"exists": True}, False),
        ("request.userAttributes.phone_number", {"prefix": ""}, False),
        ("request.userAttributes.phone_number", {"not": {"prefix": "+1"}}, True),
        ("request.userAttributes.phone_number", None, True),
        ("request.validationData.captcha", {"exists": True}, False),
        ("request.validationData", {"exists": False}, True),
        ("request.userAttributes.custom:level", "3", True),
        ("request.userAttributes.email_verified", True, False),
        ("request.userNotFound", False, True),
        ("request.userNotFound", 0, False),
        ("request.session.length", 2, True),
        ("request.session.length", {"at_least": 2, "at_most": 2}, True),
        ("request.session.length", {"at_least": 3}, False),
        ("request.session.0.challengeName", "SRP_A", True),
        ("request.session.-1.challengeResult", False, True),
        ("request.session.-1.challengeResult", True, False),
        ("request.session.2.challengeName", {"exists": False}, True),
        ("request.session.-3.challengeName", {"exists": False}, True),
        ("request.scopes", {"contains": "email"}, True),
        ("request.scopes", {"contains": "mail"}, False),
        ("request.userAttributes.email.more", {"exists": True}, False),
    ],
)
def test_a_condition_holds_or_not(path: str, condition: Any, expected: bool) -> None:
    assert fits(path, condition) is expected


def test_every_operator_is_tried_above() -> None:
    tried = {"at_least", "at_most", "contains", "equals", "exists", "in", "matches", "not", "prefix", "suffix"}
    assert set(OPERATORS) == tried


def test_the_first_rule_that_fits_answers_and_its_line_is_cited() -> None:
    place = Location("world.yaml", 12, 11)
    other = TriggerRule(Map({"userName": "bob"}), error="no")
    first = TriggerRule(Map({"userName": "alice"}), YES, origin=Origin(location=place))
    decision = apply(Trigger(ARN, (other, first, TriggerRule(error="never"))), "PreSignUp", EVENT)
    assert decision.value == {"autoConfirmUser": True, "autoVerifyEmail": False, "autoVerifyPhone": False}
    step = decision.steps[0]
    assert (step.question, step.answer) == ("what does the PreSignUp trigger answer?", "autoConfirmUser true")
    assert (step.found, step.location) == ("PreSignUp_SignUp: rule 2 of 3", place)


def test_where_no_rule_fits_the_event_comes_back_as_it_was() -> None:
    decision = apply(Trigger(ARN, (TriggerRule(Map({"userName": "bob"}), YES),)), "PreSignUp", EVENT)
    assert decision.value == EVENT["response"]
    assert (decision.steps[0].answer, decision.steps[0].found) == ("nothing", "PreSignUp_SignUp: none of 1 rules fits")


def test_what_is_thrown_is_filled_in_and_refused() -> None:
    rule = TriggerRule(error="${request.userAttributes.email} is no member")
    text = "PreSignUp failed with error alice@example.com is no member."
    assert answers(rule) == Refusal("UserLambdaValidationException", text)


@pytest.mark.parametrize("where", ["response", "error", "when"])
def test_a_path_that_is_not_there_fails_as_a_function_would(where: str) -> None:
    template = "${request.userAttributes.phone_number}"
    rule = {
        "response": TriggerRule(Map(), Map({"challengeName": template})),
        "error": TriggerRule(error=f"call {template}"),
        "when": TriggerRule(Map({"userName": template}), YES),
    }[where]
    text = "PreSignUp failed with error request.userAttributes.phone_number is undefined."
    assert answers(rule) == Refusal("UserLambdaValidationException", text)


def test_a_lone_template_is_the_value_itself() -> None:
    assert filled("${request.session.length}", EVENT) == 2
    assert filled("${request.scopes}", EVENT) == ["openid", "email"]
    assert filled("${request.userNotFound} of ${request.session.length}", EVENT) == "false of 2"
    assert filled(freeze({"a": ["${userName}", {"b": "x${userName}"}]}), EVENT) == {"a": ["alice", {"b": "xalice"}]}


def test_nothing_secret_is_told_in_a_step() -> None:
    response = {"privateChallengeParameters": {"answer": "42"}, "answerCorrect": True, "challengeName": "X", "a": None}
    assert spoken(response) == "answerCorrect true, challengeName X, privateChallengeParameters"


def test_rules_say_which_paths_they_read() -> None:
    condition = freeze({"userName": {"in": ["${request.userAttributes.email}"]}})
    rule = TriggerRule(condition, freeze({"challengeMetadata": "for ${request.userAttributes.name}"}))
    paths = ("request.userAttributes.email", "request.userAttributes.name", "userName", "version")
    assert paths_read(Trigger(ARN, (rule, TriggerRule(error="${version}")))) == paths


@pytest.mark.parametrize(
    ("declared", "asked", "found"),
    [
        (ARN, ARN, True),
        (ARN, f"{ARN}:live", True),
        (ARN, f"{ARN}:7", True),
        ("Guard", f"{ARN}:7", True),
        (ARN, f"{ARN}2", False),
        (ARN, ARN.replace("us-east-1", "eu-west-1"), False),
        ("«Fn»", "«Fn.Arn»", True),
        ("«Fn.Arn»", "«Fn»", True),
        ("«Fn»", "arn:aws:lambda:us-east-1:123456789012:function:«Fn»", True),
        ("«Fn.Arn»", "«Other.Arn»", False),
    ],
)
def test_a_function_is_found_by_its_arn_or_name(declared: str, asked: str, found: bool) -> None:
    trigger = Trigger(canonical_function(declared))
    assert (find_trigger(World().with_trigger(trigger), asked) is trigger) is found


# Answers taken back

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=5,
)


@settings(max_examples=100, deadline=None)
@given(trigger=st.sampled_from(sorted(RESPONSES)), data=st.data())
def test_what_is_taken_back_fits_its_fields(trigger: str, data: st.DataObject) -> None:
    fields = RESPONSES[trigger]
    response = data.draw(st.dictionaries(st.sampled_from(sorted({*fields, "more"})), _JSON, max_size=3))
    before = copy.deepcopy(response)
    taken = taken_back(Function(trigger, ARN, "1"), trigger, {"response": response})
    assert response == before
    if misfit(response, fields) is None:
        assert taken == response
    else:
        assert taken == Refusal("InvalidLambdaResponseException", "Unrecognizable lambda output")


@pytest.mark.parametrize("trigger", sorted(RESPONSES))
def test_a_blank_response_is_a_good_one(trigger: str) -> None:
    for version in ("1", "2"):
        blank = blank_response(trigger, version)
        assert taken_back(Function(trigger, ARN, version), trigger, {"response": blank}) == blank


@settings(max_examples=100, deadline=None)
@given(
    path=st.sampled_from(
        ["userName", "request.session.-1.challengeResult", "request.validationData.x", "request.scopes"]
    ),
    value=_JSON,
)
def test_to_negate_a_condition_is_to_answer_otherwise(path: str, value: Any) -> None:
    for condition in ({"equals": value}, {"in": [value]}, {"exists": True}, {"prefix": "a"}, {"contains": value}):
        if isinstance(value, str) and "${" in value:
            continue
        assert fits(path, condition) is not fits(path, {"not": condition})
