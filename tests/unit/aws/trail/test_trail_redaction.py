"""What records hide: every member that could be a secret is decided, and no secret of a call gets through."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.aws.call import Call, Outcome
from cogsim.aws.model import operation_shape, service_model
from cogsim.aws.operation import declared_operations
from cogsim.aws.trail.event import event_of
from cogsim.aws.trail.record import reads_only, record
from cogsim.aws.trail.redaction import (
    HIDDEN,
    Showing,
    camel,
    java_date,
    redact,
    scrubbed,
    secret_looking,
    showing,
    stated_showing,
)
from cogsim.decision import Step, decided
from cogsim.decisions.caller import Anonymous, IamUser
from cogsim.errors import AwsError
from cogsim.persistent import Map
from cogsim.world.pool_user import PoolUser, UserStatus
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

_WHOLE_SERVICES = ("cognito-idp", "cognito-identity", "sts")

#: Members that hold a secret, by anyone's reading of the API.
_SECRETS = frozenset(
    {
        *("Password", "PreviousPassword", "ProposedPassword", "TemporaryPassword", "ConfirmationCode", "UserCode"),
        *("AccessToken", "IdToken", "RefreshToken", "Token", "IssuedToken", "SubjectToken", "ActorToken"),
        *("FeedbackToken", "Session", "SecretHash", "SecretCode", "ClientSecret", "ClientSecretValue", "Secret"),
        *("AuthParameters", "ChallengeResponses", "ChallengeParameters", "PasswordVerifier", "Salt", "Credential"),
        *("WebIdentityToken", "SAMLAssertion", "SessionToken", "SecretAccessKey", "SecretKey", "TokenCode"),
        *("TradeInToken", "SSECustomerKey", "CopySourceSSECustomerKey", "AddPrivateKey"),
    }
)


def _operations() -> Iterator[str]:
    for service in _WHOLE_SERVICES:
        yield from (f"{service}:{name}" for name in service_model(service).operation_names)
    yield from declared_operations("s3")
    yield from declared_operations("dynamodb")
    yield from declared_operations("iam")


def _members(shape: Any, name: str = "", seen: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every member below `shape` with its shape, items of a list under the list's name."""
    if shape is None or shape.name in seen:
        return
    inside = (*seen, shape.name)
    if shape.type_name == "structure":
        for member, inner in shape.members.items():
            yield member, inner
            yield from _members(inner, member, inside)
    elif shape.type_name == "list":
        yield name, shape.member
        yield from _members(shape.member, name, inside)
    elif shape.type_name == "map":
        yield from _members(shape.value, "", inside)


def test_every_member_that_looks_like_a_secret_is_decided_on() -> None:
    undecided = {
        (operation, member)
        for operation in _operations()
        for shape in (operation_shape(operation).model.input_shape, operation_shape(operation).model.output_shape)
        for member, inner in _members(shape)
        if secret_looking(member, inner) and stated_showing(operation, member, inner) is None
    }
    assert undecided == set()


def test_every_secret_is_hidden_or_left_out_wherever_it_stands() -> None:
    for operation in _operations():
        model = operation_shape(operation).model
        for member, shape in itertools.chain(_members(model.input_shape), _members(model.output_shape)):
            if member in _SECRETS and shape.type_name in ("string", "blob") and not shape.enum:
                assert showing(operation, member, shape) is not Showing.SHOW, (operation, member)


def test_a_secret_that_aws_adds_tomorrow_is_hidden_until_someone_decides() -> None:
    shape = operation_shape("cognito-idp:ListUsers").model.input_shape.members["Filter"]
    assert stated_showing("cognito-idp:ListUsers", "RecoveryCode", shape) is None
    assert showing("cognito-idp:ListUsers", "RecoveryCode", shape) is Showing.HIDE
    assert showing("cognito-idp:ListUsers", "Filter", shape) is Showing.SHOW


def _filled(shape: Any, marks: dict[str, list[str]], name: str = "", depth: int = 0) -> Any:
    """A value of `shape` with a text of its own in every place; `marks` gathers them by the member above."""
    match shape.type_name:
        case "structure":
            if depth > 6:
                return {}
            return {member: _filled(inner, marks, member, depth + 1) for member, inner in shape.members.items()}
        case "list":
            return [_filled(shape.member, marks, name, depth + 1)]
        case "map":
            return {"aKey": _filled(shape.value, marks, name, depth + 1)}
        case "string" if shape.enum:
            return shape.enum[0]
        case "string":
            text = f"mark{sum(map(len, marks.values())):05}x"
            marks.setdefault(name, []).append(text)
            return text
        case "blob":
            marks.setdefault(name, []).append("bWFyaw==")
            return b"mark"
        case "boolean":
            return True
        case "timestamp":
            return datetime(2026, 1, 1, tzinfo=UTC)
        case _:
            return 7


