"""The fixture `cogsim_world` for people who test their own code: a world file in, boto3 clients out.

    def test_a_tenant_reads_its_own_documents(cogsim_world):
        world = cogsim_world("world.yaml")
        alice = world.sign_in("alice")
        world.assert_allowed(alice, "s3:GetObject", "arn:aws:s3:::data/acme/plan.txt")
        assert world.client("s3", alice).get_object(Bucket="data", Key="acme/plan.txt")

When a test fails, its report shows the trail of each world it used.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from cogsim.actors.app import IdentitySession
    from cogsim.actors.signing import Signer
    from cogsim.decision import Decision
    from cogsim.policy.layers import Result
    from cogsim.serve.boto import SimulatedSession
    from cogsim.simulation import Simulation

_WORLDS = pytest.StashKey[list["TestedWorld"]]()
_LAST_EVENTS = 20


class TestedWorld:
    """A simulation for a test, with boto3 on it; `simulation` is the whole of it."""

    __test__ = False  # a helper, whatever its name begins with

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation

    def session(self, who: Signer = None, region: str | None = None) -> SimulatedSession:
        """A boto3 session that signs as `who`; a context manager that covers the sessions of the code under test."""
        from cogsim.serve.boto import session

        return session(self.simulation, who, region)

    def client(self, service: str, who: Signer = None, region: str | None = None) -> Any:
        """A boto3 client of `service` that signs as `who`."""
        return self.session(who, region).client(service)

    def sign_in(self, person: str, identity_pool: str | None = None, **more: Any) -> IdentitySession:
        """A person's AWS credentials: signed in through their user pool, exchanged at the identity pool."""
        return self.simulation.credentials(self.simulation.sign_in(person, **more), identity_pool)

    def decide(
        self, who: Signer, action: str, resource: str, context: Mapping[str, Any] | None = None
    ) -> Decision[Result]:
        """Whether `who` may do `action` on `resource` now, with every reason."""
        return self.simulation.can(who, action, resource, context)

    def assert_allowed(self, who: Signer, action: str, resource: str, **context: Any) -> None:
        """Fail with the reasons where it is denied; `aws__SourceIp=` stands for the key `aws:SourceIp`."""
        self._assert(who, action, resource, context, allowed=True)

    def assert_denied(self, who: Signer, action: str, resource: str, **context: Any) -> None:
        """Fail with the reasons where it is allowed."""
        self._assert(who, action, resource, context, allowed=False)

    def _assert(self, who: Signer, action: str, resource: str, context: Mapping[str, Any], *, allowed: bool) -> None:
        __tracebackhide__ = True
        keys = {name.replace("__", ":"): value for name, value in context.items()}
        decision = self.decide(who, action, resource, keys)
        if decision.value.allowed != allowed:
            wanted = "allowed" if allowed else "denied"
            pytest.fail(f"{action} on {resource} should be {wanted}, and is not:\n{decision}", pytrace=False)

    @property
    def trail(self) -> list[dict[str, Any]]:
        """The CloudTrail records of what happened."""
        return self.simulation.trail


@pytest.fixture
def cogsim_world(request: pytest.FixtureRequest) -> Callable[..., TestedWorld]:
    """Loads worlds: `cogsim_world(*files, seed="…", start="…")`, each with a simulation of its own."""
    used: list[TestedWorld] = []
    request.node.stash[_WORLDS] = used

    def load(*files: Any, seed: str = "cogsim", start: str | float | None = None) -> TestedWorld:
        from cogsim.load import load as load_files
        from cogsim.simulation import Simulation

        world = TestedWorld(Simulation(load_files(*files), seed, start))
        used.append(world)
        return world

    return load


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
    """Add the trail of each world to the report of a test that failed."""
    outcome = yield
    report = outcome.get_result()
    if report.when == "call" and report.failed:
        for world in item.stash.get(_WORLDS, []):
            report.sections.append(("cogsim trail", _told(world.trail)))


def _told(trail: list[dict[str, Any]]) -> str:
    """The last events, a line each: time, who, what, and the error."""
    lines = []
    for event in trail[-_LAST_EVENTS:]:
        who = event.get("userIdentity", {})
        name = who.get("arn") or who.get("type") or "somebody"
        error = f" {event['errorCode']}: {event.get('errorMessage', '')}" if "errorCode" in event else ""
        given = json.dumps(event.get("requestParameters"), sort_keys=True, default=str)
        lines.append(f"{event['eventTime']} {name} {event['eventSource']}:{event['eventName']} {given[:160]}{error}")
    return "\n".join(lines) or "nothing happened"
