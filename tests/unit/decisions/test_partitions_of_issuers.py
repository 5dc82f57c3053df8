"""Identity pools of China and GovCloud have issuers of their own, wherever an issuer is read."""

from __future__ import annotations

import json

import pytest

from cogsim.decision import Refusal
from cogsim.decisions.iam_documents import accept_trust
from cogsim.policy.built_in_issuers import COGNITO_PRINCIPALS
from cogsim.policy.case import case
from cogsim.policy.reference.decide import decide
from cogsim.world.world import World

ISSUERS = sorted(COGNITO_PRINCIPALS.items())


def trust(issuer: str, **condition: object) -> dict[str, object]:
    statement = {"Effect": "Allow", "Principal": {"Federated": issuer}, "Action": "sts:AssumeRoleWithWebIdentity"}
    return {"Version": "2012-10-17", "Statement": [{**statement, **condition}]}


@pytest.mark.parametrize(("partition", "issuer"), ISSUERS)
def test_a_trust_policy_that_admits_identity_pools_tests_something_of_the_token(partition: str, issuer: str) -> None:
    tested = {"Condition": {"StringEquals": {f"{issuer}:aud": "a-pool"}}}
    assert isinstance(accept_trust(World(), json.dumps(trust(issuer)), lambda _path: None).value, Refusal)
    assert not isinstance(accept_trust(World(), json.dumps(trust(issuer, **tested)), lambda _path: None).value, Refusal)


@pytest.mark.parametrize(("partition", "issuer"), ISSUERS)
def test_a_case_knows_the_issuer_for_a_provider_and_not_for_a_service(partition: str, issuer: str) -> None:
    asked = {
        "request": {
            "principal": issuer,
            "action": "sts:AssumeRoleWithWebIdentity",
            "resource": f"arn:{partition}:iam::123456789012:role/r",
            "context": {f"{issuer}:aud": ["a-pool"]},
        },
        "resourcePolicy": trust(issuer, Condition={"StringEquals": {f"{issuer}:aud": "a-pool"}}),
    }
    layers, request = case(asked)
    assert request.principal.arn == issuer
    assert decide(layers, request).value.allowed
