"""Devices: given out, confirmed, remembered, proved, listed, forgotten; and the refresh that must name one."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from pycognito import aws_srp
from pycognito.aws_srp import AWSSRP

from cogsim.actors.device import Device
from cogsim.assumptions import assuming
from cogsim.tokens import srp
from cogsim.world.user_pool import DeviceConfiguration
from tests.generators.boto_like import BotoLike

NO_DEVICE = ("ResourceNotFoundException", "Device does not exist.")
INCORRECT = ("NotAuthorizedException", "Incorrect username or password.")
INVALID_SESSION = ("NotAuthorizedException", "Invalid session for the user.")
SESSION_USED = ("NotAuthorizedException", "Invalid session for the user, session can only be used once.")
INVALID_REFRESH = ("NotAuthorizedException", "Invalid Refresh Token.")
REPLACING = DeviceConfiguration(challenge_required_on_new_device=True)
ALL = ("SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP")


@pytest.fixture
def pools(make: Any) -> Any:
    made = make(pool={"devices": REPLACING})
    made.confirmed(phone_number="+15550100")
    return made


def set_pool(pools: Any, **changes: Any) -> None:
    pool = pools.cloud.world.user_pools[pools.pool_id]
    pools.cloud.world = pools.cloud.world.with_user_pool(replace(pool, **changes))


def enrolled(pools: Any, device: Device | None = None, result: Mapping[str, Any] | None = None) -> tuple[Device, str]:
    """A device that was confirmed, and the access token it was confirmed with."""
    device, result = device or Device("laptop"), result or pools.tokens()
    config = device.enroll(result["NewDeviceMetadata"])
    token = result["AccessToken"]
    confirm(pools, token, device, config)
    return device, token


def confirm(pools: Any, token: str, device: Device, config: Mapping[str, str]) -> Any:
    return pools.call(
        "ConfirmDevice",
        AccessToken=token,
        DeviceKey=device.key,
        DeviceName=device.name,
        DeviceSecretVerifierConfig=dict(config),
    )


def respond(name: str, session: str, **responses: str) -> dict[str, Any]:
    return {
        "ChallengeName": name,
        "Session": session,
        "ChallengeResponses": {"USERNAME": "alice", **responses},
    }


def call(pools: Any, params: Mapping[str, Any]) -> Mapping[str, Any]:
    return pools.call("RespondToAuthChallenge", ClientId=pools.client_id, **params)  # type: ignore[no-any-return]


def refused(pools: Any, params: Mapping[str, Any]) -> Any:
    return pools.refusal("RespondToAuthChallenge", ClientId=pools.client_id, **params)


def log_in_from(pools: Any, device: Device) -> Mapping[str, Any]:
    return pools.call("InitiateAuth", **pools.login(DEVICE_KEY=device.key))  # type: ignore[no-any-return]


def begun(pools: Any, device: Device, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to DEVICE_SRP_AUTH."""
    public = device.exchange(pools.cloud.clock.now).public
    return respond("DEVICE_SRP_AUTH", asked["Session"], DEVICE_KEY=device.key or "", SRP_A=public)


