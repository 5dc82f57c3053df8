"""`cogsim decide`: single decisions, one JSON object a line in and one a line out."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any

import click

from cogsim.errors import CogsimError, InputError, Location

if TYPE_CHECKING:
    from cogsim.policy.layers import Layers
    from cogsim.policy.request import Request

MAX_LINE = 10 * 1024 * 1024
"""Bytes of one line; of a longer one nothing is read."""


@click.command("decide", short_help="Decide requests against policies, one JSON object a line.")
@click.argument("file", type=click.Path(allow_dash=True), metavar="FILE.jsonl")
@click.option("--explain", is_flag=True, help="Add AWS's sentence, every step, and the nearest change.")
@click.option("--unknown", multiple=True, metavar="KEY", help="Leave a condition key open; may be repeated.")
def command(file: str, explain: bool, unknown: tuple[str, ...]) -> int:
    """Decide each line of FILE (`-` is standard input): a request with the policies of every layer that bear on it.

    A line that cannot be read or decided gives an object with "error" in its place; the others are decided all the
    same, and the exit code is 2. With --unknown the answer is the condition on the open keys under which each of the
    three results holds.

    \b
    Example:
      cogsim decide cases.jsonl --explain
    """
    code = 0
    with click.open_file(file, "rb") as lines:
        for number, line in _lines(lines):
            answer = _answer(line, Location("standard input" if file == "-" else file, number), explain, unknown)
            code = 2 if "error" in answer else code
            click.echo(json.dumps(answer))
    return code


def _lines(stream: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """Every line that is not blank with its number from 1; None for one that is too long."""
    number = 0
    while piece := stream.readline(MAX_LINE + 1):
        number += 1
        too_long = len(piece) > MAX_LINE
        while too_long and piece and not piece.endswith(b"\n"):
            piece = stream.readline(MAX_LINE)
        if too_long or piece.strip():
            yield number, None if too_long else piece


def _answer(line: bytes | None, place: Location, explain: bool, unknown: tuple[str, ...]) -> dict[str, Any]:
    from cogsim.policy.case import case, read_case

    identity: Any = None
    try:
        if line is None:
            raise InputError(f"the line is longer than {MAX_LINE} bytes")
        written = read_case(line.decode("utf-8-sig"))
        identity = _identity(written.get("id"))
        layers, request = case(written)
        result = _opened(layers, request, unknown) if unknown else _decided(layers, request, explain)
    except (CogsimError, UnicodeDecodeError, RecursionError) as wrong:
        said = "nested too deeply" if isinstance(wrong, RecursionError) else str(wrong)
        return {"id": identity, "error": f"{place}: {said}"}
    return {"id": identity, **result}


def _decided(layers: Layers, request: Request, explain: bool) -> dict[str, Any]:
    from cogsim.cli.output import step_dict
    from cogsim.policy.reference.decide import decide
    from cogsim.policy.reference.denial import access_denied_message
    from cogsim.policy.reference.nearest import nearest_change

    decision = decide(layers, request)
    answer: dict[str, Any] = {"result": str(decision.value)}
    if explain:
        change = nearest_change(layers, request)
        answer["message"] = None if decision.value.allowed else access_denied_message(decision, request)
        answer["steps"] = [step_dict(step) for step in decision.steps]
        answer["nearest"] = None if change is None else {"kind": str(change.kind), "change": str(change)}
    return answer


def _opened(layers: Layers, request: Request, unknown: tuple[str, ...]) -> dict[str, Any]:
    """The result where it does not depend on the open keys, else null; and when each possible result holds."""
    from cogsim.policy.symbolic.open_keys import open_decision

    cases = open_decision(layers, request, unknown).cases
    sure = str(cases[0][0]) if len(cases) == 1 else None
    return {"result": sure, "cases": [{"result": str(result), "if": str(when)} for result, when in cases]}


def _identity(written: object) -> Any:
    """The id as it was written, where it is one value."""
    from cogsim.policy.text import JsonNumber

    if isinstance(written, JsonNumber):
        number = float(written)
        return json.loads(written) if math.isfinite(number) and len(written) < 100 else str(written)
    return written if isinstance(written, str | bool) else None
