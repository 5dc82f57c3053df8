"""Mistakes that are in no catalogue, in worlds made for them: the search that knows nothing finds each of them.

Each world is the pattern of an attribute and a tag with statements of its own; one cure stands beside all of a store.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import cogsim
from cogsim.scenario.load import load
from cogsim.scenario.write import write
from cogsim.world.world import World
from tests.generators.tenant_requests import Ground
from tests.generators.tenant_search import found_leak, morning

PATTERNS = Path(__file__).parents[2] / "scenarios" / "patterns"
GROUND = Ground(("alice", "bob"), ("acme", "acme-labs", "globex"), roles=("TenantRole",))
HEAD = 'Metadata: {cogsim: {account: "111122223333", region: eu-west-1, stack: patterns}}\nResources:\n'
POLICY = """  %s:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
%s
"""
ROWS = """          - Effect: Allow
            Action: ["dynamodb:*Item", dynamodb:Query, "dynamodb:PartiQL*"]
            Resource: !GetAtt Records.Arn
            Condition:
              ForAllValues:StringLike: {"dynamodb:LeadingKeys": "${aws:PrincipalTag/tenant}#*"}
              "Null": {"dynamodb:LeadingKeys": "false"}
"""
OBJECTS = """          - Effect: Allow
            Action: ["s3:*Object*", "s3:*Multipart*"]
            Resource: !Sub "${Documents.Arn}/${!aws:PrincipalTag/tenant}/*"
"""
CURE = {"DocumentsAccess": OBJECTS, "RecordsAccess": ROWS}


def objects(*more: str) -> dict[str, str]:
    return {**CURE, "DocumentsAccess": OBJECTS + "".join(more)}


def rows(*more: str) -> dict[str, str]:
    return {**CURE, "RecordsAccess": ROWS + "".join(more)}


MISTAKES = {
    # the tag of what is written is asked for, and not where it is written
    "whoever tags what they write may write anywhere": objects(
        """          - Effect: Allow
            Action: [s3:PutObject, s3:PutObjectTagging]
            Resource: !Sub "${Documents.Arn}/*"
            Condition: {StringEquals: {"s3:RequestObjectTag/tenant": "${aws:PrincipalTag/tenant}"}}
"""
    ),
    # the root may be listed, as a console does; nothing asks for the delimiter
    "the root is listed without a delimiter": objects(
        """          - Effect: Allow
            Action: s3:ListBucket
            Resource: !GetAtt Documents.Arn
            Condition: {StringEquals: {"s3:prefix": ["", "${aws:PrincipalTag/tenant}/"]}}
"""
    ),
    # a listing without a prefix has no such key, and a negation is true of what is not there
    "a prefix that is not another's need not be there": objects(
        """          - Effect: Allow
            Action: s3:ListBucket
            Resource: !GetAtt Documents.Arn
            Condition: {StringNotLike: {"s3:prefix": ["globex*", "acme*"]}}
"""
    ),
    # names of uploads under way
    "uploads under way are everybody's to see": objects(
        """          - {Effect: Allow, Action: s3:PutObject, Resource: !Sub "${Documents.Arn}/public/*"}
          - {Effect: Allow, Action: "s3:Abort*", Resource: !Sub "${Documents.Arn}/*"}
          - {Effect: Allow, Action: s3:DeleteObjectTagging, Resource: !Sub "${Documents.Arn}/*"}
"""
    ),
    # a condition check is no write and no read, and answers all the same
    "a condition may be held against any item": rows(
        """          - {Effect: Allow, Action: dynamodb:ConditionCheckItem, Resource: !GetAtt Records.Arn}
"""
    ),
    # one key of one's own lets the others through
    "one of several keys is enough": rows(
        """          - Effect: Allow
            Action: [dynamodb:BatchGetItem, dynamodb:GetItem]
            Resource: !GetAtt Records.Arn
            Condition: {ForAnyValue:StringLike: {"dynamodb:LeadingKeys": ["${aws:PrincipalTag/tenant}#*", "acme#*"]}}
"""
    ),
    # nothing comes back but a number
    "everything may be counted": rows(
        """          - Effect: Allow
            Action: dynamodb:Scan
            Resource: !GetAtt Records.Arn
            Condition: {StringEquals: {"dynamodb:Select": COUNT}}
"""
    ),
    # no attribute beside the keys may come back, but may stand in a filter
    "the keys of all may be read": rows(
        """          - Effect: Allow
            Action: dynamodb:Query
            Resource: !Sub "${Records.Arn}/index/*"
            Condition: {ForAllValues:StringEquals: {"dynamodb:Attributes": [owner, number, status]}}
"""
    ),
    # written blindly, as long as nothing comes back
    "whoever gets nothing back may write": rows(
        """          - Effect: Allow
            Action: [dynamodb:PutItem, dynamodb:DeleteItem]
            Resource: !GetAtt Records.Arn
            Condition: {StringEqualsIfExists: {"dynamodb:ReturnValues": NONE}}
"""
    ),
    # what a transaction holds is trusted
    "in a transaction everything is allowed": rows(
        """          - Effect: Allow
            Action: ["dynamodb:*Item", "dynamodb:PartiQL*"]
            Resource: !GetAtt Records.Arn
            Condition: {StringLike: {"dynamodb:EnclosingOperation": "Transact*"}}
"""
    ),
}


#: Those that few requests of many show.
LONG = {
    "a condition may be held against any item",
    "everything may be counted",
    "the keys of all may be read",
    "whoever tags what they write may write anywhere",
}


def world_of(policies: dict[str, str], folder: Path) -> World:
    fragment = folder / "access.yaml"
    fragment.write_text(HEAD + "".join(POLICY % each for each in policies.items()), encoding="utf-8")
    shared = [
        path for path in load(PATTERNS / "attribute-and-tags" / "fixed.yaml").worlds if path.parent.name != "policies"
    ]
    return cogsim.load(*shared, fragment)


def test_the_cure_keeps_tenants_apart(tmp_path: Path) -> None:
    steps, _ = found_leak(morning(world_of(CURE, tmp_path), GROUND), GROUND, 60)
    assert not steps, write("The cure", ["access.yaml"], steps)


def search(mistake: str, folder: Path) -> None:
    steps, first = found_leak(morning(world_of(MISTAKES[mistake], folder), GROUND), GROUND, 3000)
    assert steps, mistake
    assert len(steps) <= 3
    sys.stdout.write(write(mistake, ["access.yaml"], [*first, *steps]))


@pytest.mark.parametrize("mistake", [name for name in sorted(MISTAKES) if name not in LONG])
def test_a_mistake_that_nobody_listed_is_found(mistake: str, tmp_path: Path) -> None:
    search(mistake, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("mistake", sorted(LONG))
def test_a_mistake_that_nobody_listed_is_found_in_a_long_search(mistake: str, tmp_path: Path) -> None:
    search(mistake, tmp_path)
