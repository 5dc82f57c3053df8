"""Who may call what: every signed operation held to IAM, every operation of people to their token and its scope.

The operations are the model's own, so one that is added is held to the same.
"""

from __future__ import annotations

from typing import Any

import pytest
from botocore.model import Shape

from cogsim.aws.call import Call, Credentials
from cogsim.aws.model import operation_shape
from cogsim.decisions.token_contents import pool_key
from cogsim.errors import NotModelled
from cogsim.tokens.jwt import sign

MODEL = operation_shape("cognito-idp:SignUp").model.service_model
EVERY = tuple(MODEL.operation_names)
#: Signed by the model, and taken from whoever shows a client's secret or token.
NOT_MODELLED = ("GetDerivedToken",)
UNSIGNED = tuple(name for name in EVERY if operation_shape(f"cognito-idp:{name}").unsigned)
SIGNED = tuple(name for name in EVERY if name not in (*UNSIGNED, *NOT_MODELLED))
ON_A_POOL = tuple(name for name in SIGNED if "UserPoolId" in MODEL.operation_model(name).input_shape.required_members)
PEOPLES = tuple(name for name in UNSIGNED if "AccessToken" in MODEL.operation_model(name).input_shape.members)
SCOPE = ("NotAuthorizedException", "Access Token does not have required scopes")
#: What the patterns of the model want to see.
WORDS = {
    "ResourceArn": "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_AbCdEfGhI",
    "RoleArn": "arn:aws:iam::123456789012:role/x",
    "CloudWatchLogsRoleArn": "arn:aws:iam::123456789012:role/x",
    "JobId": "import-abc",
    "DeviceKey": "us-east-1_00000000-0000-0000-0000-000000000000",
    "ProviderName": "Corp",
    "TermsId": "00000000-0000-4000-8000-000000000000",
    "ManagedLoginBrandingId": "00000000-0000-4000-8000-000000000000",
    "SessionId": "tkn" + "a" * 25,
    "TermsName": "terms-of-use",
    "RegionName": "eu-west-1",
    "Credential": {},
    "UserCode": "123456",
}


def least(shape: Shape, name: str, given: dict[str, Any]) -> Any:
    """The smallest value of the shape."""
    if name in given:
        return given[name]
    match shape.type_name:
        case "structure":
            return {member: least(shape.members[member], member, given) for member in shape.required_members}
        case "list":
            return [least(shape.member, "", given)]
        case "map":
            return {}
        case "integer" | "long":
            return max(1, shape.metadata.get("min", 1))
        case "boolean":
            return True
        case _:
            return shape.enum[0] if shape.enum else "a" * max(1, shape.metadata.get("min", 1))


def params(pools: Any, name: str, **more: Any) -> dict[str, Any]:
    """The parameters that `name` cannot do without, and `more`."""
    shape = MODEL.operation_model(name).input_shape
    given = {**WORDS, "UserPoolId": pools.pool_id, "ClientId": pools.client_id, "Username": "alice", **more}
    own = {member: value for member, value in more.items() if shape and member in shape.members}
    return {**(least(shape, "", given) if shape else {}), **own}


def outcome(pools: Any, name: str, credentials: Credentials | None, **more: Any) -> Any:
    return pools.cloud.submit(
        Call(f"cognito-idp:{name}", params(pools, name, **more), credentials, pools.cloud.origin())
    )


@pytest.mark.parametrize("name", SIGNED)
def test_a_signed_operation_is_refused_to_who_may_not_and_changes_nothing(pools: Any, name: str) -> None:
    pools.confirmed()
    before = pools.cloud.world
    error = outcome(pools, name, pools.stranger).error
    assert error.code == "AccessDeniedException"
    stranger, action = "arn:aws:iam::123456789012:user/stranger", f"cognito-idp:{name}"
    assert error.message.startswith(f"User: {stranger} is not authorized to perform: {action} on resource: ")
    assert error.message.endswith(f"because no identity-based policy allows the {action} action")
    assert outcome(pools, name, None).error.code == "MissingAuthenticationTokenException"
    assert pools.cloud.world is before


@pytest.mark.parametrize("name", ON_A_POOL)
def test_an_operator_of_another_account_finds_no_pool_here(pools: Any, name: str) -> None:
    theirs = "arn:aws:iam::999999999999:role/x"
    error = outcome(pools, name, pools.foreigner, CloudWatchLogsRoleArn=theirs).error
    assert (error.code, error.message) == ("ResourceNotFoundException", f"User pool {pools.pool_id} does not exist.")


@pytest.mark.parametrize("name", PEOPLES)
def test_a_token_without_the_scope_does_nothing_for_its_user(pools: Any, name: str) -> None:
    pools.confirmed()
    pool = pools.cloud.world.user_pools[pools.pool_id]
    claims = {**pools.claims(pools.access_token()), "scope": "openid profile email"}
    before = pools.cloud.world
    error = outcome(pools, name, None, AccessToken=sign(claims, pool_key(pool, "access"))).error
    assert (error.code, error.message) == SCOPE
    assert pools.cloud.world is before


@pytest.mark.parametrize("name", UNSIGNED)
def test_no_policy_is_asked_about_what_needs_no_signature(pools: Any, name: str) -> None:
    signed, unsigned = (outcome(pools, name, who, AccessToken="x") for who in (pools.stranger, None))
    assert (signed.error and signed.error.code) == (unsigned.error and unsigned.error.code)
    assert unsigned.error is None or unsigned.error.code != "AccessDeniedException"


@pytest.mark.parametrize("name", NOT_MODELLED)
def test_what_is_not_modelled_is_named(pools: Any, name: str) -> None:
    with pytest.raises(NotModelled, match=name):
        outcome(pools, name, pools.operator)
