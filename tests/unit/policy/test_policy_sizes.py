"""How long a policy may be, by the service that keeps it, and what counts towards the length."""

from __future__ import annotations

import json

import pytest

from cogsim.lint.validate import validate_text
from cogsim.policy.document import PolicyKind
from cogsim.policy.sizes import Count, size_limit

_RCP = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}


def test_every_kind_of_policy_has_its_limit() -> None:
    assert {kind.value: (size_limit(kind).most, size_limit(kind).counted) for kind in PolicyKind} == {
        "identity": (6_144, Count.CHARACTERS_WITHOUT_SPACE),
        "boundary": (6_144, Count.CHARACTERS_WITHOUT_SPACE),
        "trust": (2_048, Count.CHARACTERS_WITHOUT_SPACE),
        "session": (2_048, Count.CHARACTERS),
        "scp": (5_120, Count.CHARACTERS),
        "rcp": (5_120, Count.CHARACTERS),
        "vpc-endpoint": (20_480, Count.CHARACTERS),
        "kms-key": (32_768, Count.BYTES),
        "resource": (20_480, Count.BYTES),
    }


def test_a_resource_may_set_a_limit_of_its_own() -> None:
    assert size_limit(PolicyKind.RESOURCE, "AWS::SNS::Topic").most == 30_720
    assert size_limit(PolicyKind.RESOURCE, "AWS::S3::Bucket").most == 20_480
    assert size_limit(PolicyKind.IDENTITY, "AWS::SNS::Topic").most == 6_144


@pytest.mark.parametrize(
    ("kind", "text", "length"),
    [
        (PolicyKind.IDENTITY, '{ "a" :\n\t"b c" }', 10),
        (PolicyKind.SCP, '{ "a" :\n\t"b c" }', 16),
        (PolicyKind.RESOURCE, '{"ä": 1}', 9),
        (PolicyKind.ENDPOINT, '{"ä": 1}', 8),
    ],
)
def test_what_counts_is_the_keepers_choice(kind: PolicyKind, text: str, length: int) -> None:
    assert size_limit(kind).length(text) == length


@pytest.mark.parametrize(("over", "expected"), [(0, []), (1, ["POLICY_SIZE_EXCEEDS_RCP_QUOTA"])])
def test_the_limit_itself_is_allowed_and_space_counts_where_every_character_does(
    over: int, expected: list[str]
) -> None:
    text = json.dumps({"Version": "2012-10-17", "Statement": [_RCP]})
    padded = text.replace("[{", "[" + " " * (5_120 + over - len(text)) + "{")
    (document,) = validate_text(padded, "p.json", PolicyKind.RCP).documents
    assert [finding.code for finding in document.findings] == expected


def test_space_around_a_document_does_not_count_nor_does_space_inside_for_iam() -> None:
    text = json.dumps({"Version": "2012-10-17", "Statement": [_RCP]}, indent=200)
    (document,) = validate_text(f"\n{text}\n", "p.json", PolicyKind.RCP).documents
    assert [finding.code for finding in document.findings] == []
    identity = {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"}
    wide = json.dumps({"Version": "2012-10-17", "Statement": [identity]}, indent=3_000)
    (document,) = validate_text(wide, "p.json", PolicyKind.IDENTITY).documents
    assert [finding.code for finding in document.findings] == []


def test_a_yaml_policy_is_measured_as_the_json_that_is_sent() -> None:
    actions = "".join(f"    - s3:GetObject{n:04}\n" for n in range(190))
    text = f"Version: 2012-10-17\nStatement:\n- Effect: Deny\n  Resource: '*'\n  Action:\n{actions}"
    codes = {each.code for each in validate_text(text, "p.yaml", PolicyKind.SCP).documents[0].findings}
    assert "POLICY_SIZE_EXCEEDS_SCP_QUOTA" not in codes
    more = text + actions.replace("Get", "Put")
    codes = {each.code for each in validate_text(more, "p.yaml", PolicyKind.SCP).documents[0].findings}
    assert "POLICY_SIZE_EXCEEDS_SCP_QUOTA" in codes
