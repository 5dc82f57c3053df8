"""Every error that a user pool's operations declare: brought about with its text, or never, with the reason."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.aws.model import operation_shape
from tests.generators import refusals_configuration, refusals_lifecycle, refusals_sign_in
from tests.generators.refusals import Case

CASES = (*refusals_sign_in.CASES, *refusals_lifecycle.CASES, *refusals_configuration.CASES)
#: What is declared and never answered here, and why.
NEVER = {
    "CodeDeliveryFailureException": "every address of a world takes its messages",
    "ConcurrentModificationException": "calls come one after the other",
    "InternalErrorException": "a fault of AWS's own",
    "InternalServerException": "a fault of AWS's own",
    "InvalidEmailRoleAccessPolicyException": "a world has no SES identities whose policies could be asked",
    "UserImportInProgressException": "an import takes no time",
    "UserPoolTaggingException": "which tags it is about is not documented: they are invalid parameters here",
}


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_it_is_refused_with_this_error_and_text(make: Any, case: Case) -> None:
    pools = make(pool=case.pool, client=case.client)
    with assuming(dict(case.assuming)):
        name, params = case.provoke(pools)
        members = operation_shape(f"cognito-idp:{name}").model.input_shape
        needed = members.required_members if members else ()
        own = {"UserPoolId": pools.pool_id, "ClientId": pools.client_id}
        filled = {member: value for member, value in own.items() if member in needed}
        code, text = pools.refusal(name, **{**filled, **params})
    assert code == case.code
    assert case.text in (None, text)
    assert pools.password not in text


def test_every_declared_error_is_brought_about_or_explained() -> None:
    model = operation_shape("cognito-idp:SignUp").model.service_model
    declared = {error.name for name in model.operation_names for error in model.operation_model(name).error_shapes}
    raised = {case.code for case in CASES}
    assert declared - raised == set(NEVER)
    assert raised - declared == set()
    assert raised & set(NEVER) == set()


def test_no_case_stands_twice() -> None:
    assert len({case.id for case in CASES}) == len(CASES)
