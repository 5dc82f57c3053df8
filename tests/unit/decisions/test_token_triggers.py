"""What a pre-token trigger may make of the claims, and what it may not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.assumptions import assuming
from cogsim.decision import Refusal
from cogsim.decisions.token_triggers import MOST_ADDED, PROTECTED, shape, shape_by_rules
from cogsim.decisions.trigger_events import Function
from cogsim.persistent import Map
from cogsim.world.pool_members import Trigger, TriggerRule
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

CLIENT = "1abc2defghij3klmn4opqrst5u"
OWN = {
    "sub": "s",
    "cognito:groups": ["users"],
    "email_verified": True,
    "cognito:preferred_role": "arn:r",
    "iss": "i",
    "cognito:username": "alice",
    "cognito:roles": ["arn:r"],
    "aud": CLIENT,
    "token_use": "id",
    "email": "alice@example.com",
    "dev:mark": "x",
    "custom:tenant": "acme",
}
ACCESS = {
    "sub": "s",
    "cognito:groups": ["users"],
    "iss": "i",
    "client_id": CLIENT,
    "token_use": "access",
    "scope": "aws.cognito.signin.user.admin",
    "username": "alice",
}


def v1(**details: Any) -> dict[str, Any]:
    return {"claimsOverrideDetails": details}


def v2(own: Any = None, access: Any = None, **details: Any) -> dict[str, Any]:
    both = {"idTokenGeneration": own, "accessTokenGeneration": access, **details}
    return {"claimsAndScopeOverrideDetails": both}


def shaped(version: str, response: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    value = shape(version, response, OWN, ACCESS, CLIENT).value
    assert not isinstance(value, Refusal)
    return dict(value[0]), dict(value[1])


def changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What is new or other in `after`; None for what is gone."""
    gone = dict.fromkeys(set(before) - set(after))
    return gone | {name: value for name, value in after.items() if before.get(name, ...) != value}


@pytest.mark.parametrize("response", [{}, v1(), {"claimsOverrideDetails": None}])
def test_a_function_that_says_nothing_changes_nothing(response: dict[str, Any]) -> None:
    assert shaped("1", response) == (OWN, ACCESS)


def test_version_1_changes_the_id_token_only() -> None:
    own, access = shaped(
        "1", v1(claimsToAddOrOverride={"tier": "gold", "email": "x@y"}, claimsToSuppress=["custom:tenant"])
    )
    assert changes(OWN, own) == {"tier": "gold", "email": "x@y", "custom:tenant": None}
    assert access == ACCESS


@pytest.mark.parametrize("version", ["2", "3"])
def test_later_versions_change_both_with_values_of_any_type(version: str) -> None:
    response = v2(
        {"claimsToAddOrOverride": {"list": [1, {"a": None}], "n": 1.5}},
        {"claimsToAddOrOverride": {"ok": True}, "claimsToSuppress": ["cognito:groups"]},
    )
    own, access = shaped(version, response)
    assert changes(OWN, own) == {"list": [1, {"a": None}], "n": 1.5}
    assert changes(ACCESS, access) == {"ok": True, "cognito:groups": None}


def test_one_versions_answer_is_no_answer_to_another() -> None:
    changed = {"claimsToAddOrOverride": {"tier": "gold"}}
    assert shaped("2", v1(**changed)) == (OWN, ACCESS)
    assert shaped("1", v2(changed, changed)) == (OWN, ACCESS)


@pytest.mark.parametrize("name", sorted({*PROTECTED, "cognito:groups", "cognito:username", "cognito:roles", "dev:new"}))
def test_what_is_protected_stays_and_the_step_says_so(name: str) -> None:
    both = {"claimsToAddOrOverride": {name: "forged"}}
    decision = shape("2", v2(both, both), OWN, ACCESS, CLIENT)
    assert decision.value == (OWN, ACCESS)
    step = decision.steps[-1]
    assert (step.assumption, name in step.found) == ("cognito.tokenTriggerForbidden", True)
    with assuming({"cognito.tokenTriggerForbidden": "refused"}):
        refused = shape("2", v2(both, both), OWN, ACCESS, CLIENT).value
    assert refused == Refusal("InvalidLambdaResponseException", "Unrecognizable lambda output")


def test_the_protected_claims_are_these() -> None:
    names = "iss sub aud exp iat auth_time token_use jti origin_jti event_id nonce at_hash acr amr azp nbf version"
    assert {*names.split(), "client_id", "username", "device_key", "identities"} == PROTECTED


@pytest.mark.parametrize("name", ["sub", "iss", "token_use", "cognito:username", "cognito:roles", "identities"])
def test_what_is_protected_cannot_be_suppressed_either(name: str) -> None:
    assert shaped("2", v2({"claimsToSuppress": [name]}, {"claimsToSuppress": [name]})) == (OWN, ACCESS)


