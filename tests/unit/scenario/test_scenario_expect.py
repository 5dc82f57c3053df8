"""When a value is the one expected, and what is said when it is not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from cogsim.aws.call import Call, Outcome
from cogsim.decision import Decision, Location, Step
from cogsim.decisions.caller import Anonymous
from cogsim.errors import AwsError
from cogsim.scenario.document import Expectation, Expected
from cogsim.scenario.expect import same, unmet

HERE = Location("story.yaml", 5, 7)
RULE = Step(
    "rule 1?", "yes", "tenant", "ci:rbac", location=Location("world.yaml", 9), decides=True,
    facts=(("claim", "custom:tenant"), ("value", "acme")),
)  # fmt: skip
INNER = "cognito-identity:GetCredentialsForIdentity"
ROLE = "arn:aws:iam::123456789012:role/app/Acme"


@pytest.mark.parametrize(
    ("wanted", "got", "equal"),
    [
        ("acme", "acme", True),
        ("acme", "Acme", False),
        ("3", 3, True),
        (3, 3, True),
        ("3", "3", True),
        ("x", 3, False),
        (True, True, True),
        ("true", True, False),
        (True, "true", True),
        (None, None, True),
        (None, "", False),
        ("plan", b"plan", True),
        ("plan", b"plans", False),
        ("2026-01-01T00:00:00Z", datetime(2026, 1, 1, tzinfo=UTC), True),
        ("2026-01-01T00:00:01Z", datetime(2026, 1, 1, tzinfo=UTC), False),
        (["a", "b"], ("a", "b"), True),
        (["a"], ["a", "b"], False),
        ({"a": "1"}, {"a": 1}, True),
        ({"a": "1"}, {"a": 1, "b": 2}, False),
        ({"a": "1"}, "a", False),
        (["a"], "a", False),
    ],
)
def test_a_written_value_is_compared_by_the_kind_of_the_answer(wanted: Any, got: Any, equal: bool) -> None:
    assert same(wanted, got) is equal


def outcomes(error: AwsError | None = None) -> tuple[Outcome, ...]:
    child_call = Call("sts:AssumeRoleWithWebIdentity", {"RoleArn": ROLE})
    child = Outcome(child_call, 1, Anonymous(), {}, None, Decision("Success", (RULE,)))
    decision = Decision("x", (Step("asked?", "no", "", "ci:rbac"),))
    return (Outcome(Call(INNER, {}), 0, Anonymous(), None if error else {}, error, decision, (child,)),)


def found(expect: Expectation, error: AwsError | None = None, response: Any = None) -> tuple[str, ...]:
    return unmet(expect, outcomes(error), error, response or {}, lambda reference: str(reference))


DENIED = AwsError("AccessDenied", "Access Denied")


def test_an_error_that_is_not_expected_is_shown_with_the_step_that_decided() -> None:
    assert found(Expectation(), DENIED) == ("AccessDenied: Access Denied; asked? no (ci:rbac)",)


def test_an_error_is_expected_by_its_code_and_part_of_its_message() -> None:
    assert found(Expectation(error="AccessDenied"), DENIED) == ()
    assert found(Expectation(error="AccessDenied", message="Denied"), DENIED) == ()
    assert found(Expectation(error="AccessDenied", message="denied"), DENIED) == (
        "expected the message to say 'denied', and it says 'Access Denied'",
    )
    assert found(Expectation(error="NoSuchKey"), DENIED)[0].startswith("expected the error NoSuchKey, and got AccessD")
    assert found(Expectation(error="NoSuchKey"))[0].startswith("expected the error NoSuchKey, and the call was answ")


def test_a_decision_is_expected_as_allowed_or_denied() -> None:
    assert found(Expectation(allowed=False), DENIED) == ()
    assert found(Expectation(allowed=True)) == ()
    assert "expected the call to be denied, and it was allowed" in found(Expectation(allowed=False))[0]
    assert "expected the call to be allowed, and it was denied" in found(Expectation(allowed=True), DENIED)[1]
    missing = AwsError("NoSuchKey", "The specified key does not exist.")
    assert len(found(Expectation(allowed=False), missing)) == 2, "nobody was refused for who they are"


def test_a_role_is_expected_by_arn_or_name_and_found_in_what_the_call_caused() -> None:
    assert found(Expectation(role=ROLE)) == ()
    assert found(Expectation(role="Acme")) == ()
    assert found(Expectation(role="Globex"))[0].startswith(f"expected the role Globex, and it was {ROLE}")


def test_facts_are_looked_for_in_every_decision_on_the_way() -> None:
    assert found(Expectation(because=(Expected("claim", "custom:tenant", HERE),))) == ()
    assert found(Expectation(because=(Expected("value", "globex", HERE),))) == (
        "expected it because value is 'globex', and it is 'acme'",
    )
    assert found(Expectation(because=(Expected("clame", "custom:tenant", HERE),))) == (
        "expected it because clame is 'custom:tenant': nothing states 'clame' (did you mean 'claim'?)",
    )


def test_a_response_is_followed_by_dots_and_numbers() -> None:
    response = {"Contents": [{"Key": "a", "Size": 4}], "IsTruncated": False}
    assert found(Expectation(response=(Expected("Contents.0.Size", "4", HERE),)), response=response) == ()
    assert found(Expectation(response=(Expected("NextToken", None, HERE),)), response=response) == ()
    assert found(Expectation(response=(Expected("Contents.0.Key", "b", HERE),)), response=response) == (
        "expected Contents.0.Key to be 'b', and it is 'a'",
    )
    (misspelt,) = found(Expectation(response=(Expected("Contents.0.Kye", "b", HERE),)), response=response)
    assert misspelt.startswith("expected Contents.0.Kye: the response.Contents.0 holds no 'Kye'; it holds Key, Size")
    assert misspelt.endswith("(did you mean 'Contents.0.Key'?)")


def test_a_secret_is_compared_and_not_shown() -> None:
    response = {"AuthenticationResult": {"IdToken": "eyJsecret"}}
    assert found(Expectation(response=(Expected("AuthenticationResult.IdToken", "x", HERE),)), response=response) == (
        "expected another AuthenticationResult.IdToken than the one answered",
    )
