"""AWS's own managed policies: what validation finds wrong in them is wrong, and listed with its reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from moto.iam.aws_managed_policies import aws_managed_policies_data

from cogsim.lint.policy_finding import FindingType
from cogsim.lint.validate import validate_text
from cogsim.policy.document import PolicyKind

EXPLAINED: dict[str, dict[str, list[str]]] = yaml.safe_load(
    Path(__file__).with_name("managed_policies.yaml").read_text(encoding="utf-8")
)
POLICIES: dict[str, Any] = json.loads(aws_managed_policies_data)
PARTS = 8


def explained(code: str, message: str) -> bool:
    return any(word in message for words in EXPLAINED.get(code, {}).values() for word in words)


@pytest.mark.parametrize("part", range(PARTS))
def test_aws_managed_policies_hold_no_error_but_those_explained(part: int) -> None:
    unexplained = []
    for name in sorted(POLICIES)[part::PARTS]:
        text = json.dumps(POLICIES[name]["Document"])
        (document,) = validate_text(text, name, PolicyKind.IDENTITY).documents
        errors = (finding for finding in document.findings if finding.type is FindingType.ERROR)
        unexplained += [str(finding) for finding in errors if not explained(finding.code, finding.message)]
    assert unexplained == []


def test_few_of_them_hold_an_error_at_all() -> None:
    faulty = 0
    sample = sorted(POLICIES)[::8]
    for name in sample:
        (document,) = validate_text(json.dumps(POLICIES[name]["Document"]), name, PolicyKind.IDENTITY).documents
        faulty += any(finding.type is FindingType.ERROR for finding in document.findings)
    assert faulty < len(sample) // 10
