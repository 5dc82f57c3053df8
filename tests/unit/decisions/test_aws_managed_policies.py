"""AWS's own policies as cogsim holds them, against what AWS published: document by document, nothing left out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from cogsim.decisions.aws_managed_policies import aws_managed_policy, held, published
from cogsim.policy.document import PolicyKind
from cogsim.policy.parse import parse

ELSEWHERE: dict[str, Any] = json.loads(aws_managed_policies_data)
#: Published in the user guide only.
ROOT_TASKS = [title for title in held() if title.startswith("root-task/")]
TITLES = [title for title in held() if title not in ROOT_TASKS]


def _as_lists(document: dict[str, Any]) -> Any:
    """The document with its optional lists written as lists."""
    statements = document["Statement"]
    read = [statements] if isinstance(statements, dict) else statements
    listed = ("Action", "NotAction", "Resource")
    return [
        {name: [value] if name in listed and isinstance(value, str) else value for name, value in each.items()}
        for each in read
    ]


@pytest.mark.parametrize("title", TITLES)
def test_a_document_says_what_aws_published(title: str) -> None:
    name, ours = title.rpartition("/")[2], held()[title]
    theirs = ELSEWHERE[name]
    assert _as_lists(ours.document) == _as_lists(theirs["Document"])
    assert (ours.name, ours.path) == (name, theirs["Path"])


def test_the_policies_most_attached_are_held() -> None:
    wanted = {"AdministratorAccess", "PowerUserAccess", "ReadOnlyAccess", "IAMFullAccess", "AmazonS3ReadOnlyAccess"}
    assert wanted <= {each.name for each in held().values()}


@pytest.mark.parametrize("title", held())
def test_every_document_parses(title: str) -> None:
    arn = f"arn:aws:iam::aws:policy/{title}"
    assert aws_managed_policy(arn) == parse(held()[title].document, PolicyKind.IDENTITY)
    assert published(arn) is held()[title]


def test_resources_are_those_of_the_partition() -> None:
    policy = aws_managed_policy("arn:aws-us-gov:iam::aws:policy/IAMUserChangePassword")
    assert policy is not None
    resources = [value for each in policy.statements if each.resources for value in each.resources.values]
    assert "arn:aws-us-gov:iam::*:user/${aws:username}" in resources


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:iam::aws:policy/NobodyPublishedThis",
        "arn:aws:iam::123456789012:policy/AdministratorAccess",
        "arn:aws:s3::aws:policy/AdministratorAccess",
        "AdministratorAccess",
    ],
)
def test_nothing_is_known_of_another(arn: str) -> None:
    assert aws_managed_policy(arn) is None
    assert published(arn) is None
