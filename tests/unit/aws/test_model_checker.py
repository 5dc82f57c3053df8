"""The checker of parameters beside botocore's own, and the texts that AWS answers with."""

from __future__ import annotations

import functools
from typing import Any

import pytest
from botocore.validate import ParamValidator
from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.aws.model import check_members, check_params, operation_shape, service_model, service_names
from cogsim.errors import AwsError, InputError

_SAMPLE = (
    "cognito-idp:SignUp",
    "cognito-idp:InitiateAuth",
    "cognito-idp:AdminCreateUser",
    "cognito-idp:CreateUserPool",
    "cognito-idp:CreateUserPoolClient",
    "cognito-idp:ListUsers",
    "cognito-identity:GetId",
    "cognito-identity:SetIdentityPoolRoles",
    "cognito-identity:GetOpenIdTokenForDeveloperIdentity",
    "sts:AssumeRole",
    "sts:AssumeRoleWithWebIdentity",
    "s3:PutObject",
    "s3:ListObjectsV2",
    "s3:DeleteObjects",
)

#: What the services check and botocore does not.
_AWS_ALONE = ("less than or equal", "regular expression", "enum value set")

_SERVICES = ("cognito-idp", "cognito-identity", "sts", "s3")


@pytest.mark.parametrize("service", _SERVICES)
def test_every_operation_of_the_service_compiles(service: str) -> None:
    for name in service_model(service).operation_names:
        shape = operation_shape(f"{service}:{name}")
        assert set(shape.required) <= shape.members, name
        if shape.required:
            with pytest.raises(AwsError, match="validation error"):
                check_params(shape, {})


def _values(shape: Any, depth: int = 0) -> st.SearchStrategy[Any]:
    """Values near what `shape` takes: mostly right, now and then of another type, too short, too long or absent."""
    match shape.type_name:
        case "structure":
            required = {n: _values(m, depth + 1) for n, m in shape.members.items() if n in shape.required_members}
            optional = {
                n: _values(m, depth + 1)
                for n, m in list(shape.members.items())[:6]
                if n not in required and depth < 3 and m.type_name != "timestamp"
            }
            right: st.SearchStrategy[Any] = st.fixed_dictionaries(required, optional=optional)
            if required:
                partial = st.fixed_dictionaries({}, optional={**required, **optional})
                right = st.one_of(right, right, right, partial)
        case "list":
            right = st.lists(_values(shape.member, depth + 1), max_size=2)
        case "map":
            right = st.dictionaries(
                _values(shape.key, depth + 1).filter(_is_text), _values(shape.value, depth + 1), max_size=2
            )
        case "string":
            least = shape.metadata.get("min", 0)
            right = st.sampled_from(tuple(shape.enum)) if shape.enum else st.text("aZ1-", max_size=min(least + 3, 40))
        case "integer" | "long":
            right = st.integers(-2, 5000)
        case "boolean":
            right = st.booleans()
        case "blob":
            right = st.binary(max_size=4)
        case _:
            right = st.none()
    wrong = st.sampled_from([None, 1.5, [], {}, "x", ["a"]])
    return right if depth == 0 else st.integers(0, 25).flatmap(lambda die: wrong if die == 0 else right)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


@functools.cache
def _strategy(name: str) -> st.SearchStrategy[Any]:
    return _values(operation_shape(name).model.input_shape)


def _ours(name: str, params: dict[str, Any]) -> list[str]:
    """The constraints that our checker finds broken, without those that botocore does not check."""
    try:
        check_params(operation_shape(name), params)
    except AwsError as error:
        if error.code == "SerializationException":
            return [error.message]
        texts = error.message.partition("detected: ")[2].split("; Value ")
        return [text for text in texts if not any(word in text for word in _AWS_ALONE)]
    return []


@pytest.mark.parametrize("name", _SAMPLE)
def test_types_required_members_and_minima_agree_with_botocore(name: str) -> None:
    @given(_strategy(name))
    @settings(max_examples=60, deadline=None)
    def agree(params: dict[str, Any]) -> None:
        shape = operation_shape(name).model.input_shape
        theirs = ParamValidator().validate(_without_nones(params), shape)
        assert bool(_ours(name, params)) == theirs.has_errors(), theirs.generate_report()

    agree()


