"""In a world that is set up rightly, nothing a person of tenant A does lets them read what is tenant B's."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

import cogsim
from cogsim.actors.app import IdentitySession, SignedIn
from cogsim.errors import AwsError

ATTACK = Path(__file__).parents[2] / "scenarios" / "attacks" / "a-attr-self-escalation" / "world"
FIXED = cogsim.load(ATTACK / "application.yaml", ATTACK / "client-fixed.yaml")
VULNERABLE = cogsim.load(ATTACK / "application.yaml", ATTACK / "client-vulnerable.yaml")

BUCKET = "documents-444455556666"
TENANTS = ("acme", "globex")
#: The documents of the world that are not acme's.
FOREIGN = tuple(key for key in FIXED.objects[BUCKET] if not key.startswith("acme/"))
#: What people try to call themselves: tenants, parts of paths, wildcards, nothing.
NAMES = st.sampled_from([*TENANTS, "", "*", "acme/..", "globex/", "Globex", "initech"])


@cache
def signed_in(world: cogsim.World) -> tuple[cogsim.Simulation, SignedIn, IdentitySession]:
    sim = cogsim.Simulation(world, seed="people")
    session = sim.sign_in("mallory")
    return sim, session, sim.credentials(session)


class People(RuleBasedStateMachine):
    """Mallory of acme does what any signed-in person can do, in any order, as often as she likes."""

    world: cogsim.World

    @initialize()
    def begin(self) -> None:
        """Everybody begins from one fork of the same morning: she has signed in and holds credentials."""
        morning, self.session, self.credentials = signed_in(self.world)
        self.sim = morning.fork()

    def attempt(self, operation: str, **params: object) -> bool:
        """Make the call; what AWS refuses is no news."""
        try:
            answer = self.sim.call(operation, params, self.credentials)
        except AwsError:
            return False
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

    @rule(anew=st.booleans())
    def come_back(self, anew: bool) -> None:
        """Sign in anew or refresh, and take new credentials."""
        self.session = self.sim.sign_in("mallory") if anew else self.sim.refresh(self.session)
        try:
            self.credentials = self.sim.credentials(self.session)
        except AwsError:
            return

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
    def what_is_not_of_her_tenant_stays_closed(self) -> None:
        """After whatever she did, she tries every document that was never her tenant's, through the door."""
        for key in FOREIGN if hasattr(self, "sim") else ():
            assert not self.attempt("s3:GetObject", Bucket=BUCKET, Key=key), f"mallory of acme has read {key}"


class InTheFixedWorld(People):
    world = FIXED


class InTheVulnerableWorld(People):
    world = VULNERABLE


MODERATE = settings(
    max_examples=20,
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
    story = "\n".join(getattr(found.value, "__notes__", [])) + str(found.value) + capsys.readouterr().out
    for step in ("rename_her_tenant(tenant='globex')", "come_back", "mallory of acme has read globex/plan.txt"):
        assert step in story