def test_developer_attributes_can_be_suppressed_only() -> None:
    own, _ = shaped("1", v1(claimsToAddOrOverride={"dev:mark": "y"}, claimsToSuppress=["dev:mark"]))
    assert changes(OWN, own) == {"dev:mark": None}


@pytest.mark.parametrize("name", ["email_verified", "phone_number_verified", "updated_at", "address"])
def test_four_claims_of_an_id_token_stay_texts(name: str) -> None:
    value = {"claimsToAddOrOverride": {name: {"formatted": "x"}}}
    own, access = shaped("2", v2(value, value))
    assert (own, changes(ACCESS, access)) == (OWN, {name: {"formatted": "x"}})
    own, _ = shaped("2", v2({"claimsToAddOrOverride": {name: "text"}}))
    assert own[name] == "text"


def test_suppression_wins_over_addition() -> None:
    own, _ = shaped("1", v1(claimsToAddOrOverride={"tier": "gold"}, claimsToSuppress=["tier"]))
    assert own == OWN


def test_the_audience_of_an_access_token_is_its_client_or_nothing() -> None:
    for value, expected in ((CLIENT, {"aud": CLIENT}), ("another", {}), ([CLIENT], {})):
        _, access = shaped("2", v2(None, {"claimsToAddOrOverride": {"aud": value}}))
        assert changes(ACCESS, access) == expected


# Groups


@pytest.mark.parametrize("version", ["1", "2"])
def test_an_override_of_groups_replaces_them_whole_and_in_both_tokens(version: str) -> None:
    details = {"groupsToOverride": ["admins"], "iamRolesToOverride": ["arn:a", "arn:b"], "preferredRole": "arn:a"}
    response = v1(groupOverrideDetails=details) if version == "1" else v2(groupOverrideDetails=details)
    own, access = shaped(version, response)
    assert changes(OWN, own) == {
        "cognito:groups": ["admins"],
        "cognito:roles": ["arn:a", "arn:b"],
        "cognito:preferred_role": "arn:a",
    }
    assert changes(ACCESS, access) == {"cognito:groups": ["admins"]}


def test_what_an_override_leaves_out_is_gone() -> None:
    own, access = shaped("1", v1(groupOverrideDetails={"groupsToOverride": ["admins"]}))
    assert changes(OWN, own) == {"cognito:groups": ["admins"], "cognito:roles": None, "cognito:preferred_role": None}
    assert access["cognito:groups"] == ["admins"]


@pytest.mark.parametrize("empty", [None, {}, {"groupsToOverride": []}])
def test_an_empty_override_suppresses_the_groups(empty: Any) -> None:
    own, access = shaped("1", v1(groupOverrideDetails=empty))
    assert changes(OWN, own) == dict.fromkeys(("cognito:groups", "cognito:roles", "cognito:preferred_role"))
    assert changes(ACCESS, access) == {"cognito:groups": None}


def test_to_suppress_the_groups_takes_the_roles_along_and_wins_over_an_override() -> None:
    details = {"groupsToOverride": ["admins"], "iamRolesToOverride": ["arn:a"]}
    own, access = shaped("1", v1(claimsToSuppress=["cognito:groups"], groupOverrideDetails=details))
    assert not {"cognito:groups", "cognito:roles", "cognito:preferred_role"} & set(own)
    assert access["cognito:groups"] == ["admins"]


def test_the_roles_have_the_form_that_is_assumed() -> None:
    response = v1(groupOverrideDetails={"groupsToOverride": ["a"], "iamRolesToOverride": ["arn:a", "arn:b"]})
    with assuming({"cognito.rolesClaimForm": "string"}):
        assert shaped("1", response)[0]["cognito:roles"] == "arn:a,arn:b"


# Scopes


def test_scopes_are_added_and_suppressed() -> None:
    access = {"scopesToAdd": ["things/read", "things/read", "openid"], "scopesToSuppress": ["openid"]}
    assert shaped("2", v2(None, access))[1]["scope"] == "aws.cognito.signin.user.admin things/read"
    only = {"scopesToSuppress": ["aws.cognito.signin.user.admin"]}
    assert changes(ACCESS, shaped("2", v2(None, only))[1]) == {"scope": None}


@pytest.mark.parametrize("scope", ["two words", "", " lead", "tab\t"])
def test_a_scope_with_white_space_is_passed_over(scope: str) -> None:
    assert shaped("2", v2(None, {"scopesToAdd": [scope]}))[1] == ACCESS


def test_the_claim_itself_is_not_the_way_to_add_scopes() -> None:
    assert shaped("2", v2(None, {"claimsToAddOrOverride": {"scope": "everything"}}))[1] == ACCESS


