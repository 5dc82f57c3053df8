"""The one door: every call, whoever makes it, is modelled, authenticated, validated, authorised, handled and recorded.

The order of the stages is AWS's own as far as it can be seen, and a later stage never runs where an earlier one failed:

1. model: the operation exists and is declared (`InputError`, `NotModelled`);
2. authenticate: credentials to caller, or the AWS error; an unsigned operation takes no notice of credentials; some
   sessions may not call some operations at all;
3. validate: the members against the published shape, then against the handler's ledger; count the request where the
   world has rate limits;
4. authorise: the actions the operation requires, or the other decision it names;
5. handle; 6. respond; 7. record: the outcome keeps its place in the total order, reserved on entry.

What AWS refuses becomes an outcome with its error, and the effects of child calls made before it stay, as on AWS. What
cogsim cannot answer (`NotModelled`, bad input, a bug) is raised, and world and state are as they were before the call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableSequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from cogsim.aws.authenticate import authenticate, missing
from cogsim.aws.call import Call, Credentials, Outcome, ServicePrincipal
from cogsim.aws.context import CallContext
from cogsim.aws.gaps import reason
from cogsim.aws.mailbox import delivered
from cogsim.aws.model import OperationShape, check_members, check_params, operation_shape
from cogsim.aws.operation import Operation, Requirement, declared_operations
from cogsim.aws.permissions import Permissions
from cogsim.aws.rate_limits import count_request
from cogsim.aws.state import State
from cogsim.clock import Clock
from cogsim.decision import Basis, Decision, Step
from cogsim.decisions.authorization import resource_owner
from cogsim.decisions.authorization_message import unauthorized_operation
from cogsim.decisions.call_origin import CallOrigin
from cogsim.decisions.caller import Anonymous, Caller, principal_of
from cogsim.decisions.request_context import request_context
from cogsim.decisions.session_reach import session_reach
from cogsim.errors import AwsError, NotModelled
from cogsim.policy.layers import Result
from cogsim.policy.reference.denial import access_denied_message
from cogsim.policy.request import Request
from cogsim.world.world import World

#: Services that admit unsigned requests to operations which botocore signs; their policies decide. # s3:anonymous
_ADMIT_ANONYMOUS = frozenset({"s3"})

_UNSIGNED = Step(
    "does the operation take a signature?", "no", "IAM policies are not consulted", "idp:api-auth", Basis.DOCUMENTED
)


#: What stands for Lambda functions in code, by ARN or name: each takes an event and returns it.
Functions = Mapping[str, Callable[[dict[str, Any]], Any]]


@dataclass(frozen=True, slots=True)
class Advance:
    """A move of the clock, in the log between the calls: by `seconds`, from the instant `at`."""

    seconds: float
    at: float


@dataclass(frozen=True, slots=True)
class Standing:
    """What calls have made of a cloud: everything that its further answers depend on, beside its world at the start,
    seed and functions. `now` and `start` are seconds since the epoch; `numbers` counts the calls, children included."""

    world: World
    state: State
    now: float
    start: float
    numbers: int


class Cloud:
    """A running cloud: the world and the state as they are now, the clock, the seed, and the log of what happened."""

    __slots__ = ("_numbers", "clock", "functions", "initial", "log", "permissions", "seed", "start", "state", "world")

    def __init__(
        self, world: World, seed: str = "cogsim", clock: Clock | None = None, functions: Functions | None = None
    ) -> None:
        self.world = world
        self.initial = world
        self.functions: Functions = dict(functions or {})
        self.state = State()
        self.seed = seed
        self.clock = clock or Clock()
        self.start = self.clock.now
        self.log: MutableSequence[Outcome | Advance] = []
        self._numbers = 0
        self.permissions = Permissions()

    @classmethod
    def resume(
        cls,
        initial: World,
        seed: str,
        standing: Standing,
        log: MutableSequence[Outcome | Advance],
        functions: Functions | None = None,
    ) -> Cloud:
        """The cloud that stood so, after what is in `log`, and began with the world `initial`."""
        cloud = cls(initial, seed, Clock(standing.now), functions)
        cloud.world, cloud.state, cloud.start = standing.world, standing.state, standing.start
        cloud.log, cloud._numbers = log, standing.numbers
        return cloud

    @property
    def standing(self) -> Standing:
        """How the cloud stands now."""
        return Standing(self.world, self.state, self.clock.now, self.start, self._numbers)

    @property
    def next_number(self) -> int:
        """The place in the total order that the next call gets."""
        return self._numbers

    def submit(self, call: Call) -> Outcome:
        """Answer one call; AWS's refusals are outcomes, never exceptions. A call that names no instant is made now."""
        now = max(call.at, self.clock.now)
        before = (self.world, self.state, self._numbers)
        try:
            timed = Call(call.operation, call.params, call.credentials, call.origin, now)
            outcome = self._answer(timed)
        except BaseException:
            self.world, self.state, self._numbers = before
            raise
        self.clock.advance_to(now)
        self.log.append(outcome)
        return outcome

    def submit_child(self, call: Call, _parent: CallContext) -> Outcome:
        """Answer a call that a handler makes; it is kept with its parent's outcome, not in the log."""
        return self._answer(call)

    def call(
        self,
        operation: str,
        params: Mapping[str, Any] | None = None,
        credentials: Credentials | ServicePrincipal | None = None,
        origin: CallOrigin | None = None,
    ) -> Mapping[str, Any]:
        """The response to one call made now, or its AwsError raised."""
        return self.submit(Call(operation, params or {}, credentials, origin or self.origin())).unwrap()

    def origin(self) -> CallOrigin:
        """Where calls come from when nothing says otherwise: the world's home region and partition."""
        return CallOrigin(region=self.world.home.region, partition=self.world.home.partition)

    def advance(self, seconds: float) -> None:
        """Move the clock forward."""
        self.log.append(Advance(seconds, self.clock.now))
        self.clock.advance(seconds)

    def fork(self) -> Cloud:
        """A cloud that is this one until either is called again."""
        return Cloud.resume(self.initial, self.seed, self.standing, copy(self.log), self.functions)

    def _answer(self, call: Call) -> Outcome:
        number, heard = self._numbers, delivered(self.state)
        self._numbers += 1
        shape, operation = _prepared(call.operation)
        check_members(shape, call.params)
        caller: Caller = Anonymous()
        ctx = CallContext(self, call, caller, number)
        try:
            ctx.caller = caller = _caller(self, call, shape)
            _check_reach(ctx)
            check_params(shape, call.params)
            _check_ledger(operation, call.params)
            if self.world.rate_limits is not None and call.service == "cognito-idp":
                count_request(ctx, self.world.rate_limits, public=shape.unsigned)
            _authorise(ctx, shape, operation)
            given = {k: v for k, v in call.params.items() if k in operation.takes and v is not None}
            response = operation.handler(ctx, **given)
        except AwsError as error:
            decision = _decision(ctx, error.code, error)
            return Outcome(call, number, caller, None, error, decision, tuple(ctx.children), self.world, heard)
        decision = _decision(ctx, "Success")
        return Outcome(call, number, caller, response, None, decision, tuple(ctx.children), self.world, heard)


