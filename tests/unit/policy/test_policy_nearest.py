"""The nearest change: the one thing that would let a refused request through."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.policy.layers import Layers, Result
from cogsim.policy.reference import nearest
from cogsim.policy.reference.decide import decide
from cogsim.policy.reference.nearest import ChangeKind, nearest_change
from cogsim.policy.request import Request
from tests.generators.policy_cases import spelled_out

IP, MFA = "aws:SourceIp", "aws:MultiFactorAuthPresent"
USER = "arn:aws:iam::111122223333:user/u"
OBJECT = "arn:aws:s3:::b/k"
ROLE = "arn:aws:iam::111122223333:role/a"
FIRST, SECOND = "statement 1 of identityPolicies[0]", "statement 2 of identityPolicies[0]"
ALLOW = {"Allow": "*", "at": "*"}


@pytest.mark.parametrize(
    ("row", "kind", "text"),
    [
        (
            {"identity": ALLOW | {"if": {"IpAddress": {IP: "10.0.0.0/8"}}}, "context": {IP: "8.8.8.8"}},
            ChangeKind.KEY_VALUE,
            f"if {IP} were 10.0.0.0 (it is 8.8.8.8), {FIRST} would apply",
        ),
        (
            {"identity": ALLOW | {"if": {"StringLike": {"x:k": "a*"}}}},
            ChangeKind.MISSING_KEY,
            f"if x:k were ax (it is absent), {FIRST} would apply",
        ),
        (
            {"identity": ALLOW | {"if": {"Null": {"x:k": "true"}}}, "context": {"x:k": "a"}},
            ChangeKind.KEY_VALUE,
            f"if x:k were absent (it is a), {FIRST} would apply",
        ),
        (
            {
                "identity": ALLOW | {"if": {"ForAllValues:StringEquals": {"aws:TagKeys": ["a"]}}},
                "context": {"aws:TagKeys": ["b"]},
            },
            ChangeKind.KEY_VALUE,
            f"if aws:TagKeys were a (it is b), {FIRST} would apply",
        ),
        (
            {"identity": ALLOW | {"if": {"NumericGreaterThan": {"x:n": "5"}}}, "context": {"x:n": "5"}},
            ChangeKind.KEY_VALUE,
            f"if x:n were 6 (it is 5), {FIRST} would apply",
        ),
        (
            {
                "identity": ALLOW | {"if": {"DateLessThan": {"x:d": "2024-01-01T00:00:00Z"}}},
                "context": {"x:d": "2025-01-01"},
            },
            ChangeKind.KEY_VALUE,
            f"if x:d were 2023-12-31T23:59:59Z (it is 2025-01-01), {FIRST} would apply",
        ),
        (
            {"identity": [ALLOW, {"Deny": "*", "at": "*", "if": {"BoolIfExists": {MFA: "false"}}}]},
            ChangeKind.MISSING_KEY,
            f"if {MFA} were true (it is absent), {SECOND} would not apply",
        ),
        (
            {
                "identity": [ALLOW, {"Deny": "*", "at": "*", "if": {"NotIpAddress": {IP: "10.0.0.0/8"}}}],
                "context": {IP: "8.8.8.8"},
            },
            ChangeKind.KEY_VALUE,
            f"if {IP} were 10.0.0.0 (it is 8.8.8.8), {SECOND} would not apply",
        ),
        ({"identity": [ALLOW, {"Deny": "s3:*", "at": "*"}]}, ChangeKind.STATEMENT, f"without {SECOND}, which denies"),
        (
            {"identity": {"Allow": "s3:GetObject", "at": "arn:aws:s3:::c/*"}},
            ChangeKind.ELEMENT,
            f"with arn:aws:s3:::b/k in its Resource, {FIRST} would apply",
        ),
        (
            {"identity": {"Allow": "s3:Put*", "at": "*"}},
            ChangeKind.ELEMENT,
            f"with s3:GetObject in its Action, {FIRST} would apply",
        ),
        (
            {"identity": {"AllowNot": ["iam:*", "s3:*"], "at": "*"}},
            ChangeKind.ELEMENT,
            f"without s3:* in its NotAction, {FIRST} would apply",
        ),
        (
            {"resource": {"Allow": "s3:*", "at": "*", "to": {"AWS": "arn:aws:iam::111122223333:user/v"}}},
            ChangeKind.PRINCIPAL,
            f"with AWS: {USER} in its Principal, statement 1 of resourcePolicy would apply",
        ),
        (
            {},
            ChangeKind.STATEMENT,
            "with a statement in the identity-based policies that allows s3:GetObject on arn:aws:s3:::b/k",
        ),
        (
            {"owner": "444455556666", "identity": ALLOW},
            ChangeKind.STATEMENT,
            f"with a statement in the resource-based policy that allows s3:GetObject on {OBJECT} to AWS: {USER}",
        ),
        (
            {"identity": ALLOW, "scps": [[ALLOW], []]},
            ChangeKind.STATEMENT,
            "with a statement in the service control policies of scps[1] that allows s3:GetObject on arn:aws:s3:::b/k",
        ),
        (
            {"caller": "federated/u", "identity": ALLOW},
            ChangeKind.STATEMENT,
            "with a statement in the session policy that allows s3:GetObject on arn:aws:s3:::b/k",
        ),
        (
            {
                "action": "sts:AssumeRole",
                "at": "arn:aws:iam::111122223333:role/r",
                "caller": "role/a/s",
                "identity": ALLOW,
            },
            ChangeKind.STATEMENT,
            f"with a statement in the role trust policy that allows sts:AssumeRole to AWS: {ROLE}",
        ),
        (
            {"caller": None, "resource": {"Allow": "*", "at": "*", "to": {"AWS": "111122223333"}}},
            ChangeKind.PRINCIPAL,
            "with * in its Principal, statement 1 of resourcePolicy would apply",
        ),
    ],
)
def test_the_nearest_change_is_told(row: dict[str, Any], kind: ChangeKind, text: str) -> None:
    change = nearest_change(*spelled_out(row))
    assert change is not None
    assert (change.kind, change.text) == (kind, text)


@pytest.mark.parametrize(
    "row",
    [
        {"identity": ALLOW},
        {"owner": "444455556666"},  # both accounts would have to allow
        {"identity": [ALLOW, {"Deny": "s3:*", "at": "*"}, {"Deny": "s3:Get*", "at": "*"}]},
        {"identity": {"Deny": "*", "at": "*"}},
    ],
)
def test_there_is_none_where_the_request_is_allowed_or_one_change_is_not_enough(row: dict[str, Any]) -> None:
    assert nearest_change(*spelled_out(row)) is None


def test_one_value_may_satisfy_two_conditions_on_a_key() -> None:
    row = {"identity": ALLOW | {"if": {"NumericGreaterThan": {"x:n": "5"}, "NumericLessThan": {"x:n": "9"}}}}
    change = nearest_change(*spelled_out(row))
    assert change is not None
    assert change.text.startswith("if x:n were 6 ")


def test_what_is_offered_was_asked_of_decide_and_little_else_was(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Result] = []

    def counted(layers: Layers, request: Request) -> Any:
        decision = decide(layers, request)
        asked.append(decision.value)
        return decision

    monkeypatch.setattr(nearest, "decide", counted)
    many = [{"Allow": f"s3:Put{number}", "at": f"arn:aws:s3:::c{number}"} for number in range(500)]
    assert nearest_change(*spelled_out({"identity": many, "owner": "444455556666"})) is None
    assert len(asked) <= nearest.MAX_TRIED + 1
    asked.clear()
    assert nearest_change(*spelled_out({"identity": many})) is not None
    assert asked[-1] is Result.ALLOWED
