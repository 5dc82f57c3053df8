"""What a step should have given, held against what it gave: each expectation that fails is a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from cogsim.arn import Arn
from cogsim.aws.call import Outcome
from cogsim.clock import instant
from cogsim.decisions.caller import RoleSession
from cogsim.errors import AwsError, InputError, suggest
from cogsim.markup import step_text
from cogsim.scenario.document import Expectation, Expected
from cogsim.scenario.references import Reference, evaluate
from cogsim.scenario.result import calls, deciding
from cogsim.scenario.saved import walk

#: The codes by which AWS refuses somebody for who they are, and not for what they sent.
DENIALS = frozenset(
    (
        *("AccessDenied", "AccessDeniedException", "NotAuthorizedException", "ForbiddenException"),
        *("UnauthorizedException", "UnauthorizedOperation", "ExpiredToken", "ExpiredTokenException"),
        *("InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "SignatureDoesNotMatch"),
        *("MissingAuthenticationToken", "MissingAuthenticationTokenException", "InvalidSignatureException"),
        *("InvalidIdentityToken", "IDPRejectedClaim"),
    )
)

#: Members of responses whose values are shown nowhere.
_SECRET = frozenset(
    (
        *("IdToken", "AccessToken", "RefreshToken", "Session", "SecretKey", "SecretAccessKey", "SessionToken", "Token"),
        *("AuthenticationResult", "Credentials", "ClientSecret", "SecretCode", "SECRET_BLOCK", "AccessKey"),
    )
)

ValueOf = Callable[[Reference], Any]


def unmet(
    expect: Expectation,
    outcomes: tuple[Outcome, ...],
    error: AwsError | None,
    response: Mapping[str, Any],
    value_of: ValueOf,
) -> tuple[str, ...]:
    """A sentence for each expectation that `outcomes`, ended by `error` or by `response`, do not meet."""
    found: list[str] = []
    found += _error(expect, outcomes, error)
    denied = error is not None and error.code in DENIALS
    if expect.allowed is not None and expect.allowed == denied:
        wanted, got = ("denied", "allowed") if not expect.allowed else ("allowed", "denied")
        found.append(f"expected the call to be {wanted}, and it was {got}{_because(outcomes)}")
    if expect.role is not None:
        found += _role(evaluate(expect.role, value_of), outcomes)
    for expected in expect.response:
        if error is None:
            found += _response(expected, response, value_of)
    for expected in expect.because:
        found += _fact(expected, outcomes, value_of)
    return tuple(found)


def _error(expect: Expectation, outcomes: tuple[Outcome, ...], error: AwsError | None) -> Iterator[str]:
    if error is None:
        if expect.error is not None:
            yield f"expected the error {expect.error}, and the call was answered{_because(outcomes)}"
    elif expect.either:
        return
    elif expect.error is None:
        if expect.allowed is not False or error.code not in DENIALS:
            yield f"{error}{_because(outcomes)}"
    elif expect.error != error.code:
        yield f"expected the error {expect.error}, and got {error}{_because(outcomes)}"
    elif expect.message is not None and expect.message not in error.message:
        yield f"expected the message to say {expect.message!r}, and it says {error.message!r}"


def _because(outcomes: tuple[Outcome, ...]) -> str:
    return f"; {step_text(deciding(outcomes[-1]))}" if outcomes else ""


def assumed_role(outcomes: tuple[Outcome, ...]) -> str | None:
    """The role that the calls assumed last, else the one they were made with."""
    everything = [each for top in outcomes for each in calls(top)]
    for each in reversed(everything):
        if each.call.operation.startswith("sts:AssumeRole") and each.error is None:
            return str(each.call.params.get("RoleArn"))
    for each in reversed(everything):
        if isinstance(each.caller, RoleSession):
            return each.caller.role_arn
    return None


def _role(expected: Any, outcomes: tuple[Outcome, ...]) -> Iterator[str]:
    arn = assumed_role(outcomes)
    names = (None,) if arn is None else (arn, Arn.parse(arn).resource.rpartition("/")[2])
    if expected not in names:
        yield f"expected the role {expected}, and it was {arn or 'none'}{_because(outcomes)}"


def _response(expected: Expected, response: Mapping[str, Any], value_of: ValueOf) -> Iterator[str]:
    """A value that is secret on AWS is compared, and not shown."""
    wanted = evaluate(expected.value, value_of)
    path = Reference("response", tuple(expected.name.split(".")), expected.location)
    try:
        got = walk(response, path)
    except InputError as error:
        if wanted is not None:
            near = f" (did you mean {error.suggestion.removeprefix('$response.')!r}?)" if error.suggestion else ""
            yield f"expected {expected.name}: {error.message.replace('$response', 'the response')}{near}"
        return
    if not same(wanted, got):
        if _SECRET.intersection(path.path):
            yield f"expected another {expected.name} than the one answered"
        else:
            yield f"expected {expected.name} to be {_shown(wanted)}, and it is {_shown(got)}"


def same(wanted: Any, got: Any) -> bool:
    """Whether a value written in a scenario is the value `got`: scalars by the kind that `got` is."""
    match got:
        case None | bool():
            return wanted is got
        case bytes():
            return isinstance(wanted, bytes | str) and got == (wanted.encode() if isinstance(wanted, str) else wanted)
        case datetime():
            return _instant_of(wanted) == got.timestamp()
        case int() | float():
            return _number_of(wanted) == got
        case str():
            return not isinstance(wanted, Mapping | list) and wanted is not None and _text_of(wanted) == got
        case Mapping():
            return (
                isinstance(wanted, Mapping)
                and set(wanted) == set(got)
                and all(same(wanted[name], got[name]) for name in sorted(wanted))
            )
        case list() | tuple():
            return (
                isinstance(wanted, list | tuple)
                and len(wanted) == len(got)
                and all(same(one, other) for one, other in zip(wanted, got, strict=True))
            )
        case _:
            return bool(wanted == got)


def _text_of(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _number_of(value: Any) -> float | None:
    try:
        return None if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None


def _instant_of(value: Any) -> float | None:
    if isinstance(value, datetime):
        return value.timestamp()
    try:
        return instant(value) if isinstance(value, str) else _number_of(value)
    except InputError:
        return None


def _fact(expected: Expected, outcomes: tuple[Outcome, ...], value_of: ValueOf) -> Iterator[str]:
    """A fact may be stated by any step of any decision on the way; what a step asked and answered is one too."""
    wanted = _text_of(evaluate(expected.value, value_of))
    steps = [step for top in outcomes for each in calls(top) for step in each.decision.steps]
    facts = [fact for step in steps for fact in ((step.question, step.answer), *step.facts)]
    values = tuple(dict.fromkeys(value for name, value in facts if name == expected.name))
    if wanted in values:
        return
    if values:
        yield f"expected it because {expected.name} is {wanted!r}, and it is {', '.join(map(repr, values))}"
        return
    near = suggest(expected.name, tuple(dict.fromkeys(name for name, _ in facts)))
    names = tuple(dict.fromkeys(name for step in steps for name, _ in step.facts))
    known = f"did you mean {near!r}?" if near else f"the decisions state {', '.join(names) or 'no facts'}"
    yield f"expected it because {expected.name} is {wanted!r}: nothing states {expected.name!r} ({known})"


def _shown(value: Any) -> str:
    return repr(value.decode("utf-8", "replace")) if isinstance(value, bytes) else repr(value)
