"""The table of decisions in tests/cases, asked of the reference."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from cogsim.policy.case import case
from cogsim.policy.reference.decide import decide
from cogsim.sources import source
from tests.generators.policy_cases import ACCOUNT, OTHER, caller_arn, spelled_out

CASES = Path(__file__).parents[2] / "cases"
TABLE = yaml.safe_load((CASES / "policy_guide.yaml").read_text(encoding="utf-8"))
GUIDE = [json.loads(line) for line in (CASES / "iam_guide_cases.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("row", TABLE["cases"], ids=lambda row: row["name"])
def test_the_documented_answer_is_given(row: dict[str, Any]) -> None:
    decision = decide(*spelled_out(row))
    assert decision.value == row["expect"], str(decision)
    deciding = [dict(step.facts) for step in decision.deciding]
    assert any(row.get("by", {}).items() <= facts.items() for facts in deciding), str(decision)
    assert source(row["source"])
    assert all(source(step.source) for step in decision.steps)


@pytest.mark.parametrize("row", GUIDE, ids=lambda row: row["id"])
def test_a_case_written_as_one_object_is_decided(row: dict[str, Any]) -> None:
    assert decide(*case(row)).value == row["expected"]["result"]


CALLERS = {
    "user": "user/u", "role": "role/r/s", "federated": "federated/u", "root": "root",
    "service": "lambda.amazonaws.com", "anonymous": None,
}  # fmt: skip
NAMED = {
    "user": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/u"}, "account": {"AWS": ACCOUNT}, "everyone": "*",
    "role": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/r"}, "session": {"AWS": caller_arn("role/r/s")},
    "federated": {"AWS": caller_arn("federated/u")}, "service": {"Service": "lambda.amazonaws.com"},
}  # fmt: skip
ALLOWING, SILENT = {"Allow": "s3:*", "at": "*"}, {"Allow": "ec2:*", "at": "*"}


def rows(table: str) -> list[tuple[str, str, str, str, str, str]]:
    """Every row with its alternatives spelled out."""
    every: dict[str, list[str]] = {"any": ["A", "-", "none"]}
    found: list[tuple[str, str, str, str, str, str]] = []
    for caller, named, identity, boundary, session, answer in TABLE[table]:
        given = [
            cell if isinstance(cell, list) else every.get(cell, [cell]) for cell in (named, identity, boundary, session)
        ]
        found += [(caller, *cells, answer) for cells in itertools.product(*given)]
    return found


def tabled(caller: str, named: str, identity: str, boundary: str, session: str) -> dict[str, Any]:
    row: dict[str, Any] = {"caller": CALLERS[caller]}
    if named != "nothing":
        row["resource"] = {"Allow": "s3:*", "at": "*", "to": NAMED[named]}
    for field, cell in (("identity", identity), ("boundary", boundary), ("session", session)):
        if cell != "none":
            row[field] = ALLOWING if cell == "A" else SILENT
    return row


@pytest.mark.parametrize(("caller", "named", "identity", "boundary", "session", "answer"), rows("same_account"))
def test_within_one_account(caller: str, named: str, identity: str, boundary: str, session: str, answer: str) -> None:
    decision = decide(*spelled_out(tabled(caller, named, identity, boundary, session)))
    assert decision.value == answer, str(decision)


@pytest.mark.parametrize(("caller", "named", "identity", "boundary", "session", "answer"), rows("cross_account"))
def test_across_accounts(caller: str, named: str, identity: str, boundary: str, session: str, answer: str) -> None:
    decision = decide(*spelled_out(tabled(caller, named, identity, boundary, session) | {"owner": OTHER}))
    assert decision.value == answer, str(decision)


@pytest.mark.parametrize("layer", ["identity", "resource", "boundary", "session", "endpoint", "scps", "rcps"])
@pytest.mark.parametrize("owner", [ACCOUNT, OTHER])
def test_a_deny_in_any_layer_is_final(layer: str, owner: str) -> None:
    open_to_all = {"Allow": "*", "at": "*", "to": "*"}
    row: dict[str, Any] = {"caller": "role/r/s", "owner": owner, "resource": open_to_all, "endpoint": open_to_all}
    row |= {field: {"Allow": "*", "at": "*"} for field in ("identity", "boundary", "session")}
    row |= {"scps": [[{"Allow": "*", "at": "*"}]], "rcps": [[open_to_all]]}
    assert decide(*spelled_out(row)).value == "Allowed"
    deny: dict[str, Any] = {"Deny": "s3:*", "at": "*"}
    if layer in ("resource", "endpoint", "rcps"):
        deny["to"] = "*"
    row[layer] = [[*row[layer][0], deny]] if layer in ("scps", "rcps") else [row[layer], deny]
    decision = decide(*spelled_out(row))
    assert decision.value == "ExplicitlyDenied"
    assert dict(decision.deciding[0].facts)["effect"] == "Deny"