@pytest.mark.parametrize("service", [*_WHOLE_SERVICES, "s3", "iam"])
def test_no_secret_of_a_fully_filled_call_or_answer_gets_through(service: str) -> None:
    names = [name for name in _operations() if name.startswith(f"{service}:")]
    assert names
    for operation in names:
        model = operation_shape(operation).model
        for shape in (model.input_shape, model.output_shape):
            if shape is None:
                continue
            marks: dict[str, list[str]] = {}
            shown = json.dumps(redact(operation, shape, _filled(shape, marks)).value)
            for member in sorted(_SECRETS & set(marks)):
                assert not [mark for mark in marks[member] if mark in shown], (operation, member)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("sq", min_size=6, max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("kv", min_size=1, max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.sampled_from(["Password", "AuthParameters", "ConfirmationCode", "Session", "UserAttributes"]), _JSON)
@settings(max_examples=80, deadline=None)
def test_a_secret_of_the_wrong_type_is_hidden_all_the_same(member: str, value: Any) -> None:
    shape = operation_shape("cognito-idp:SignUp").model.input_shape
    other = operation_shape("cognito-idp:RespondToAuthChallenge").model.input_shape
    for operation, found in (("cognito-idp:SignUp", shape), ("cognito-idp:RespondToAuthChallenge", other)):
        if member in found.members:
            shown = json.dumps(redact(operation, found, {member: value}).value)
            assert not [text for text in _texts(value) if text in shown]


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for item in inner for text in _texts(item)]


def test_members_are_named_with_a_small_first_letter_and_map_keys_are_kept() -> None:
    assert camel("UserPoolId") == "userPoolId"
    shape = operation_shape("cognito-identity:GetId").model.input_shape
    given_params = {"IdentityPoolId": "p", "Logins": {"cognito-idp.eu-central-1.amazonaws.com/P": "eyJ.token"}}
    assert redact("cognito-identity:GetId", shape, given_params).value == {
        "identityPoolId": "p",
        "logins": {"cognito-idp.eu-central-1.amazonaws.com/P": HIDDEN},
    }


def test_the_client_is_shown_though_the_trait_hides_it() -> None:
    shape = operation_shape("cognito-idp:InitiateAuth").model.input_shape
    params = {"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "abc", "AuthParameters": {"USERNAME": "alice"}}
    drawn = redact("cognito-idp:InitiateAuth", shape, params)
    assert drawn.value == {"authFlow": "USER_PASSWORD_AUTH", "clientId": "abc", "authParameters": HIDDEN}
    assert drawn.hidden == {"alice"}


def test_names_of_attributes_are_shown_and_their_values_are_not() -> None:
    shape = operation_shape("cognito-idp:UpdateUserAttributes").model.input_shape
    params = {"AccessToken": "eyJ", "UserAttributes": [{"Name": "custom:tenant", "Value": "acme"}]}
    assert redact("cognito-idp:UpdateUserAttributes", shape, params).value == {
        "userAttributes": [{"name": "custom:tenant", "value": HIDDEN}],
        "accessToken": HIDDEN,
    }


def test_a_provider_keeps_its_secret_and_shows_its_addresses() -> None:
    shape = operation_shape("cognito-idp:CreateIdentityProvider").model.input_shape
    details = {"client_id": "c", "client_secret": "s3cret", "attributes_url": "https://a"}
    shown = redact("cognito-idp:CreateIdentityProvider", shape, {"ProviderDetails": details}).value
    assert shown == {"providerDetails": {"attributes_url": "https://a", "client_id": "c", "client_secret": HIDDEN}}


def test_an_error_message_does_not_repeat_what_the_parameters_hide() -> None:
    assert scrubbed("Value '12x456' at 'confirmationCode' failed", frozenset({"12x456"})) == (
        f"Value '{HIDDEN}' at 'confirmationCode' failed"
    )
    assert scrubbed("alice, malice", frozenset({"alice"})) == f"{HIDDEN}, malice"
    assert scrubbed("a b", frozenset({"a"})) == "a b"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "Jan 1, 1970, 12:00:00 AM"), (43200, "Jan 1, 1970, 12:00:00 PM"), (1767229200.9, "Jan 1, 2026, 1:00:00 AM")],
)
def test_instants_are_written_as_records_write_them(seconds: float, text: str) -> None:
    assert java_date(seconds) == text


