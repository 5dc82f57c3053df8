"""What a handler holds while it answers one call: the world and state as they are now, and the way to change them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from cogsim.aws.call import Call, Credentials, Outcome, ServicePrincipal
from cogsim.aws.state import State
from cogsim.decision import Decision, Refusal, Step
from cogsim.decisions.caller import caller_arn
from cogsim.entropy import Draw
from cogsim.errors import AwsError
from cogsim.policy.layers import Result
from cogsim.world.world import World

if TYPE_CHECKING:
    from cogsim.aws.cloud import Cloud
    from cogsim.decisions.caller import Caller

T = TypeVar("T")


class CallContext:
    """One call in progress. World and state are always read anew: a child call may have changed them meanwhile."""

    __slots__ = ("_cloud", "call", "caller", "children", "number", "steps")

    def __init__(self, cloud: Cloud, call: Call, caller: Caller, number: int) -> None:
        self._cloud = cloud
        self.call = call
        self.caller = caller
        self.number = number
        self.steps: list[Step] = []
        self.children: list[Outcome] = []

    @property
    def world(self) -> World:
        return self._cloud.world

    @property
    def state(self) -> State:
        return self._cloud.state

    @property
    def functions(self) -> Mapping[str, Callable[[dict[str, Any]], Any]]:
        """The callables that stand for Lambda functions, by ARN or name."""
        return self._cloud.functions

    @property
    def now(self) -> float:
        """The instant of the call, in seconds since the epoch."""
        return self.call.at

    @property
    def caller_arn(self) -> str:
        return caller_arn(self.caller)

    @property
    def region(self) -> str:
        return self.call.origin.region

    @property
    def partition(self) -> str:
        return self.call.origin.partition

    def update_world(self, change: Callable[[World], World]) -> None:
        """Apply `change` to the current world; never assign a world read before a child call."""
        self._cloud.world = change(self._cloud.world)

    def update_state(self, change: Callable[[State], State]) -> None:
        """Apply `change` to the current state."""
        self._cloud.state = change(self._cloud.state)

    def draw(self, *stream: str) -> Draw:
        """The next draw of the stream of that name."""
        drawn, self._cloud.state = self._cloud.state.drawn(self._cloud.seed, stream)
        return drawn

    def take(self, decision: Decision[T]) -> T:
        """Put the decision's steps on record and give its value."""
        self.steps.extend(decision.steps)
        return decision.value

    def require(self, decision: Decision[T | Refusal]) -> T:
        """Like `take`; a refusal is raised as the AWS error it stands for."""
        value = self.take(decision)
        if isinstance(value, Refusal):
            raise AwsError(value.code, value.message)
        return value

    def may(
        self,
        action: str,
        resource: str,
        context: Mapping[str, Any] | None = None,
        resource_account: str | None = None,
        wildcard_only: bool = False,
    ) -> Decision[Result]:
        """Whether the caller may do `action` on `resource`; an answer only, the handler decides what depends on it."""
        return self._cloud.permissions.may(
            self.world,
            self.caller,
            action,
            resource,
            origin=self.call.origin,
            now=self.now,
            context=context or {},
            resource_account=resource_account,
            wildcard_only=wildcard_only,
        )

    def submit(
        self,
        operation: str,
        params: Mapping[str, Any],
        credentials: Credentials | ServicePrincipal | None = None,
        region: str | None = None,
    ) -> Outcome:
        """Make a child call through the same door: services meet nowhere else. The outcome is kept with this call's;
        it is made in this call's region unless `region` names another."""
        origin = self.call.origin if region is None else replace(self.call.origin, region=region)
        child = Call(operation, params, credentials, origin, self.now)
        outcome = self._cloud.submit_child(child, self)
        self.children.append(outcome)
        return outcome
