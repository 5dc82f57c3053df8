"""Every table in tests/cases, asked of every reading of the policy language.

A file has a `source` for all its rows, `cases` as in policy_guide.yaml, and tables whose rows are single decisions:
`conditions` [operator, values, request value, holds], `actions`, `not_actions`, `resources`, `not_resources` [patterns,
what is asked, fits], and `principals` [caller, principal element, do the caller's own policies allow, result].
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from cogsim.policy.compiled.stack import compile as compiled
from cogsim.policy.reference.decide import decide
from cogsim.policy.request import Context
from cogsim.policy.symbolic.atoms import OpenKey
from cogsim.policy.symbolic.open_keys import open_decision
from cogsim.sources import source
from tests.generators.policy_cases import spelled_out

CASES = Path(__file__).parents[2] / "cases"
FILES = sorted(path for path in CASES.glob("*.yaml") if path.name != "policy_guide.yaml")
EVERYTHING = {"Allow": "*", "at": "*"}
ARNS = {"s3": "arn:aws:s3:::b/k", "s3-outposts": "arn:aws:s3-outposts:us-east-1:111122223333:outpost/o"}


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a file in the form of `cases`; every table's row asks an Allow, and the same as a Deny."""
    table = yaml.safe_load(path.read_text(encoding="utf-8"))
    head = {"source": table["source"], "file": path.stem}
    for row in table.get("cases", []):
        yield head | row
    for operator, values, value, holds in table.get("conditions", []):
        context = {} if value == "absent" else {"x:k": value}
        asked = {"Allow": "*", "at": "*", "if": {operator: {"x:k": values}}}
        yield from both(head | {"name": f"{operator} {values} of {value}", "context": context}, asked, holds)
    for element, key in (("actions", "Allow"), ("not_actions", "AllowNot")):
        for patterns, action, fits in table.get(element, []):
            yield from both(
                head | {"name": f"{key} {patterns}: {action}", "action": action}, {key: patterns, "at": "*"}, fits
            )
    for element, key in (("resources", "at"), ("not_resources", "not_at")):
        for patterns, resource, fits in table.get(element, []):
            asked = head | {
                "name": f"{key} {patterns}: {resource}",
                "at": resource,
                "action": f"{resource.split(':')[2]}:Act",
            }
            yield from both(asked, {"Allow": "*", key: patterns}, fits)
    for caller, principal, own, result in table.get("principals", []):
        row = head | {"name": f"{caller} by {principal}, own {own}", "caller": caller, "expect": result}
        yield row | {"resource": EVERYTHING | {"to": principal}, **({"identity": EVERYTHING} if own else {})}


def both(row: dict[str, Any], statement: dict[str, Any], applies: bool) -> Iterator[dict[str, Any]]:
    yield row | {"identity": statement, "expect": "Allowed" if applies else "ImplicitlyDenied"}
    denying = {("Deny" + key[5:] if key.startswith("Allow") else key): value for key, value in statement.items()}
    expect = "ExplicitlyDenied" if applies else "Allowed"
    yield row | {"name": row["name"] + ", denied", "identity": [EVERYTHING, denying], "expect": expect}


CORPUS = [row for path in FILES for row in rows(path)]


def name(row: dict[str, Any]) -> str:
    return f"{row['file']}: {row['name']}"


@pytest.mark.parametrize("row", CORPUS, ids=name)
def test_every_reading_gives_the_documented_answer(row: dict[str, Any]) -> None:
    layers, request = spelled_out(row)
    decision = decide(layers, request)
    assert decision.value == row["expect"], str(decision)
    deciding = [dict(step.facts) for step in decision.deciding]
    assert any(row.get("by", {}).items() <= facts.items() for facts in deciding), str(decision)
    assert all(source(step.source) for step in decision.steps)
    assert str(compiled(layers).effect(request)) == row["expect"]


@pytest.mark.parametrize("row", CORPUS, ids=name)
def test_the_answer_over_open_keys_agrees(row: dict[str, Any]) -> None:
    """With every key of the request open, the expression gives the answer for the values that the request has."""
    layers, request = spelled_out(row)
    keys = [OpenKey(key, request.context[key].multivalued) for key in request.context] or [OpenKey("x:none")]
    found = open_decision(layers, request, keys)
    given = {key: request.context[key] for key in request.context}
    assert found.result(given) == row["expect"], str(found)
    closed = open_decision(layers, replace(request, context=Context(given)), ["x:nothing-reads-this"])
    assert [str(result) for result, _ in closed.cases] == [row["expect"]]


def test_the_corpus_has_its_size_its_sources_and_no_name_twice() -> None:
    singles = [row for row in CORPUS if not row["name"].endswith(", denied")]
    assert len(singles) >= 400
    assert all(source(row["source"]) for row in CORPUS)
    names = [name(row) for row in CORPUS]
    assert sorted(set(names)) == sorted(names)
