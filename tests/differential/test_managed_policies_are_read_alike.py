"""Every AWS-managed policy, asked what its own statements are about, in both readings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice

from moto.iam.aws_managed_policies import aws_managed_policies_data

from cogsim.policy import compile, decide
from cogsim.policy.document import Policy, PolicyKind, Statement
from cogsim.policy.layers import Layers, NamedPolicy
from cogsim.policy.parse import parse
from cogsim.policy.request import Context, Principal, PrincipalKind, Request

ACCOUNT = "111122223333"
CALLER = Principal(PrincipalKind.USER, f"arn:aws:iam::{ACCOUNT}:user/u", ACCOUNT)
MANAGED = {name: entry["Document"] for name, entry in json.loads(aws_managed_policies_data).items()}
MOST = 12


def requests(policy: Policy) -> Iterator[Request]:
    """Each statement's first action on its first resource: without context, with fitting values, and for another."""
    for statement in policy.statements:
        action = _filled(statement.actions.values[0])
        resource = _filled(statement.resources.values[0]) if statement.resources else "arn:aws:s3:::b"
        for context in (Context(), _fitting(statement)):
            yield Request(CALLER, action if ":" in action else "s3:GetObject", resource, ACCOUNT, context)
        yield Request(CALLER, "iam:CreateUser", resource + "x", ACCOUNT, _fitting(statement))


def _filled(pattern: str) -> str:
    return re.sub(r"\$\{[^}]*\}|[*?]", "x", pattern) if pattern != "*" else "arn:aws:s3:::b/k"


def _fitting(statement: Statement) -> Context:
    return Context(
        {
            one.key: [_filled(one.values[0])] if one.operator.qualifier else _filled(one.values[0])
            for one in statement.conditions
            if one.values
        }
    )


def test_every_managed_policy_gives_one_answer() -> None:
    seen = set()
    assert len(MANAGED) > 1_500
    for name, document in sorted(MANAGED.items()):
        policy = parse(document, PolicyKind.IDENTITY, saved=True)
        layers = Layers(identity=(NamedPolicy(name, policy),))
        for request in islice(requests(policy), MOST):
            found = compile(layers).effect(request)
            assert found is decide(layers, request).value, f"{name}: {request}"
            seen.add(found)
    assert len(seen) == 3