def proof(pools: Any, device: Device, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to DEVICE_PASSWORD_VERIFIER."""
    now = pools.cloud.clock.now
    given = device.proof(device.exchange(now), asked["ChallengeParameters"], now)
    return respond("DEVICE_PASSWORD_VERIFIER", asked["Session"], **given)


def refresh(pools: Any, token: str, **more: str) -> dict[str, Any]:
    parameters = {"REFRESH_TOKEN": token, **more}
    return {"ClientId": pools.client_id, "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": parameters}


def test_a_sign_in_without_a_device_is_given_a_new_one_each_time(pools: Any) -> None:
    first, second = pools.tokens(), pools.tokens()
    keys = [result["NewDeviceMetadata"]["DeviceKey"] for result in (first, second)]
    assert keys[0] != keys[1]
    assert keys[0].startswith("us-east-1_")
    assert pools.claims(first["AccessToken"])["device_key"] == keys[0]
    assert "device_key" not in pools.claims(first["IdToken"])


def test_a_pool_that_tracks_none_names_none(make: Any) -> None:
    pools = make()
    pools.confirmed()
    result = pools.call("InitiateAuth", **pools.login(DEVICE_KEY="us-east-1_0a"))["AuthenticationResult"]
    assert "NewDeviceMetadata" not in result
    assert "device_key" not in pools.claims(result["AccessToken"])
    assert pools.refusal("ConfirmDevice", AccessToken=result["AccessToken"], DeviceKey="us-east-1_0a") == (
        "InvalidUserPoolConfigurationException",
        "Device tracking is not configured for the user pool",
    )


def test_a_device_is_confirmed_once_and_remembered_at_once_or_when_the_user_says_so(pools: Any) -> None:
    device = Device("laptop")
    result = pools.tokens()
    config = device.enroll(result["NewDeviceMetadata"])
    assert confirm(pools, result["AccessToken"], device, config) == {"UserConfirmationNecessary": False}
    again = {"AccessToken": result["AccessToken"], "DeviceKey": device.key, "DeviceSecretVerifierConfig": config}
    assert pools.refusal("ConfirmDevice", **again) == ("DeviceKeyExistsException", "Device already exists.")
    set_pool(pools, devices=replace(REPLACING, remembered_on_user_prompt=True))
    other, result = Device("phone"), pools.tokens()
    config = other.enroll(result["NewDeviceMetadata"])
    assert confirm(pools, result["AccessToken"], other, config) == {"UserConfirmationNecessary": True}
    assert pools.cloud.world.pool_users[pools.pool_id, "alice"].devices[other.key].remembered is False
    status = {"AccessToken": result["AccessToken"], "DeviceKey": other.key}
    pools.call("UpdateDeviceStatus", **status, DeviceRememberedStatus="remembered")
    assert pools.cloud.world.pool_users[pools.pool_id, "alice"].devices[other.key].remembered is True


def test_only_a_key_that_this_user_was_given_can_be_confirmed(pools: Any) -> None:
    pools.confirmed("bob")
    bobs = pools.tokens("bob")["NewDeviceMetadata"]
    device = Device()
    config = device.enroll(bobs)
    params = {"AccessToken": pools.access_token(), "DeviceKey": device.key, "DeviceSecretVerifierConfig": config}
    assert pools.refusal("ConfirmDevice", **params) == ("InvalidParameterException", "Invalid device key given.")


@pytest.mark.parametrize(
    "config",
    [
        None,
        {},
        {"Salt": "AA=="},
        {"Salt": "not base64", "PasswordVerifier": "AQ=="},
        {"Salt": "AQ==", "PasswordVerifier": "AA=="},
        {"Salt": "AQ==", "PasswordVerifier": base64.b64encode(srp.padded(srp.N)).decode()},
    ],
)
def test_a_verifier_that_anybody_could_meet_is_refused(pools: Any, config: Any) -> None:
    result = pools.tokens()
    key = result["NewDeviceMetadata"]["DeviceKey"]
    more = {} if config is None else {"DeviceSecretVerifierConfig": config}
    assert pools.refusal("ConfirmDevice", AccessToken=result["AccessToken"], DeviceKey=key, **more) == (
        "InvalidParameterException",
        "Invalid device secret verifier config",
    )


def test_a_remembered_device_replaces_the_second_factor_by_its_proof(pools: Any) -> None:
    device, _ = enrolled(pools)
    set_pool(pools, mfa="ON", mfa_factors=ALL, recovery=("admin_only",))
    before = pools.message_count()
    asked = log_in_from(pools, device)
    assert (asked["ChallengeName"], asked["ChallengeParameters"]) == ("DEVICE_SRP_AUTH", {})
    challenge = call(pools, begun(pools, device, asked))
    assert challenge["ChallengeName"] == "DEVICE_PASSWORD_VERIFIER"
    assert set(challenge["ChallengeParameters"]) == {"SALT", "SRP_B", "SECRET_BLOCK", "DEVICE_KEY", "USERNAME"}
    result = call(pools, proof(pools, device, challenge))["AuthenticationResult"]
    assert "NewDeviceMetadata" not in result
    assert pools.claims(result["AccessToken"])["device_key"] == device.key
    assert pools.message_count() == before
    assert refused(pools, proof(pools, device, challenge)) == SESSION_USED


def test_the_password_is_never_replaced(pools: Any) -> None:
    device, _ = enrolled(pools)
    assert pools.refusal("InitiateAuth", **pools.login(password="wrong", DEVICE_KEY=device.key)) == INCORRECT


def test_the_key_alone_and_a_wrong_proof_open_nothing(pools: Any) -> None:
    device, _ = enrolled(pools)
    thief = Device("stolen", key=device.key, group_key=device.group_key, secret="guess")
    asked = log_in_from(pools, thief)
    challenge = call(pools, begun(pools, thief, asked))
    assert refused(pools, proof(pools, thief, challenge)) == INCORRECT
    assert refused(pools, proof(pools, device, challenge)) == SESSION_USED


def test_a_proof_fits_its_own_challenge_only(pools: Any) -> None:
    device, _ = enrolled(pools)
    first = call(pools, begun(pools, device, log_in_from(pools, device)))
    second = call(pools, begun(pools, device, log_in_from(pools, device)))
    crossed = {**proof(pools, device, first), "Session": second["Session"]}
    assert refused(pools, crossed) == INCORRECT


def test_the_device_of_the_answer_is_the_device_of_the_sign_in(pools: Any) -> None:
    device, _ = enrolled(pools)
    other, _ = enrolled(pools, Device("phone"))
    asked = log_in_from(pools, device)
    assert refused(pools, begun(pools, other, asked)) == NO_DEVICE
    weak = begun(pools, device, asked)
    weak["ChallengeResponses"]["SRP_A"] = f"{srp.N:x}"
    assert refused(pools, weak) == ("InvalidParameterException", "Invalid SRP_A")
    challenge = call(pools, begun(pools, device, asked))
    assert refused(pools, proof(pools, other, {**challenge})) == NO_DEVICE


def test_a_device_forgotten_in_the_middle_proves_nothing(pools: Any) -> None:
    device, token = enrolled(pools)
    challenge = call(pools, begun(pools, device, log_in_from(pools, device)))
    pools.call("ForgetDevice", AccessToken=token, DeviceKey=device.key)
    assert refused(pools, proof(pools, device, challenge)) == NO_DEVICE


def test_an_unknown_device_is_told_once_the_password_is_right(pools: Any) -> None:
    pools.confirmed("bob")
    device, _ = enrolled(pools, result=pools.tokens("bob"))
    assert pools.refusal("InitiateAuth", **pools.login(DEVICE_KEY=device.key)) == NO_DEVICE
    assert pools.refusal("InitiateAuth", **pools.login(password="wrong", DEVICE_KEY=device.key)) == INCORRECT


def test_where_a_device_replaces_nothing_the_factor_is_asked_first(make: Any) -> None:
    pools = make(pool={"devices": DeviceConfiguration()})
    pools.confirmed(phone_number="+15550100")
    device, _ = enrolled(pools)
    set_pool(pools, mfa="ON", mfa_factors=ALL, recovery=("admin_only",))
    asked = log_in_from(pools, device)
    assert asked["ChallengeName"] == "SMS_MFA"
    asked = call(pools, respond("SMS_MFA", asked["Session"], SMS_MFA_CODE=pools.code("alice")))
    assert asked["ChallengeName"] == "DEVICE_SRP_AUTH"
    challenge = call(pools, begun(pools, device, asked))
    assert "AuthenticationResult" in call(pools, proof(pools, device, challenge))


def test_a_device_that_is_not_remembered_gives_the_factor_and_gets_no_new_key(pools: Any) -> None:
    device, _ = enrolled(pools)
    set_pool(pools, mfa="ON", mfa_factors=ALL, recovery=("admin_only",))
    pools.admin(
        "AdminUpdateDeviceStatus", Username="alice", DeviceKey=device.key, DeviceRememberedStatus="not_remembered"
    )
    asked = log_in_from(pools, device)
    assert asked["ChallengeName"] == "SMS_MFA"
    code = pools.code("alice")
    result = call(pools, respond("SMS_MFA", asked["Session"], SMS_MFA_CODE=code))["AuthenticationResult"]
    assert "NewDeviceMetadata" not in result


def test_the_key_can_come_with_a_later_answer(pools: Any) -> None:
    device, _ = enrolled(pools)
    set_pool(pools, mfa="ON", mfa_factors=ALL, recovery=("admin_only",))
    asked = pools.log_in()
    code = pools.code("alice")
    params = respond("SMS_MFA", asked["Session"], SMS_MFA_CODE=code, DEVICE_KEY=device.key or "")
    assert call(pools, params)["ChallengeName"] == "DEVICE_SRP_AUTH"


def test_a_refresh_comes_from_the_device_of_its_sign_in(pools: Any) -> None:
    result = pools.tokens()
    key = result["NewDeviceMetadata"]["DeviceKey"]
    token = result["RefreshToken"]
    assert pools.refusal("InitiateAuth", **refresh(pools, token)) == INVALID_REFRESH
    assert pools.refusal("InitiateAuth", **refresh(pools, token, DEVICE_KEY="us-east-1_0a")) == INVALID_REFRESH
    fresh = pools.call("InitiateAuth", **refresh(pools, token, DEVICE_KEY=key))["AuthenticationResult"]
    assert pools.claims(fresh["AccessToken"])["device_key"] == key
    assert "NewDeviceMetadata" not in fresh


def test_forgetting_a_device_ends_its_sign_ins_or_does_not(pools: Any) -> None:
    for answer, ended in (("no", False), ("yes", True)):
        result = pools.tokens()
        device, token = enrolled(pools, Device(answer), result)
        other = pools.tokens()
        with assuming({"cognito.forgetDeviceRevokes": answer}):
            pools.call("ForgetDevice", AccessToken=token, DeviceKey=device.key)
        params = refresh(pools, result["RefreshToken"], DEVICE_KEY=device.key or "")
        if ended:
            assert pools.refusal("InitiateAuth", **params)[1] == "Refresh Token has been revoked"
        else:
            assert "AuthenticationResult" in pools.call("InitiateAuth", **params)
        key = other["NewDeviceMetadata"]["DeviceKey"]
        assert "AuthenticationResult" in pools.call(
            "InitiateAuth", **refresh(pools, other["RefreshToken"], DEVICE_KEY=key)
        )


def test_devices_are_shown_and_listed_to_their_user_and_to_operators(pools: Any) -> None:
    devices = sorted((enrolled(pools, Device(f"d{number}"))[0] for number in range(3)), key=lambda each: each.key or "")
    token = pools.access_token()
    shown = pools.call("GetDevice", AccessToken=token, DeviceKey=devices[0].key)["Device"]
    told = {entry["Name"]: entry["Value"] for entry in shown["DeviceAttributes"]}
    sub = pools.user()["sub"]
    assert told["device_name"] == devices[0].name
    assert told["device_status"] == "valid"
    assert told["dev:device_owner"] == sub
    assert told["dev:device_remembered_status"] == "remembered"
    assert told["dev:device_arn"] == f"arn:aws:cognito-idp:us-east-1:123456789012:owner/{sub}/device/{devices[0].key}"
    assert pools.admin("AdminGetDevice", Username="alice", DeviceKey=devices[0].key)["Device"] == shown
    first = pools.call("ListDevices", AccessToken=token, Limit=2)
    rest = pools.call("ListDevices", AccessToken=token, Limit=2, PaginationToken=first["PaginationToken"])
    assert [each["DeviceKey"] for each in first["Devices"] + rest["Devices"]] == [device.key for device in devices]
    assert "PaginationToken" not in rest
    assert len(pools.admin("AdminListDevices", Username="alice")["Devices"]) == 3
    pools.admin("AdminForgetDevice", Username="alice", DeviceKey=devices[0].key)
    assert len(pools.call("ListDevices", AccessToken=token)["Devices"]) == 2


@pytest.mark.parametrize("name", ["GetDevice", "ForgetDevice", "UpdateDeviceStatus"])
def test_a_device_that_is_not_there_is_not_found(pools: Any, name: str) -> None:
    assert pools.refusal(name, AccessToken=pools.access_token(), DeviceKey="us-east-1_0a") == NO_DEVICE
    params = {"UserPoolId": pools.pool_id, "Username": "alice", "DeviceKey": "us-east-1_0a"}
    assert pools.refusal(f"Admin{name}", **params) == NO_DEVICE
    assert pools.refusal(f"Admin{name}", pools.stranger, **params)[0] == "AccessDeniedException"
    if name != "UpdateDeviceStatus":
        assert pools.refusal(name, DeviceKey="us-east-1_0a") == ("NotAuthorizedException", "Invalid Access Token")


def test_operators_who_read_of_nobody_miss_a_resource(pools: Any) -> None:
    missing = {"UserPoolId": pools.pool_id, "Username": "nobody"}
    text = "User does not exist."
    assert pools.refusal("AdminListDevices", **missing) == ("ResourceNotFoundException", text)
    assert pools.refusal("AdminGetDevice", **missing, DeviceKey="us-east-1_0a") == ("ResourceNotFoundException", text)
    assert pools.refusal("AdminForgetDevice", **missing, DeviceKey="us-east-1_0a") == ("UserNotFoundException", text)


def test_no_verifier_stands_in_a_repr(pools: Any) -> None:
    device, _ = enrolled(pools)
    kept = pools.cloud.world.pool_users[pools.pool_id, "alice"].devices[device.key]
    assert kept.verifier.verifier not in repr(kept)
    assert (device.secret or "x") not in repr(device)
    challenge = call(pools, begun(pools, device, log_in_from(pools, device)))
    assert kept.verifier.verifier not in repr(pools.cloud.state)
    assert challenge["ChallengeParameters"]["SECRET_BLOCK"] not in repr(pools.cloud.state)
    assert refused(pools, {**begun(pools, device, challenge)}) == INVALID_SESSION


def test_an_answer_without_a_session_means_the_step_of_its_own_device(pools: Any) -> None:
    device, _ = enrolled(pools)
    nobodys = begun(pools, device, {"Session": ""})
    del nobodys["Session"]
    assert refused(pools, nobodys) == INVALID_SESSION
    log_in_from(pools, device)
    challenge = call(pools, nobodys)
    assert refused(pools, nobodys) == SESSION_USED
    proved = proof(pools, device, challenge)
    del proved["Session"]
    assert "AuthenticationResult" in call(pools, proved)
    assert refused(pools, proved) == SESSION_USED


def test_a_signature_over_another_block_is_no_proof(pools: Any) -> None:
    device, _ = enrolled(pools)
    challenge = call(pools, begun(pools, device, log_in_from(pools, device)))
    block = base64.b64encode(b"another block").decode()
    forged = {**challenge, "ChallengeParameters": {**challenge["ChallengeParameters"], "SECRET_BLOCK": block}}
    assert refused(pools, proof(pools, device, forged)) == INCORRECT


class Recorder:
    """What pycognito would post to confirm a device."""

    def __init__(self, pools: Any) -> None:
        self._pools = pools

    def post(self, _url: str, headers: Mapping[str, str], data: str, timeout: int) -> Any:
        return self._pools.call(headers["X-Amz-Target"].partition(".")[2], **json.loads(data))


def test_pycognito_confirms_a_device_and_signs_in_from_it(pools: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    client = AWSSRP(
        username="alice",
        password=pools.password,
        pool_id=pools.pool_id,
        client_id=pools.client_id,
        client=BotoLike(pools),
    )
    monkeypatch.setattr(aws_srp, "requests", Recorder(pools))
    confirmed, secret = client.confirm_device(client.authenticate_user(), "laptop")
    assert confirmed == {"UserConfirmationNecessary": False}
    client.device_password = secret
    set_pool(pools, mfa="ON", mfa_factors=ALL, recovery=("admin_only",))
    for _ in range(3):
        result = client.authenticate_user()["AuthenticationResult"]
        assert pools.claims(result["AccessToken"])["device_key"] == client.device_key
