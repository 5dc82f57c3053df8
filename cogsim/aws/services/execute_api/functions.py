"""Lambda functions behind APIs: what is given in code or declared answers; another is never guessed at."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.decision import Decision, Step, decided
from cogsim.decisions.api_function_rules import Thrown, answer_of, find_function
from cogsim.errors import CogsimError, NotModelled
from cogsim.world.trigger_shapes import function_name

#: What a function returned or threw.
Output = Any

_SOURCE = "apigw:lambda-authorizer"


def is_known(ctx: CallContext, arn: str) -> bool:
    """Whether something says what the function answers."""
    return _given(ctx, arn) is not None or find_function(ctx.world, arn) is not None


def ask(ctx: CallContext, arn: str, event: Mapping[str, Any], role: str) -> Decision[Output]:
    """What the function answers to `event`; NotModelled where nothing says so. `role` names what it is there for."""
    given = _given(ctx, arn)
    if given is not None:
        return _by_callable(given, event)
    declared = find_function(ctx.world, arn)
    if declared is None:
        hint = f"nothing says what {arn} answers; declare it as a Cogsim::ApiFunction with this Function, or give a "
        raise NotModelled(f"{role} {arn}", hint=f"{hint}callable: Simulation(functions={{…}})")
    return answer_of(ctx.world, declared, event, now=ctx.now)


def _given(ctx: CallContext, arn: str) -> Any:
    return ctx.functions.get(arn) or ctx.functions.get(function_name(arn) or "")


def _by_callable(given: Any, event: Mapping[str, Any]) -> Decision[Output]:
    """The function gets a copy: what it does to it reaches nobody."""
    question = "what does the function answer?"
    try:
        output = given(copy.deepcopy(dict(event)))
    except CogsimError:
        raise
    except Exception as error:  # whatever a function throws, the gateway answers the same
        step = Step(question, f"the error {str(error)[:80]}", "a function given in code", _SOURCE)
        return decided(Thrown(str(error)), step)
    said = ", ".join(sorted(map(str, output))) if isinstance(output, Mapping) else type(output).__name__
    return decided(output, Step(question, said or "nothing", "a function given in code", _SOURCE))