def _without_nones(value: Any) -> Any:
    """botocore has no null: a member that is null is absent."""
    if isinstance(value, dict):
        return {key: _without_nones(inner) for key, inner in value.items() if inner is not None}
    return [_without_nones(item) for item in value] if isinstance(value, list) else value


def test_a_missing_member_is_told_in_aws_words() -> None:
    with pytest.raises(AwsError) as refused:
        check_params(operation_shape("cognito-idp:SignUp"), {"Username": "alice", "Password": "x"})
    assert refused.value.code == "InvalidParameterException"
    assert refused.value.message == (
        "1 validation error detected: Value null at 'clientId' failed to satisfy constraint: Member must not be null"
    )


def test_several_faults_are_told_together_and_a_secret_value_is_not_told() -> None:
    with pytest.raises(AwsError) as refused:
        check_params(operation_shape("sts:AssumeRole"), {"RoleArn": "short", "RoleSessionName": "a b"})
    assert refused.value.code == "ValidationError"
    assert refused.value.message == (
        "2 validation errors detected: Value 'short' at 'roleArn' failed to satisfy constraint: "
        "Member must have length greater than or equal to 20; "
        "Value 'a b' at 'roleSessionName' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: [\\w+=,.@-]*"
    )
    with pytest.raises(AwsError) as hidden:
        check_params(
            operation_shape("cognito-idp:SignUp"), {"ClientId": "c", "Username": "alice", "Password": "secret\n" * 100}
        )
    assert "secret" not in hidden.value.message
    assert "'password'" in hidden.value.message


def test_the_place_inside_a_list_and_a_map_is_told() -> None:
    params = {"ClientId": "c", "Username": "a", "Password": "p", "UserAttributes": [{"Name": "e"}, {"Value": "v"}]}
    with pytest.raises(AwsError, match=r"at 'userAttributes\.2\.member\.name'"):
        check_params(operation_shape("cognito-idp:SignUp"), params)
    with pytest.raises(AwsError, match="is a int, not a string"):
        check_params(operation_shape("cognito-identity:GetId"), {"IdentityPoolId": 5})


def test_an_enumeration_is_told_with_its_words() -> None:
    params = {"ClientId": "c", "AuthFlow": "GUESS"}
    with pytest.raises(AwsError, match=r"enum value set: \[ADMIN_NO_SRP_AUTH, "):
        check_params(operation_shape("cognito-idp:InitiateAuth"), params)


def test_unknown_names_are_refused_with_the_nearest_known_one() -> None:
    with pytest.raises(InputError, match=r"did you mean 'cognito-idp'"):
        operation_shape("cognito_idp:SignUp")
    with pytest.raises(InputError, match=r"did you mean 'cognito-idp:SignUp'"):
        operation_shape("cognito-idp:Signup")
    with pytest.raises(InputError, match="is written service:Operation"):
        operation_shape("SignUp")
    with pytest.raises(InputError, match=r"did you mean 'Username'"):
        check_members(operation_shape("cognito-idp:SignUp"), {"UserName": "alice"})
    params = {"ClientId": "c", "Username": "a", "Password": "p", "UserAttributes": [{"Nam": "e"}]}
    with pytest.raises(InputError, match=r"did you mean 'Name'"):
        check_params(operation_shape("cognito-idp:SignUp"), params)


def test_operations_without_signature_are_those_botocore_names() -> None:
    assert operation_shape("cognito-idp:InitiateAuth").unsigned
    assert operation_shape("cognito-identity:GetId").unsigned
    assert operation_shape("sts:AssumeRoleWithWebIdentity").unsigned
    assert not operation_shape("sts:GetCallerIdentity").unsigned
    assert not operation_shape("cognito-idp:AdminInitiateAuth").unsigned
    assert not operation_shape("s3:GetObject").unsigned


def test_service_names_are_sorted_and_known() -> None:
    assert list(service_names()) == sorted(service_names())
    assert set(_SERVICES) <= set(service_names())


def test_nothing_in_a_map_is_no_value_of_it() -> None:
    with pytest.raises(AwsError, match="SerializationException"):
        check_params(operation_shape("dynamodb:BatchGetItem"), {"RequestItems": {"records": None}})
