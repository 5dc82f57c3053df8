"""The fixture that comes with the package, used as people use it: in a test run of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
WORLD = Path(__file__).parents[3] / "scenarios" / "worlds" / "saas.yaml"
TESTS = f"""
PLAN = "arn:aws:s3:::saas-data-111122223333/%s/plan.txt"

def test_own_documents_come_back(cogsim_world):
    world = cogsim_world({str(WORLD)!r})
    alice = world.sign_in("alice")
    world.assert_allowed(alice, "s3:GetObject", PLAN % "acme")
    world.assert_denied(alice, "s3:GetObject", PLAN % "globex")
    body = world.client("s3", alice).get_object(Bucket="saas-data-111122223333", Key="acme/plan.txt")["Body"].read()
    assert body == b"Acme's plan"

def test_another_tenants_documents_do_not(cogsim_world):
    world = cogsim_world({str(WORLD)!r})
    alice = world.sign_in("alice")
    world.assert_allowed(alice, "s3:GetObject", PLAN % "globex")
"""


def test_a_failing_assertion_shows_the_reasons_and_the_trail(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(TESTS)
    result = pytester.runpytest("-p", "no:cacheprovider", "-p", "no:xdist")
    result.assert_outcomes(passed=1, failed=1)
    text = result.stdout.str()
    assert "should be allowed, and is not" in text
    assert "does any identity policy" in text or "identity" in text
    assert "cogsim trail" in text
    assert "cognito-identity.amazonaws.com:GetCredentialsForIdentity" in text
    assert "Correct-horse" not in text