def test_whether_self_service_may_be_added_is_assumed() -> None:
    without = {**ACCESS, "scope": "openid"}
    response = v2(None, {"scopesToAdd": ["aws.cognito.signin.user.admin"]})
    decision = shape("2", response, OWN, without, CLIENT)
    assert not isinstance(decision.value, Refusal)
    assert decision.value[1]["scope"] == "openid aws.cognito.signin.user.admin"
    assert "cognito.tokenTriggerAddsSelfService" in decision.assumptions
    with assuming({"cognito.tokenTriggerAddsSelfService": "no"}):
        assert shape("2", response, OWN, without, CLIENT).value == (OWN, without)


def test_more_than_the_most_is_refused() -> None:
    many = {f"c{number}": "x" for number in range(MOST_ADDED)}
    assert not isinstance(shape("2", v2({"claimsToAddOrOverride": many}), OWN, ACCESS, CLIENT).value, Refusal)
    over = v2({"claimsToAddOrOverride": many}, {"scopesToAdd": ["one/more"]})
    assert shape("2", over, OWN, ACCESS, CLIENT).value == Refusal(
        "InvalidLambdaResponseException", "Unrecognizable lambda output"
    )


def test_a_clients_own_token_has_no_id_token_to_change() -> None:
    value = shape("3", v2({"claimsToAddOrOverride": {"a": "b"}}, {"scopesToAdd": ["x/y"]}), {}, ACCESS, CLIENT).value
    assert value == ({}, {**ACCESS, "scope": "aws.cognito.signin.user.admin x/y"})


_NAMES = st.sampled_from(sorted({*OWN, *ACCESS, *PROTECTED, "scope", "new"}))
_CLAIMS = st.fixed_dictionaries(
    {},
    optional={
        "claimsToAddOrOverride": st.dictionaries(_NAMES, st.sampled_from(["forged", 1, None, [CLIENT]]), max_size=4),
        "claimsToSuppress": st.lists(_NAMES, max_size=4),
        "scopesToAdd": st.lists(st.sampled_from(["a/b", "c d", "openid"]), max_size=2),
        "scopesToSuppress": st.lists(st.sampled_from(["a/b", "aws.cognito.signin.user.admin"]), max_size=2),
    },
)


@settings(max_examples=100, deadline=None)
@given(own=_CLAIMS, access=_CLAIMS)
def test_no_answer_touches_what_identifies_a_token(own: dict[str, Any], access: dict[str, Any]) -> None:
    after = shaped("2", v2(own, access))
    for before, token in ((OWN, after[0]), (ACCESS, after[1])):
        kept = {name for name in before if name in PROTECTED or name == "cognito:username"}
        assert {name: token[name] for name in kept} == {name: before[name] for name in kept}
        assert not (PROTECTED - {"aud"}) & (set(token) - set(before))


# Declared rules, for answers that run nothing

ARN = "arn:aws:lambda:us-east-1:123456789012:function:Claims"
POOL = UserPool(
    "us-east-1_AbCdEfGhI",
    "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_AbCdEfGhI",
    "Main",
    triggers=Map({"PreTokenGeneration": ARN}),
)
APP = UserPoolClient(CLIENT, POOL.id, "app")
ALICE = PoolUser(POOL.id, "alice", "s", Map({"custom:tenant": "acme"}))
FUNCTION = Function("PreTokenGeneration", ARN, "1")


def by_rules(*rules: TriggerRule) -> Any:
    trigger, claims = Trigger(ARN, rules), (OWN, ACCESS)
    return shape_by_rules(World(), POOL, APP, ALICE, FUNCTION, trigger, claims, "TokenGeneration_Authentication")


def test_declared_rules_give_the_claims_that_a_run_would() -> None:
    tenant = "${request.userAttributes.custom:tenant}"
    details = Map({"claimsToAddOrOverride": Map({"tenant": tenant})})
    decision = by_rules(TriggerRule(Map(), Map({"claimsOverrideDetails": details})))
    assert decision.value[0]["tenant"] == "acme"


def test_declared_rules_that_throw_or_answer_wrongly_refuse() -> None:
    assert by_rules(TriggerRule(error="not today")).value == Refusal(
        "UserLambdaValidationException", "PreTokenGeneration failed with error not today."
    )
    wrong = Map({"claimsOverrideDetails": Map({"claimsToAddOrOverride": Map({"n": 1})})})
    assert by_rules(TriggerRule(Map(), wrong)).value.code == "InvalidLambdaResponseException"


def test_a_rule_that_reads_what_the_app_sends_leaves_the_answer_open() -> None:
    details = Map({"claimsOverrideDetails": Map({"claimsToAddOrOverride": Map({"a": "b"})})})
    decision = by_rules(TriggerRule(Map({"request.clientMetadata.role": "admin"}), details))
    assert decision.value == (OWN, ACCESS)
    assert ("unresolved", "request.clientMetadata") in decision.steps[0].facts
    assert by_rules(replace(TriggerRule(), response=details)).steps[0].facts == ()
