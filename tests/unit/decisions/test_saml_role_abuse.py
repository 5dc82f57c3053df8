"""Hostile assertions for AWS: what STS asks of roles, names, durations and tags is what stops each of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions import saml_session
from cogsim.decisions.refusals import passed
from cogsim.decisions.saml_session import SamlLogin, called
from cogsim.decisions.token_session import session_claims
from cogsim.tokens.saml import validate_response
from tests.generators.aws_assertions import (
    ACS,
    AUDIENCE,
    CLAIMS,
    DURATIONS,
    GENUINE,
    NAMES,
    PROVIDER,
    ROLE_ARN,
    ROLES,
    Attributes,
    aws_response,
)
from tests.generators.saml import NOW, expectation

Lax = Callable[..., Decision[Any]]


def call(raw: bytes, role: str = ROLE_ARN, provider: str = PROVIDER, at: float = NOW) -> Decision[Any]:
    """STS's answer to the response, which is believed as such."""
    expected = replace(expectation(), recipients=(ACS,), audiences=(AUDIENCE,), one_confirmation=True)
    found = validate_response(raw, expected, at)
    assert not isinstance(found.value, Refusal), found.value
    return called(found, PROVIDER, (provider, role), now=at)


def lax(*_: Any) -> Decision[Any]:
    return passed("?", "", "sts:AssumeRoleWithSAML")


def any_name(*_: Any) -> Decision[Any]:
    return decided("alice", Step("?", "alice", "", "sts:AssumeRoleWithSAML"))


def no_claims(_: Any, role_arn: str) -> Decision[Any]:
    return session_claims({}, role_arn)


#: Hostile attributes by what refuses them: its name in the module, how a step of it asks, and one that lets all pass.
CHECKS: dict[str, tuple[dict[str, Attributes], str, Lax]] = {
    "names_role": (ROLES, "does the assertion name this role with this provider?", lax),
    "session_name": (NAMES, "what is the session called?", any_name),
    "console_duration": (DURATIONS, "is the console's session length sound?", lax),
    "session_claims": (CLAIMS, "", no_claims),
}
CASES = [(check, name) for check, (table, _, _) in CHECKS.items() for name in table]


@pytest.mark.parametrize(("check", "name"), CASES)
def test_an_abused_attribute_is_refused_by_its_check_and_taken_without_it(
    check: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, question, without = CHECKS[check]
    raw = aws_response(attributes=table[name])
    decision = call(raw)
    assert isinstance(decision.value, Refusal)
    assert not question or decision.deciding[-1].question == question
    monkeypatch.setattr(saml_session, check, without)
    assert isinstance(call(raw).value, SamlLogin)


@pytest.mark.parametrize("name", GENUINE)
def test_what_sts_takes_makes_a_login(name: str) -> None:
    login = call(aws_response(attributes=GENUINE[name])).value
    assert isinstance(login, SamlLogin), login
    assert login.assertion.name_id == login.bearer.subject == "alice@example.com"


def test_the_call_is_for_the_pair_that_was_given() -> None:
    assert isinstance(call(aws_response(), ROLE_ARN + "2").value, Refusal)
    assert isinstance(call(aws_response(), provider=PROVIDER + "2").value, Refusal)


@pytest.mark.parametrize(
    ("age", "taken"), [(0.0, True), (300.0, True), (300.001, False), (-0.001, False), (299.999, True)]
)
def test_a_response_lives_five_minutes(age: float, taken: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = aws_response(issued_at=NOW - 1000, confirm_for=7200.0, valid_for=7200.0)
    at = NOW - 1000 + age
    if age < 0:
        # Conditions begin when the assertion was made; only STS's own rule is asked here.
        found = validate_response(raw, replace(_aws(), left_out=frozenset({"NotBefore"})), at)
    else:
        found = validate_response(raw, _aws(), at)
    decision = called(found, PROVIDER, (PROVIDER, ROLE_ARN), now=at)
    assert isinstance(decision.value, SamlLogin) is taken
    monkeypatch.setattr(saml_session, "_in_time", lax)
    assert isinstance(called(found, PROVIDER, (PROVIDER, ROLE_ARN), now=at).value, SamlLogin)


def _aws() -> Any:
    return replace(expectation(), recipients=(ACS,), audiences=(AUDIENCE,), one_confirmation=True)
