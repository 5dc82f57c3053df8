"""Codes of virtual MFA devices: whose they are, when they are good, and that they are good once."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.assumptions import assuming
from cogsim.decision import Refusal
from cogsim.decisions.caller import Caller, FederatedUser, IamUser, RoleSession, Root
from cogsim.decisions.mfa_device import MfaProof, enabled_by, prove, still_used
from cogsim.errors import InvalidValue
from cogsim.tokens.totp import PERIOD, code_at, step_at
from cogsim.world.iam import MfaDevice, User
from cogsim.world.world import World

ACCOUNT = "123456789012"
NOW = 1_767_225_600.0
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
BOB, EVE = (User(f"arn:aws:iam::{ACCOUNT}:user/{name}", name) for name in ("bob", "eve"))
SERIAL, OF_ROOT = f"arn:aws:iam::{ACCOUNT}:mfa/phone", f"arn:aws:iam::{ACCOUNT}:mfa/of-root"
DEVICE = MfaDevice(SERIAL, "phone", SEED, user_arn=BOB.arn)
WORLD = (
    World()
    .with_user(BOB)
    .with_mfa_device(DEVICE)
    .with_mfa_device(MfaDevice(OF_ROOT, "of-root", SEED, user_arn=f"arn:aws:iam::{ACCOUNT}:root"))
    .with_mfa_device(MfaDevice(SERIAL + "2", "phone2", SEED))
)
CALLER = IamUser(BOB.arn, BOB.unique_id)
RIGHT = code_at(SEED, NOW)

UNKNOWN = (
    "MultiFactorAuthentication failed, unable to validate MFA code.  "
    "Please verify your MFA serial number is valid and associated with this user."
)
WRONG = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
BOTH = "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."


@pytest.mark.parametrize(
    ("caller", "serial", "code", "message"),
    [
        (CALLER, SERIAL, "000000", WRONG),
        (CALLER, SERIAL, "٠٠٠٠٠٠", WRONG),
        (CALLER, SERIAL, code_at(SEED, NOW - 2 * PERIOD), WRONG),
        (CALLER, SERIAL, code_at(SEED, NOW + 2 * PERIOD), WRONG),
        (CALLER, SERIAL + "2", RIGHT, UNKNOWN),
        (CALLER, "GAHT12345678", RIGHT, UNKNOWN),
        (CALLER, OF_ROOT, RIGHT, UNKNOWN),
        (IamUser(EVE.arn, EVE.unique_id), SERIAL, RIGHT, UNKNOWN),
        (RoleSession("arn:aws:iam::123456789012:role/r", "AROAR", "bob"), SERIAL, RIGHT, UNKNOWN),
        (FederatedUser("bob", BOB.arn), SERIAL, RIGHT, UNKNOWN),
        (Root(ACCOUNT), SERIAL, RIGHT, UNKNOWN),
        (CALLER, SERIAL, None, BOTH),
        (CALLER, None, RIGHT, BOTH),
    ],
)
def test_a_factor_that_proves_nothing(caller: Caller, serial: str | None, code: str | None, message: str) -> None:
    assert prove(WORLD, caller, serial, code, (), NOW).value == Refusal("AccessDenied", message)


@pytest.mark.parametrize("offset", [-PERIOD, 0, PERIOD])
def test_a_factor_that_proves(offset: int) -> None:
    given_code = code_at(SEED, NOW + offset)
    assert prove(WORLD, CALLER, SERIAL, given_code, (), NOW).value == MfaProof(SERIAL, step_at(NOW + offset))


def test_no_factor_is_no_refusal() -> None:
    assert prove(WORLD, CALLER, None, None, (), NOW).value is None


def test_the_root_user_has_devices_too() -> None:
    assert isinstance(prove(WORLD, Root(ACCOUNT), OF_ROOT, RIGHT, (), NOW).value, MfaProof)


def test_a_code_is_good_once_unless_the_switch_says_otherwise() -> None:
    used = still_used((), step_at(NOW))
    refused = prove(WORLD, CALLER, SERIAL, RIGHT, used, NOW)
    assert refused.value == Refusal("AccessDenied", WRONG)
    assert "iam.mfaCodeReuse" in refused.assumptions
    with assuming({"iam.mfaCodeReuse": "taken"}):
        assert isinstance(prove(WORLD, CALLER, SERIAL, RIGHT, used, NOW).value, MfaProof)


def test_how_far_clocks_may_differ_is_a_switch() -> None:
    with assuming({"iam.mfaDrift": "0"}):
        late = code_at(SEED, NOW - PERIOD)
        assert prove(WORLD, CALLER, SERIAL, late, (), NOW).value == Refusal("AccessDenied", WRONG)
        assert isinstance(prove(WORLD, CALLER, SERIAL, RIGHT, (), NOW).value, MfaProof)


@settings(deadline=None)
@given(st.lists(st.integers(0, 400), max_size=12))
def test_no_code_proves_twice_however_time_passes(waits: list[int]) -> None:
    now, used, proved = NOW, (), []
    for wait in [0, *waits]:
        now += wait
        found = prove(WORLD, CALLER, SERIAL, code_at(SEED, now), used, now).value
        if isinstance(found, MfaProof):
            proved.append(found.period)
            used = still_used(used, found.period)
    assert len(set(proved)) == len(proved)


def codes(first: int, second: int) -> tuple[str, str]:
    return code_at(SEED, NOW + first * PERIOD), code_at(SEED, NOW + second * PERIOD)


@pytest.mark.parametrize(
    ("pair", "period"),
    [((-1, 0), 0), ((0, 1), 1), ((-2, -1), -1), ((0, 0), None), ((1, 0), None), ((-1, 1), None), ((1, 2), None)],
)
def test_a_device_is_enabled_by_two_codes_in_a_row(pair: tuple[int, int], period: int | None) -> None:
    found = enabled_by(WORLD, WORLD.mfa_devices[SERIAL + "2"], BOB, codes(*pair), NOW).value
    if period is None:
        assert found == Refusal("InvalidAuthenticationCode", "Authentication code for device is not valid.")
    else:
        assert found == step_at(NOW) + period


def test_a_device_in_use_is_not_enabled_again() -> None:
    refused = enabled_by(WORLD, DEVICE, BOB, codes(-1, 0), NOW).value
    assert isinstance(refused, Refusal)
    assert refused.code == "EntityAlreadyExists"


def test_a_seed_is_base32_and_does_not_show() -> None:
    with pytest.raises(InvalidValue, match="base32"):
        MfaDevice(SERIAL, "phone", "not base32!")
    assert SEED not in repr(DEVICE)