@cache
def _prepared(name: str) -> tuple[OperationShape, Operation]:
    """The shape and the declaration of an operation, held against each other once."""
    shape = operation_shape(name)
    operation = declared_operations(name.partition(":")[0]).get(name)
    if operation is None:
        raise NotModelled(name, hint=reason(name))
    strangers = (operation.takes | operation.ignores) - shape.members
    if strangers:
        raise RuntimeError(f"{name} has no member {', '.join(sorted(strangers))}")
    stated = operation.requires is not None or operation.authorise is not None
    if stated == shape.unsigned and operation.authorise is None:
        word = "takes no signature, yet states" if shape.unsigned else "takes a signature and does not state"
        raise RuntimeError(f"{name} {word} what it requires")
    return shape, operation


def _caller(cloud: Cloud, call: Call, shape: OperationShape) -> Caller:
    if shape.unsigned and not isinstance(call.credentials, ServicePrincipal):
        return Anonymous()
    caller = authenticate(cloud.world, cloud.state, call, shape.protocol)
    if isinstance(caller, Anonymous) and call.service not in _ADMIT_ANONYMOUS:
        raise missing(shape.protocol, shape.name.partition(":")[0])
    return caller


def _check_reach(ctx: CallContext) -> None:
    """Some credentials open some operations only, whatever policies say. # ug:temp-credentials"""
    check = session_reach(ctx.caller, ctx.call.operation)
    if check is not None:
        ctx.require(check)


def _check_ledger(operation: Operation, params: Mapping[str, Any]) -> None:
    for member, value in params.items():
        if member not in operation.takes and member not in operation.ignores and value is not None:
            raise NotModelled(operation.name, member, reason(operation.name, member))


def _authorise(ctx: CallContext, shape: OperationShape, operation: Operation) -> None:
    """Every required action must be allowed; the first that is not is named in the error. # ug:eval-logic"""
    if operation.authorise is not None:
        ctx.require(operation.authorise(ctx, ctx.call.params))
    elif operation.requires is None:
        ctx.steps.append(_UNSIGNED)
    else:
        for need in operation.requires(ctx, ctx.call.params):
            decision = ctx.may(need.action, need.resource, need.context, need.resource_account, need.wildcard_only)
            if not ctx.take(decision).allowed:
                raise _denied(ctx, shape.protocol, need, decision)


def _denied(ctx: CallContext, protocol: str, need: Requirement, decision: Decision[Result]) -> AwsError:
    """The refusal in the service's words: S3 says no more than the code, and EC2 seals what decided.
    # ug:access-denied"""
    if protocol == "rest-xml":
        return AwsError("AccessDenied", "Access Denied")
    code = "AccessDenied" if protocol == "query" else "AccessDeniedException"
    owner, _ = resource_owner(ctx.world, ctx.caller, need.resource, need.resource_account)
    request = Request(principal_of(ctx.caller), need.action, need.resource, owner)
    if protocol == "ec2":
        keys = request_context(ctx.world, ctx.caller, origin=ctx.call.origin, now=ctx.now, extra=need.context)
        return AwsError("UnauthorizedOperation", unauthorized_operation(decision, replace(request, context=keys)))
    return AwsError(code, access_denied_message(decision, request))


def _decision(ctx: CallContext, value: str, error: AwsError | None = None) -> Decision[Any]:
    """The steps that decisions left on the way; an error met before any of them is the only thing to tell."""
    told = f"{ctx.call.service} answers: {error.message or error.code}" if error is not None else ""
    refused = Step("does the call come through?", "no", told, basis=Basis.OBSERVED, decides=True)
    return Decision(value, tuple(ctx.steps) or (refused,))
