"""Every code of policy validation: one document that raises it at its place and nothing else, and one that is clean."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from cogsim.assumptions import assuming
from cogsim.lint.policy_codes import CODES, NOT_DECIDED
from cogsim.lint.validate import Validated, validate_text
from cogsim.policy.document import PolicyKind

BASE: dict[str, dict[str, str]] = {
    "identity": {"Effect": '"Allow"', "Action": '"s3:GetObject"', "Resource": '"arn:aws:s3:::b/*"'},
    "trust": {"Effect": '"Allow"', "Principal": '{"AWS": "123456789012"}', "Action": '"sts:AssumeRole"'},
    "resource": {
        "Effect": '"Allow"',
        "Principal": '{"AWS": "123456789012"}',
        "Action": '"s3:GetObject"',
        "Resource": '"arn:aws:s3:::b/*"',
    },
    "scp": {"Effect": '"Deny"', "Action": '"s3:GetObject"', "Resource": '"*"'},
    "rcp": {"Effect": '"Deny"', "Principal": '"*"', "Action": '"s3:GetObject"', "Resource": '"*"'},
}
CASES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("policy_codes.yaml").read_text(encoding="utf-8"))
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case["code"])
MARK = "▶"


def statement(case: dict[str, Any], change: dict[str, str | None]) -> str:
    """The sound statement of the case's type with the change."""
    written: dict[str, str | None] = dict(BASE[case.get("type", "identity")])
    for key, value in change.items():
        written.pop(key.removeprefix(MARK), None)
        written[key] = value
    marked = ((MARK if key.startswith(MARK) else "", key.removeprefix(MARK), value) for key, value in written.items())
    return "{" + ", ".join(f'{mark}"{key}": {value}' for mark, key, value in marked if value) + "}"


def bad_document(case: dict[str, Any]) -> str:
    """The document that raises the code, with one mark."""
    change = case.get("bad", {})
    if "sid_length" in case:
        change = {"Sid": f'"{"a" * case["sid_length"]}"'}
    text = statement(case, change)
    if "document" in case:
        return str(case["document"]).replace("%s", text)
    version = case.get("version", '"2012-10-17"')
    match case.get("form"):
        case "whole":  # the finding is about the document
            return f'{MARK}{{"Version": {version}, "Statement": [{text}]}}'
        case "statement":  # … about the statement
            return f'{{"Version": {version},\n "Statement": [\n  {MARK}{text}]}}'
        case "twice":
            return f'{{"Version": {version},\n "Statement": [{text},\n {MARK}{text}]}}'
        case "sids":
            other = text.replace("s3:GetObject", "s3:PutObject")
            first, second = f'{{"Sid": "a", {text[1:]}', f'{{"Sid": {MARK}"a", {other[1:]}'
            return f'{{"Version": {version},\n "Statement": [{first},\n {second}]}}'
    return f'{{"Version": {version},\n "Statement": [\n  {text}]}}'


def validated(text: str, case: dict[str, Any]) -> Validated:
    with assuming(case.get("assume", {})):
        kind = PolicyKind(case.get("type", "identity"))
        (document,) = validate_text(text, "p.json", kind, case.get("resource_type")).documents
    return document


@each_case
def test_each_code_has_a_document_that_raises_it_and_nothing_else(case: dict[str, Any]) -> None:
    marked = bad_document(case)
    at = marked.index(MARK)
    line, column = marked.count("\n", 0, at) + 1, at - (marked.rfind("\n", 0, at) + 1) + 1
    assert marked.count(MARK) == 1
    findings = validated(marked.replace(MARK, ""), case).findings
    assert [finding.code for finding in findings] == [case["code"]], [str(finding) for finding in findings]
    assert (findings[0].location.line, findings[0].location.column) == (line, column)
    assert findings[0].type is CODES[case["code"]]
    assert findings[0].message.endswith(".")


@each_case
def test_each_code_has_a_clean_counterpart(case: dict[str, Any]) -> None:
    text = f'{{"Version": "2012-10-17", "Statement": [{statement(case, case.get("clean", {}))}]}}'
    assert [str(finding) for finding in validated(text, case).findings] == []


def test_every_code_has_its_row_and_no_code_is_both_decided_and_not() -> None:
    assert sorted(case["code"] for case in CASES) == sorted(CODES)
    assert not set(CODES) & set(NOT_DECIDED)
