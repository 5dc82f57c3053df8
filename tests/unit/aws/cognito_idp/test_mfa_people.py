"""People who sign in with what they know, hold and read; and who cannot, without it."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from cogsim.actors.authenticator_app import AuthenticatorApp
from cogsim.actors.device import Device
from cogsim.aws.call import Credentials
from cogsim.errors import AwsError, InputError
from cogsim.simulation import Simulation
from cogsim.tokens import srp
from cogsim.world.user_pool import DeviceConfiguration

ALL = ("SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP")
OPERATOR = Credentials("AKIAOPERATOR", "operators-secret")
PHONE = {"phone_number": "+15550100"}


def people(
    make: Any,
    attributes: dict[str, str] | None = None,
    pool: dict[str, Any] | None = None,
    client: dict[str, Any] | None = None,
) -> Simulation:
    """A simulation with alice in a pool that requires MFA, unless `pool` says otherwise."""
    required = {"mfa": "ON", "mfa_factors": ALL, "recovery": ("admin_only",)}
    pools = make(pool={**required, **(pool or {})})
    pools.confirmed(**(attributes or {}))
    world = pools.cloud.world.with_known_password(pools.pool_id, "alice", pools.password)
    return Simulation(world.with_client(replace(world.clients[pools.client_id], **(client or {}))))


def test_a_person_reads_the_code_that_was_sent(make: Any) -> None:
    session = people(make, PHONE).sign_in("alice")
    assert session.access_token
    assert people(make, {"email": "alice@example.com"}).sign_in("alice").access_token


@pytest.mark.parametrize(
    ("flows", "signed"),
    [
        (("ALLOW_USER_SRP_AUTH",), False),
        (("ALLOW_USER_PASSWORD_AUTH",), False),
        (("ALLOW_ADMIN_USER_PASSWORD_AUTH",), True),
    ],
)
def test_every_flow_leads_through_the_factor(make: Any, flows: tuple[str, ...], signed: bool) -> None:
    sim = people(make, PHONE, client={"explicit_auth_flows": flows, "secret": "s" * 30})
    assert sim.sign_in("alice", operator=OPERATOR if signed else None).access_token
    challenged = "AdminRespondToAuthChallenge" if signed else "RespondToAuthChallenge"
    assert sim.trail[-1]["eventName"] == challenged


def test_an_app_is_set_up_at_the_first_sign_in_and_asked_at_the_next(make: Any) -> None:
    sim, app = people(make), AuthenticatorApp("phone")
    assert sim.sign_in("alice", authenticator=app).access_token
    sim.advance(30)
    assert sim.sign_in("alice", authenticator=app).access_token
    with pytest.raises(AwsError, match="already been used once"):
        sim.sign_in("alice", authenticator=app)
    with pytest.raises(InputError, match="SOFTWARE_TOKEN_MFA: give authenticator"):
        sim.sign_in("alice")
    sim.advance("10m")
    app.fast = 90
    with pytest.raises(AwsError, match="Invalid code received for user"):
        sim.sign_in("alice", authenticator=app)


def test_a_person_chooses_among_factors(make: Any) -> None:
    sim, app = people(make, PHONE), AuthenticatorApp()
    token = sim.sign_in("alice").access_token
    app.scan(sim.call("cognito-idp:AssociateSoftwareToken", {"AccessToken": token})["SecretCode"])
    sim.call("cognito-idp:VerifySoftwareToken", {"AccessToken": token, "UserCode": app.code(sim.now)})
    sim.advance(60)
    with pytest.raises(InputError, match=r"SELECT_MFA_TYPE\): give mfa, one of \['SMS_MFA', 'SOFTWARE_TOKEN_MFA'\]"):
        sim.sign_in("alice", authenticator=app)
    assert sim.sign_in("alice", mfa="SMS_MFA").access_token
    assert sim.sign_in("alice", mfa="SOFTWARE_TOKEN_MFA", authenticator=app).access_token


def test_a_temporary_password_and_a_factor_in_one_sign_in(make: Any) -> None:
    sim = people(make)
    made = {
        "UserPoolId": next(iter(sim.world.user_pools)),
        "Username": "bob",
        "TemporaryPassword": "Temporary-1",
        "MessageAction": "SUPPRESS",
        "UserAttributes": [{"Name": "phone_number", "Value": "+15550100"}],
    }
    sim.call("cognito-idp:AdminCreateUser", made, OPERATOR)
    with pytest.raises(InputError, match="NEW_PASSWORD_REQUIRED"):
        sim.sign_in("bob", password="Temporary-1")
    assert sim.sign_in("bob", password="Temporary-1", new_password="Chosen-horse-1").access_token
    assert sim.sign_in("bob", password="Chosen-horse-1").access_token


def test_a_remembered_device_needs_no_code(make: Any) -> None:
    tracking = DeviceConfiguration(challenge_required_on_new_device=True, remembered_on_user_prompt=True)
    sim, device = people(make, PHONE, {"devices": tracking}), Device("laptop")
    first = sim.sign_in("alice", device=device)
    assert first.device_key == device.key
    read = len(sim.mailbox("alice"))
    second = sim.sign_in("alice", device=device)
    assert len(sim.mailbox("alice")) == read
    assert second.device_key == device.key
    assert sim.refresh(second).access_token
    with pytest.raises(AwsError, match=r"Invalid Refresh Token\."):
        sim.refresh(replace(second, device_key=None))
    stranger = Device("laptop", key=device.key, group_key=device.group_key, secret="guess")
    with pytest.raises(AwsError, match="Incorrect username or password"):
        sim.sign_in("alice", device=stranger)


def test_a_device_that_the_person_does_not_want_remembered_gives_the_code_again(make: Any) -> None:
    tracking = DeviceConfiguration(challenge_required_on_new_device=True, remembered_on_user_prompt=True)
    sim, device = people(make, PHONE, {"devices": tracking}), Device("kiosk", remember=False)
    sim.sign_in("alice", device=device)
    read = len(sim.mailbox("alice"))
    assert sim.sign_in("alice", device=device).access_token
    assert len(sim.mailbox("alice")) == read + 1


def test_what_an_app_and_a_device_do_not_have_is_said() -> None:
    with pytest.raises(InputError, match="holds no account yet"):
        AuthenticatorApp().code(0.0)
    with pytest.raises(InputError, match="base32"):
        AuthenticatorApp().scan("1!")
    with pytest.raises(InputError, match="has no key yet"):
        Device().exchange(0.0)


def test_the_same_people_do_the_same_in_every_run(make: Any) -> None:
    sessions = []
    for _ in range(2):
        sim = people(make, PHONE, {"devices": DeviceConfiguration()})
        device = Device()
        sessions.append((sim.sign_in("alice", device=device), sim.sign_in("alice", device=device)))
    assert sessions[0] == sessions[1]


def test_the_trail_holds_no_code_no_secret_and_no_verifier(make: Any) -> None:
    tracking = DeviceConfiguration(challenge_required_on_new_device=True)
    sim, app, device = people(make, PHONE, {"devices": tracking, "mfa_factors": ALL}), AuthenticatorApp(), Device()
    session = sim.sign_in("alice", device=device)
    token = {"AccessToken": session.access_token}
    app.scan(sim.call("cognito-idp:AssociateSoftwareToken", token)["SecretCode"])
    sim.call("cognito-idp:VerifySoftwareToken", {**token, "UserCode": app.code(sim.now)})
    sim.sign_in("alice", device=device)
    shown = json.dumps(sim.trail)
    kept = sim.world.pool_users[session.pool_id, "alice"].devices[device.key or ""]
    verifier = base64.b64encode(srp.padded(int(kept.verifier.verifier, 16))).decode()
    for secret in (sim.mailbox("alice")[-1].code, app.secret, device.secret, app.code(sim.now), verifier):
        assert json.dumps(secret)[1:-1] not in shown
    assert {"ConfirmDevice", "VerifySoftwareToken"} <= {event["eventName"] for event in sim.trail}
