"""The one door: its stages, its ledger, what it takes back, and the total order."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cogsim.aws.call import Call, Credentials, Outcome, ServicePrincipal
from cogsim.aws.cloud import Advance, Cloud
from cogsim.decisions.call_origin import CallOrigin
from cogsim.decisions.caller import Anonymous, IamUser, RoleSession, Service
from cogsim.errors import AwsError, InputError, NotModelled
from cogsim.load import load
from cogsim.world.world import World

_WORLDS = Path(__file__).parent / "worlds"
_READER = "arn:aws:iam::111111111111:role/team/Reader"


@pytest.fixture(scope="module")
def world() -> World:
    return load(_WORLDS / "door.yaml", _WORLDS / "other.yaml")


@pytest.fixture
def cloud(world: World) -> Cloud:
    return Cloud(world, "door")


def keys_of(world: World, user: str) -> Credentials:
    (key,) = (key for key in world.access_keys.values() if key.user_arn.endswith(f"/{user}"))
    return Credentials(key.id, key.secret)


def outcomes(cloud: Cloud) -> list[Outcome]:
    def below(outcome: Outcome) -> list[Outcome]:
        return [outcome, *(inner for child in outcome.children for inner in below(child))]

    return [inner for entry in cloud.log if isinstance(entry, Outcome) for inner in below(entry)]


def submit(cloud: Cloud, operation: str, params: dict[str, Any], who: Any = None) -> Outcome:
    return cloud.submit(Call(operation, params, who, cloud.origin()))


def put(cloud: Cloud, key: str = "a", **more: Any) -> Outcome:
    params = {"Bucket": "door-data", "Key": key, "Body": b"text", **more}
    return submit(cloud, "s3:PutObject", params, keys_of(cloud.world, "operator"))


def assume(cloud: Cloud, name: str = "alice", who: Any = None) -> Credentials:
    params = {"RoleArn": _READER, "RoleSessionName": name}
    given = submit(cloud, "sts:AssumeRole", params, who or keys_of(cloud.world, "operator")).unwrap()["Credentials"]
    return Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


# --- model -----------------------------------------------------------------------------------------------------------


def test_an_unknown_operation_is_bad_input_with_a_suggestion(cloud: Cloud) -> None:
    with pytest.raises(InputError, match=r"did you mean 's3:GetObject'"):
        submit(cloud, "s3:GetObjcet", {})


def test_an_operation_that_is_not_modelled_is_named(cloud: Cloud) -> None:
    with pytest.raises(NotModelled, match="s3:CreateSession is not modelled"):
        submit(cloud, "s3:CreateSession", {"Bucket": "door-data"})


def test_a_service_that_is_not_modelled_is_named(cloud: Cloud) -> None:
    with pytest.raises(NotModelled, match="sqs:ListQueues is not modelled"):
        submit(cloud, "sqs:ListQueues", {})


def test_an_unknown_parameter_is_bad_input_with_a_suggestion(cloud: Cloud) -> None:
    with pytest.raises(InputError, match=r"no parameter 'Buckt' \(did you mean 'Bucket'\?\)"):
        submit(cloud, "s3:GetObject", {"Buckt": "door-data", "Key": "a"})
    assert cloud.log == []


# --- authenticate ----------------------------------------------------------------------------------------------------


def test_keys_prove_who_calls(cloud: Cloud) -> None:
    outcome = submit(cloud, "sts:GetCallerIdentity", {}, keys_of(cloud.world, "operator"))
    assert isinstance(outcome.caller, IamUser)
    assert outcome.unwrap()["Arn"] == "arn:aws:iam::111111111111:user/staff/operator"


@pytest.mark.parametrize(
    ("operation", "params", "codes"),
    [
        ("sts:GetCallerIdentity", {}, ("InvalidClientTokenId", "SignatureDoesNotMatch", "MissingAuthenticationToken")),
        ("s3:GetObject", {"Bucket": "door-data", "Key": "a"}, ("InvalidAccessKeyId", "SignatureDoesNotMatch", None)),
    ],
)
def test_what_proves_nothing_is_refused_in_the_words_of_the_service(
    cloud: Cloud, operation: str, params: dict[str, Any], codes: tuple[str | None, ...]
) -> None:
    good = keys_of(cloud.world, "operator")
    tries = (Credentials("AKIAUNKNOWNUNKNOWN00", "x"), replace(good, secret_access_key="x"), None)
    for credentials, code in zip(tries, codes, strict=True):
        outcome = submit(cloud, operation, params, credentials)
        assert outcome.error is not None
        assert isinstance(outcome.caller, Anonymous)
        assert code is None or outcome.error.code == code


def test_authentication_comes_before_validation(cloud: Cloud) -> None:
    params = {"RoleArn": "x", "RoleSessionName": "y"}
    bad = submit(cloud, "sts:AssumeRole", params, Credentials("AKIAUNKNOWNUNKNOWN00", "x"))
    assert bad.error is not None
    assert bad.error.code == "InvalidClientTokenId"
    good = submit(cloud, "sts:AssumeRole", params, keys_of(cloud.world, "operator"))
    assert good.error is not None
    assert good.error.code == "ValidationError"


def test_a_session_ends_at_its_instant_and_not_before(cloud: Cloud) -> None:
    session = assume(cloud)
    cloud.advance(3599.5)
    assert isinstance(submit(cloud, "sts:GetCallerIdentity", {}, session).caller, RoleSession)
    cloud.advance(0.5)
    late = submit(cloud, "sts:GetCallerIdentity", {}, session)
    assert late.error is not None
    assert late.error.code == "ExpiredToken"


def test_a_session_needs_its_token_and_its_secret(cloud: Cloud) -> None:
    session = assume(cloud)
    for broken in (replace(session, session_token=None), replace(session, session_token="other")):
        assert submit(cloud, "sts:GetCallerIdentity", {}, broken).error is not None
    wrong = submit(cloud, "sts:GetCallerIdentity", {}, replace(session, secret_access_key="other"))
    assert wrong.error is not None
    assert wrong.error.code == "SignatureDoesNotMatch"


@pytest.mark.parametrize(
    ("operation", "params", "code"),
    [
        ("sts:GetCallerIdentity", {}, "InvalidClientTokenId"),
        ("s3:GetObject", {"Bucket": "door-data", "Key": "a"}, "InvalidToken"),
    ],
)
def test_a_session_token_goes_with_its_own_key_and_with_no_long_term_one(
    cloud: Cloud, operation: str, params: dict[str, Any], code: str
) -> None:
    session, key = assume(cloud), keys_of(cloud.world, "operator")
    foreign = (replace(key, session_token=session.session_token), replace(key, session_token="x"))
    for credentials in (*foreign, replace(key, session_token=""), replace(session, session_token="other")):
        outcome = submit(cloud, operation, params, credentials)
        assert outcome.error is not None
        assert outcome.error.code == code
        assert isinstance(outcome.caller, Anonymous)


def test_whoever_is_known_in_one_partition_is_unknown_in_another(cloud: Cloud) -> None:
    there = replace(cloud.origin(), region="cn-north-1", partition="aws-cn")
    for credentials in (keys_of(cloud.world, "operator"), assume(cloud)):
        outcome = cloud.submit(Call("sts:GetCallerIdentity", {}, credentials, there))
        assert outcome.error is not None
        assert outcome.error.code == "InvalidClientTokenId"
        assert isinstance(outcome.caller, Anonymous)


def test_a_session_of_a_role_made_anew_is_dead(cloud: Cloud) -> None:
    session = assume(cloud)
    cloud.world = cloud.world.with_role(replace(cloud.world.roles[_READER], unique_id="AROAANOTHERROLE00000A"))
    assert submit(cloud, "sts:GetCallerIdentity", {}, session).error is not None


# --- validate, ledger ------------------------------------------------------------------------------------------------


def test_validation_comes_before_authorisation(cloud: Cloud) -> None:
    params = {"RoleArn": "x", "RoleSessionName": "y"}
    outcome = submit(cloud, "sts:AssumeRole", params, keys_of(cloud.world, "idler"))
    assert outcome.error is not None
    assert outcome.error.code == "ValidationError"


def test_a_parameter_outside_the_ledger_is_not_modelled_and_changes_nothing(cloud: Cloud) -> None:
    with pytest.raises(NotModelled, match="s3:PutObject with ObjectLockMode is not modelled"):
        put(cloud, ObjectLockMode="COMPLIANCE")
    assert cloud.log == []
    assert cloud.world is cloud.initial
    assert put(cloud, ObjectLockMode=None).number == 0


# --- authorise -------------------------------------------------------------------------------------------------------


def test_a_refusal_keeps_its_reasons_and_says_what_the_service_says(cloud: Cloud) -> None:
    params = {"Bucket": "door-data", "Key": "a", "Body": b""}
    refused = submit(cloud, "s3:PutObject", params, keys_of(cloud.world, "idler"))
    assert refused.error is not None
    assert (refused.error.code, refused.error.message) == ("AccessDenied", "Access Denied")
    assert len(refused.decision.steps) > 1
    assert "door-data" not in cloud.world.objects


def test_an_outcome_unwraps_to_its_response_or_raises_its_error(cloud: Cloud) -> None:
    assert "ETag" in put(cloud).unwrap()
    with pytest.raises(AwsError, match="NoSuchBucket"):
        cloud.call("s3:GetObject", {"Bucket": "no-such", "Key": "a"}, keys_of(cloud.world, "operator"))


# --- handle, children, order -----------------------------------------------------------------------------------------


def guest(cloud: Cloud) -> Outcome:
    (pool,) = cloud.world.identity_pools
    identity = cloud.call("cognito-identity:GetId", {"IdentityPoolId": pool})["IdentityId"]
    return submit(cloud, "cognito-identity:GetCredentialsForIdentity", {"IdentityId": identity})


def test_a_child_call_has_the_number_after_its_parent(cloud: Cloud) -> None:
    vended = guest(cloud)
    put(cloud)
    (child,) = vended.children
    assert isinstance(child.caller, Service)
    assert [outcome.number for outcome in outcomes(cloud)] == [0, 1, 2, 3]
    assert (vended.number, child.number) == (1, 2)


def test_a_child_stands_with_its_parent_and_not_in_the_log(cloud: Cloud) -> None:
    guest(cloud)
    names = [entry.call.name for entry in cloud.log if isinstance(entry, Outcome)]
    assert names == ["GetId", "GetCredentialsForIdentity"]


def test_a_fault_halfway_takes_back_what_children_wrote_and_the_numbers(cloud: Cloud, world: World) -> None:
    (pool,) = world.identity_pools
    identity = cloud.call("cognito-identity:GetId", {"IdentityPoolId": pool})["IdentityId"]
    state, written, log = cloud.state, cloud.world, list(cloud.log)

    class Faulty(Cloud):
        """Fails as a bug of ours would, after the child call has written its session."""

        def submit_child(self, call: Call, parent: Any) -> Outcome:
            super().submit_child(call, parent)
            assert self.state is not state
            raise NotModelled("something deep inside")

    faulty = Faulty(world, "door")
    faulty.world, faulty.state, faulty.log, faulty._numbers = written, state, list(log), cloud._numbers
    with pytest.raises(NotModelled, match="deep inside"):
        submit(faulty, "cognito-identity:GetCredentialsForIdentity", {"IdentityId": identity})
    assert faulty.world is written
    assert faulty.state is state
    assert faulty.log == log
    assert submit(faulty, "sts:GetCallerIdentity", {}, keys_of(world, "operator")).number == 1


# --- time, fork ------------------------------------------------------------------------------------------------------


def test_a_call_without_an_instant_is_made_now_and_a_later_one_moves_the_clock(cloud: Cloud) -> None:
    start = cloud.clock.now
    assert put(cloud).call.at == start
    later = Call("sts:GetCallerIdentity", {}, keys_of(cloud.world, "operator"), cloud.origin(), start + 10.3)
    assert cloud.submit(later).call.at == cloud.clock.now == start + 10.3
    assert cloud.submit(replace(later, at=start)).call.at == start + 10.3


def test_a_move_of_the_clock_stands_in_the_log(cloud: Cloud) -> None:
    start = cloud.clock.now
    cloud.advance(5)
    assert cloud.log == [Advance(5, start)]
    assert cloud.clock.now == start + 5


def test_a_fork_goes_its_own_way_and_draws_the_same(cloud: Cloud) -> None:
    put(cloud)
    twin = cloud.fork()
    assert (twin.world, twin.state, twin.log, twin.start) == (cloud.world, cloud.state, cloud.log, cloud.start)
    here, there = assume(cloud), assume(twin)
    assert here == there
    twin.advance(1)
    put(twin, "only-there")
    assert len(twin.log) == len(cloud.log) + 2
    assert "only-there" not in cloud.world.objects["door-data"]
    assert cloud.clock.now == twin.clock.now - 1


def test_the_same_world_seed_and_calls_give_the_same_outcomes(world: World) -> None:
    def run() -> str:
        cloud = Cloud(world, "same")
        guest(cloud)
        assume(cloud)
        return re.sub(r"0x[0-9a-f]+", "", repr([outcome.response for outcome in outcomes(cloud)]))

    assert run() == run()


def test_a_cloud_calls_from_the_home_of_its_world(cloud: Cloud) -> None:
    assert cloud.origin() == CallOrigin(region="eu-central-1", partition="aws")


def test_a_service_is_taken_at_its_word(cloud: Cloud) -> None:
    outcome = submit(cloud, "sts:GetCallerIdentity", {}, ServicePrincipal("cognito-identity.amazonaws.com"))
    assert isinstance(outcome.caller, Service)