def test_reads_are_those_aws_calls_reads() -> None:
    assert reads_only("cognito-idp:GetUser")
    assert reads_only("sts:AssumeRole")
    assert reads_only("s3:GetObject")
    assert not reads_only("cognito-identity:GetId")
    assert not reads_only("cognito-idp:InitiateAuth")
    assert not reads_only("s3:PutObject")


# --- user pools, from outcomes written by hand -----------------------------------------------------------------------

_POOL = UserPool("eu-central-1_P", "arn:aws:cognito-idp:eu-central-1:111111111111:userpool/eu-central-1_P", "P")
_WORLD = (
    World()
    .with_user_pool(_POOL)
    .with_client(UserPoolClient("client", _POOL.id, "app"))
    .with_pool_user(
        PoolUser(_POOL.id, "alice", sub="sub-of-alice", status=UserStatus.CONFIRMED, attributes=Map({"email": "a@b"}))
    )
)


def _record(operation: str, params: dict[str, Any], **outcome: Any) -> dict[str, Any]:
    call = Call(operation, params)
    given_outcome = {"caller": Anonymous(), "response": None, "error": None, **outcome}
    made = Outcome(
        call,
        0,
        decision=decided("x", Step("q", "a")),
        world=outcome.pop("world", _WORLD),
        **{key: value for key, value in given_outcome.items() if key != "world"},
    )
    event = event_of(made, _WORLD)
    return record(event, event.accounts[0], "seed")


def test_a_sign_in_tells_the_sub_and_not_the_name() -> None:
    params = {
        "AuthFlow": "USER_PASSWORD_AUTH",
        "ClientId": "client",
        "AuthParameters": {"USERNAME": "alice", "PASSWORD": "Correct-Horse-1"},
    }
    error = AwsError("NotAuthorizedException", "Incorrect username or password.")
    made = _record("cognito-idp:InitiateAuth", params, error=error)
    assert made["userIdentity"] == {"type": "Unknown", "principalId": "Anonymous"}
    assert made["additionalEventData"] == {"sub": "sub-of-alice"}
    assert (made["errorCode"], made["errorMessage"]) == ("NotAuthorizedException", "Incorrect username or password.")
    assert made["recipientAccountId"] == "111111111111"
    assert (made["eventCategory"], made["readOnly"]) == ("Management", False)
    assert "alice" not in json.dumps(made).replace("sub-of-alice", "")
    assert "Horse" not in json.dumps(made)


def test_nobody_is_told_of_where_there_is_no_such_user() -> None:
    params = {"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "client", "AuthParameters": {"USERNAME": "nobody"}}
    error = AwsError("UserNotFoundException", "User does not exist.")
    assert "additionalEventData" not in _record("cognito-idp:InitiateAuth", params, error=error)


def test_a_user_deleted_by_the_call_is_still_told_of() -> None:
    caller = IamUser("arn:aws:iam::111111111111:user/op", "AIDAX")
    params = {"UserPoolId": _POOL.id, "Username": "alice"}
    made = _record(
        "cognito-idp:AdminDeleteUser",
        params,
        caller=caller,
        response={},
        world=_WORLD.without_pool_user(_POOL.id, "alice"),
    )
    assert made["additionalEventData"] == {"sub": "sub-of-alice"}
    assert made["requestParameters"] == {"userPoolId": _POOL.id, "username": HIDDEN}
    assert made["responseElements"] is None


def test_tokens_of_an_answer_are_hidden_and_the_rest_is_told() -> None:
    result = {"AccessToken": "eyJa.b.c", "IdToken": "eyJd.e.f", "RefreshToken": "opaque-refresh", "ExpiresIn": 3600}
    params = {"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "client", "AuthParameters": {"USERNAME": "alice"}}
    answer = {"AuthenticationResult": {**result, "TokenType": "Bearer"}, "ChallengeParameters": {}}
    made = _record("cognito-idp:InitiateAuth", params, response=answer)
    assert made["responseElements"]["authenticationResult"] == {
        "accessToken": HIDDEN,
        "expiresIn": 3600,
        "tokenType": "Bearer",
        "refreshToken": HIDDEN,
        "idToken": HIDDEN,
    }


def test_a_call_without_parameters_shows_none_and_hides_none() -> None:
    shape = operation_shape("sts:GetCallerIdentity").model.input_shape
    assert redact("sts:GetCallerIdentity", shape, {}).value == {}
