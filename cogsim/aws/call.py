"""What goes in at the door and what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cogsim.decision import Decision
from cogsim.decisions.call_origin import CallOrigin
from cogsim.errors import AwsError

if TYPE_CHECKING:
    from cogsim.decisions.caller import Caller
    from cogsim.world.world import World


@dataclass(frozen=True, slots=True)
class Credentials:
    """A key pair, with the session token where the key is temporary."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ServicePrincipal:
    """An AWS service that calls another: how the services behind the door meet."""

    name: str
    source_account: str | None = None
    source_arn: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One call of one operation. `operation` is `service:Operation` with botocore's service name; `at` in seconds."""

    operation: str
    params: Mapping[str, Any] = field(repr=False)  # passwords and tokens among them
    credentials: Credentials | ServicePrincipal | None = None
    origin: CallOrigin = field(default_factory=CallOrigin)
    at: float = 0.0

    @property
    def service(self) -> str:
        return self.operation.partition(":")[0]

    @property
    def name(self) -> str:
        return self.operation.partition(":")[2]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to a call: a response or AWS's error, the decisions made on the way, and the calls it caused.

    `number` is the call's place in the total order, reserved on entry: a child's is greater than its parent's.
    `world` is the world as the call left it: the trail looks up there whose the pool, role or bucket was. `delivered`
    counts the messages that had been sent when the call was made: what its caller can have read.
    """

    call: Call
    number: int
    caller: Caller
    response: Mapping[str, Any] | None = field(repr=False)
    error: AwsError | None
    decision: Decision[Any]
    children: tuple[Outcome, ...] = ()
    world: World | None = field(default=None, compare=False, repr=False)
    delivered: int = field(default=0, compare=False, repr=False)

    def unwrap(self) -> Mapping[str, Any]:
        """The response, or the error raised."""
        if self.error is not None:
            raise self.error
        assert self.response is not None
        return self.response
