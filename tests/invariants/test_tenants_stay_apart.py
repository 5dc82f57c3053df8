"""In a world that is set up rightly, nothing a person of tenant A does lets them read what is tenant B's."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import cogsim
from cogsim.errors import AwsError

ATTACK = Path(__file__).parents[2] / "scenarios" / "attacks" / "a-attr-self-escalation" / "world"
FIXED = cogsim.load(ATTACK / "application.yaml", ATTACK / "client-fixed.yaml")
VULNERABLE = cogsim.load(ATTACK / "application.yaml", ATTACK / "client-vulnerable.yaml")

BUCKET = "documents-444455556666"
TENANTS = ("acme", "globex")
#: What people try to call themselves: tenants, parts of paths, wildcards, nothing.
NAMES = st.sampled_from([*TENANTS, "", "*", "acme/..", "globex/", "Globex", "initech"])


class People(RuleBasedStateMachine):
    """Mallory of acme does what any signed-in person can do, in any order, as often as she likes."""

    world: cogsim.World

    @initialize()
    def sign_in(self) -> None:
        self.sim = cogsim.Simulation(self.world, seed="people")
        self.session = self.sim.sign_in("mallory")
        self.credentials = self.sim.credentials(self.session)
        self.read: list[str] = []

    def attempt(self, operation: str, **params: object) -> bool:
        """Make the call; what AWS refuses is no news."""
        try:
            answer = self.sim.call(operation, params, self.credentials)
        except AwsError:
            return False
        if operation == "s3:GetObject":
            self.read.append(str(params["Key"]))
        return bool(answer is not None)

    @rule(tenant=NAMES)
    def rename_her_tenant(self, tenant: str) -> None:
        attributes = [{"Name": "custom:tenant", "Value": tenant}]
        self.attempt(
            "cognito-idp:UpdateUserAttributes", AccessToken=self.session.access_token, UserAttributes=attributes
        )

    @rule(address=st.sampled_from(["victor@globex.example", "mallory@acme.example"]))
    def change_her_address(self, address: str) -> None:
        attributes = [{"Name": "email", "Value": address}]
        self.attempt(
            "cognito-idp:UpdateUserAttributes", AccessToken=self.session.access_token, UserAttributes=attributes
        )

    @rule()
    def refresh(self) -> None:
        self.session = self.sim.refresh(self.session)

    @rule()
    def sign_in_again(self) -> None:
        self.session = self.sim.sign_in("mallory")

    @rule()
    def take_new_credentials(self) -> None:
        try:
            self.credentials = self.sim.credentials(self.session)
        except AwsError:
            return

    @precondition(lambda self: hasattr(self, "sim"))
    @rule(tenant=st.sampled_from(TENANTS))
    def read_a_plan(self, tenant: str) -> None:
        self.attempt("s3:GetObject", Bucket=BUCKET, Key=f"{tenant}/plan.txt")

    @rule(tenant=NAMES)
    def write_a_note(self, tenant: str) -> None:
        self.attempt("s3:PutObject", Bucket=BUCKET, Key=f"{tenant}/note.txt", Body=b"was here")

    @rule(prefix=NAMES)
    def list_documents(self, prefix: str) -> None:
        self.attempt("s3:ListObjectsV2", Bucket=BUCKET, Prefix=prefix)

    @rule(minutes=st.integers(1, 20))
    def wait(self, minutes: int) -> None:
        if self.sim.now + minutes * 60 < self.session.expires_at:
            self.sim.advance(minutes * 60)

    @invariant()
    def she_has_read_her_own_tenant_only(self) -> None:
        assert [key for key in getattr(self, "read", []) if not key.startswith("acme/")] == []


class InTheFixedWorld(People):
    world = FIXED


class InTheVulnerableWorld(People):
    world = VULNERABLE


MODERATE = settings(
    max_examples=40,
    stateful_step_count=12,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
)


def test_no_sequence_of_what_a_person_may_do_reaches_another_tenant() -> None:
    run_state_machine_as_test(InTheFixedWorld, settings=MODERATE)


def test_where_the_tenant_is_writable_the_same_search_finds_the_way(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(AssertionError) as found:
        run_state_machine_as_test(InTheVulnerableWorld, settings=settings(MODERATE, max_examples=400))
    story = "\n".join(getattr(found.value, "__notes__", [])) + capsys.readouterr().out
    for step in ("rename_her_tenant", "take_new_credentials", "read_a_plan"):
        assert step in story
