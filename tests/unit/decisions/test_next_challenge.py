"""What a sign-in proves next: every row of the rules for second factors, and the devices that stand in for them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.assumptions import assuming
from cogsim.decision import Refusal
from cogsim.decisions import mfa_factors, progress
from cogsim.decisions.mfa_factors import candidates, offered, usable
from cogsim.decisions.next_challenge import TOKENS, factor_asked, next_challenge
from cogsim.decisions.progress import Progress
from cogsim.persistent import Map
from cogsim.world.pool_user import Device, PasswordVerifier, PoolUser, SoftwareToken, UserStatus
from cogsim.world.user_pool import DeviceConfiguration, UserPool, WebAuthnConfiguration

ALL = ("SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP")
SMS, TOTP, EMAIL = ALL
POOL = UserPool("eu-west-1_x", "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_x", "people")
USER = PoolUser(POOL.id, "alice", "sub", status=UserStatus.CONFIRMED, password=PasswordVerifier("00", "01"))
APP = SoftwareToken("AEBAGBAFAYDQQCIK", "phone")
PHONE, MAIL = {"phone_number": "+15550100"}, {"email": "alice@example.com"}
BY_PASSWORD = Progress("USER_PASSWORD_AUTH", (progress.PASSWORD,))
DEVICE = Device("eu-west-1_0a", "-g", PasswordVerifier("00", "02"), remembered=True)


def pool(mfa: str = "ON", factors: tuple[str, ...] = ALL, **more: Any) -> UserPool:
    return replace(POOL, mfa=mfa, mfa_factors=factors, **more)


def user(attributes: dict[str, str] | None = None, app: bool = False, **more: Any) -> PoolUser:
    return replace(USER, attributes=Map(attributes or {}), software_token=APP if app else None, **more)


def asked(a_pool: UserPool, a_user: PoolUser, at: Progress = BY_PASSWORD) -> str:
    value = next_challenge(a_pool, a_user, at).value
    return value.code if isinstance(value, Refusal) else value


PHONE_RECOVERS = ("verified_phone_number",)
BOTH_MAIL_FIRST = ("verified_email", "verified_phone_number")
ROWS: list[tuple[str, UserPool, PoolUser, str]] = [
    ("off, whatever the user has", pool("OFF"), user(PHONE, app=True, factors=ALL), TOKENS),
    ("optional and nothing switched on", pool("OPTIONAL"), user(PHONE | MAIL, app=True), TOKENS),
    ("optional with SMS on", pool("OPTIONAL"), user(PHONE, factors=(SMS,)), SMS),
    ("optional with an app on", pool("OPTIONAL"), user(app=True, factors=(TOTP,)), TOTP),
    ("optional with e-mail on", pool("OPTIONAL"), user(MAIL, factors=(EMAIL,)), EMAIL),
    ("optional with two on", pool("OPTIONAL"), user(PHONE, app=True, factors=(SMS, TOTP)), "SELECT_MFA_TYPE"),
    (
        "optional with two on and one preferred",
        pool("OPTIONAL"),
        user(PHONE, app=True, factors=(SMS, TOTP), preferred_factor=TOTP),
        TOTP,
    ),
    (
        "optional with a factor the pool no longer offers",
        pool("OPTIONAL", (TOTP,)),
        user(PHONE, factors=(SMS,)),
        TOKENS,
    ),
    (
        "optional with a factor whose address is gone",
        pool("OPTIONAL"),
        user(factors=(SMS,)),
        "InvalidParameterException",
    ),
    ("required and nothing there", pool(), user(), "MFA_SETUP"),
    ("required with an app alone", pool(), user(app=True), TOTP),
    ("required with a phone alone", pool(), user(PHONE), SMS),
    ("required with e-mail alone", pool(), user(MAIL), EMAIL),
    ("required with an app and a phone", pool(), user(PHONE, app=True), "SELECT_MFA_TYPE"),
    ("required, and the phone is not offered", pool(factors=(TOTP,)), user(PHONE), "MFA_SETUP"),
    (
        "required, and the only address recovers the password",
        pool(recovery=PHONE_RECOVERS),
        user(PHONE),
        "InvalidParameterException",
    ),
    (
        "required, the address recovers, and there is an app",
        pool(recovery=PHONE_RECOVERS),
        user(PHONE, app=True),
        TOTP,
    ),
    ("required, both addresses, e-mail recovers", pool(recovery=("verified_email",)), user(PHONE | MAIL), SMS),
    (
        "required, both addresses, the phone recovers",
        pool(recovery=PHONE_RECOVERS),
        user(PHONE | MAIL),
        EMAIL,
    ),
    ("required, both addresses, both recover, e-mail first", pool(recovery=BOTH_MAIL_FIRST), user(PHONE | MAIL), SMS),
    ("required, both addresses, the older recovery", pool(), user(PHONE | MAIL), EMAIL),
    (
        "required, both addresses, operators recover",
        pool(recovery=("admin_only",)),
        user(PHONE | MAIL),
        "SELECT_MFA_TYPE",
    ),
    (
        "required, an app and both addresses",
        pool(recovery=("verified_email",)),
        user(PHONE | MAIL, app=True),
        "SELECT_MFA_TYPE",
    ),
    (
        "required, and the preferred address recovers the password",
        pool(recovery=PHONE_RECOVERS),
        user(PHONE, factors=(SMS,), preferred_factor=SMS),
        SMS,
    ),
    (
        "required, and the address that is on recovers the password",
        pool(recovery=PHONE_RECOVERS),
        user(PHONE | MAIL, factors=(SMS,)),
        SMS,
    ),
    ("required, and the preferred factor is gone", pool(), user(MAIL, factors=(SMS,), preferred_factor=SMS), EMAIL),
    ("required and no factor named", pool(factors=()), user(PHONE | MAIL), SMS),
    ("required of a federated user", pool(), user(PHONE, status=UserStatus.EXTERNAL_PROVIDER), TOKENS),
    (
        "a temporary password comes before everything",
        pool(),
        user(PHONE, status=UserStatus.FORCE_CHANGE_PASSWORD),
        "NEW_PASSWORD_REQUIRED",
    ),
]


@pytest.mark.parametrize(("a_pool", "a_user", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_every_row_of_the_rules(a_pool: UserPool, a_user: PoolUser, expected: str) -> None:
    decision = next_challenge(a_pool, a_user, BY_PASSWORD)
    assert (decision.value.code if isinstance(decision.value, Refusal) else decision.value) == expected
    assert all(step.source for step in decision.steps)


def test_the_user_chooses_among_what_can_be_asked() -> None:
    found = candidates(pool(recovery=("verified_email",)), user(PHONE | MAIL, app=True))
    assert found.value == (SMS, TOTP)
    assert candidates(pool("OPTIONAL"), user(PHONE | MAIL, app=True, factors=(EMAIL, TOTP))).value == (TOTP, EMAIL)
    assert mfa_factors.accept_choice((SMS, EMAIL), "EMAIL_MFA").value == EMAIL
    assert isinstance(mfa_factors.accept_choice((SMS, EMAIL), TOTP).value, Refusal)


def test_both_addresses_that_recover_can_be_left_to_the_user() -> None:
    with assuming({"cognito.bothContactsForMfa": "select"}):
        decision = next_challenge(pool(recovery=BOTH_MAIL_FIRST), user(PHONE | MAIL), BY_PASSWORD)
    assert decision.value == "SELECT_MFA_TYPE"
    assert "cognito.bothContactsForMfa" in decision.assumptions


def test_a_factor_whose_address_is_gone_can_be_taken_not_to_be_asked() -> None:
    with assuming({"cognito.activeFactorWithoutAddress": "not-asked"}):
        assert asked(pool("OPTIONAL"), user(factors=(SMS,))) == TOKENS
        assert asked(pool("OPTIONAL"), user(factors=(SMS,)), replace(BY_PASSWORD, factor_demanded=True)) == (
            "NotAuthorizedException"
        )


@pytest.mark.parametrize(
    ("a_pool", "a_user", "expected"),
    [
        (pool("OPTIONAL"), user(PHONE), SMS),
        (pool("OPTIONAL"), user(app=True), TOTP),
        (pool("OPTIONAL"), user(PHONE, app=True, factors=(TOTP,)), TOTP),
        (pool("OPTIONAL"), user(), "NotAuthorizedException"),
        (pool("OFF", ()), user(PHONE), "NotAuthorizedException"),
        (pool(), user(), "MFA_SETUP"),
    ],
)
def test_a_risk_can_demand_a_factor_and_who_has_none_is_blocked(
    a_pool: UserPool, a_user: PoolUser, expected: str
) -> None:
    decision = next_challenge(a_pool, a_user, replace(BY_PASSWORD, factor_demanded=True))
    if isinstance(decision.value, Refusal):
        assert decision.value.message == "Unable to login because of security reasons"
        assert decision.value.code == expected
    else:
        assert decision.value == expected


@pytest.mark.parametrize("proof", [progress.SMS, progress.TOTP, progress.EMAIL, progress.FACTOR_SET_UP])
def test_a_factor_that_was_given_is_not_asked_again(proof: str) -> None:
    assert asked(pool(), user(PHONE), BY_PASSWORD.having(proof)) == TOKENS


@pytest.mark.parametrize("proof", [progress.SMS, progress.EMAIL])
def test_a_code_as_the_first_factor_is_no_second_one(proof: str) -> None:
    assert asked(pool(), user(app=True), Progress("USER_AUTH", (proof,))) == TOTP


def test_who_confirmed_the_account_just_now_has_given_a_factor() -> None:
    assert asked(pool(), user(PHONE), replace(BY_PASSWORD, fresh=True)) == TOKENS


def test_a_verified_passkey_is_two_factors_where_the_pool_says_so() -> None:
    multi = WebAuthnConfiguration(factor_configuration="MULTI_FACTOR_WITH_USER_VERIFICATION")
    verified = Progress("USER_AUTH", (progress.PASSKEY, progress.USER_VERIFIED))
    present = Progress("USER_AUTH", (progress.PASSKEY,))
    assert asked(pool(web_authn=multi), user(PHONE), verified) == TOKENS
    assert asked(pool(web_authn=multi), user(PHONE), present) == SMS
    assert asked(pool(), user(PHONE), verified) == SMS


def test_an_external_provider_and_a_custom_flow_are_asked_for_nothing_more() -> None:
    assert asked(pool(), user(PHONE), Progress("", (progress.FEDERATED,))) == TOKENS
    assert asked(pool(), user(PHONE), Progress("CUSTOM_AUTH")) == TOKENS


def test_a_chosen_password_is_followed_by_the_factor() -> None:
    assert asked(pool(), user(PHONE), BY_PASSWORD.having(progress.NEW_PASSWORD)) == SMS


REPLACING = DeviceConfiguration(challenge_required_on_new_device=True)
TRACKING = DeviceConfiguration()
FROM_DEVICE = BY_PASSWORD.from_device(DEVICE.key)
KNOWN = Map({DEVICE.key: DEVICE})
FORGOTTEN = Map({DEVICE.key: replace(DEVICE, remembered=False)})


@pytest.mark.parametrize(
    ("a_pool", "devices", "at", "expected"),
    [
        (pool(devices=REPLACING), KNOWN, FROM_DEVICE, "DEVICE_SRP_AUTH"),
        (pool(devices=REPLACING), KNOWN, FROM_DEVICE.having(progress.DEVICE), TOKENS),
        (pool(devices=REPLACING), KNOWN, BY_PASSWORD, SMS),
        (pool(devices=REPLACING), FORGOTTEN, FROM_DEVICE, SMS),
        (pool(devices=REPLACING), FORGOTTEN, FROM_DEVICE.having(progress.SMS), TOKENS),
        (pool(devices=REPLACING), Map(), FROM_DEVICE, "ResourceNotFoundException"),
        (pool(devices=TRACKING), KNOWN, FROM_DEVICE, SMS),
        (pool(devices=TRACKING), KNOWN, FROM_DEVICE.having(progress.SMS), "DEVICE_SRP_AUTH"),
        (pool(devices=TRACKING), KNOWN, FROM_DEVICE.having(progress.DEVICE), SMS),
        (pool(devices=TRACKING), KNOWN, FROM_DEVICE.having(progress.SMS, progress.DEVICE), TOKENS),
        (pool("OFF", devices=TRACKING), KNOWN, FROM_DEVICE, "DEVICE_SRP_AUTH"),
        (pool("OPTIONAL", devices=TRACKING), KNOWN, replace(FROM_DEVICE, factor_demanded=True), "DEVICE_SRP_AUTH"),
        (pool(), KNOWN, FROM_DEVICE, SMS),
        (pool("OFF", devices=TRACKING), KNOWN, replace(FROM_DEVICE, flow="CUSTOM_AUTH"), "DEVICE_SRP_AUTH"),
    ],
)
def test_a_remembered_device_replaces_the_second_factor_and_no_more(
    a_pool: UserPool, devices: Map[str, Device], at: Progress, expected: str
) -> None:
    assert asked(a_pool, user(PHONE, devices=devices), at) == expected


def test_a_device_never_comes_before_the_chosen_password() -> None:
    temporary = user(PHONE, devices=KNOWN, status=UserStatus.FORCE_CHANGE_PASSWORD)
    assert asked(pool(devices=REPLACING), temporary, FROM_DEVICE) == "NEW_PASSWORD_REQUIRED"


def test_a_proved_device_does_not_change_its_key_on_the_way() -> None:
    assert FROM_DEVICE.having(progress.DEVICE).from_device("eu-west-1_0b").device_key == DEVICE.key
    assert FROM_DEVICE.from_device("eu-west-1_0b").device_key == "eu-west-1_0b"


def test_a_static_answer_sees_the_factor_or_the_refusal() -> None:
    assert factor_asked(pool(), user(PHONE)).value == SMS
    assert factor_asked(pool("OPTIONAL"), user(PHONE)).value is None
    assert isinstance(factor_asked(pool(recovery=("verified_email",)), user(MAIL)).value, Refusal)


PROOFS = st.lists(
    st.sampled_from([progress.SMS, progress.EMAIL, progress.TOTP, progress.DEVICE, progress.NEW_PASSWORD]), max_size=3
)


@settings(max_examples=100)
@given(
    factors=st.lists(st.sampled_from(ALL), max_size=3, unique=True),
    attributes=st.dictionaries(st.sampled_from(["email", "phone_number"]), st.just("x"), max_size=2),
    app=st.booleans(),
    recovery=st.sampled_from([None, ("admin_only",), ("verified_email",), BOTH_MAIL_FIRST]),
    devices=st.sampled_from([None, TRACKING, REPLACING]),
    remembered=st.booleans(),
    demanded=st.booleans(),
    proofs=PROOFS,
)
def test_where_mfa_is_required_no_tokens_follow_a_password_alone(
    factors: list[str],
    attributes: dict[str, str],
    app: bool,
    recovery: tuple[str, ...] | None,
    devices: DeviceConfiguration | None,
    remembered: bool,
    demanded: bool,
    proofs: list[str],
) -> None:
    a_pool = pool("ON", tuple(factors), recovery=recovery, devices=devices)
    known = Map({DEVICE.key: replace(DEVICE, remembered=remembered)})
    a_user = user(attributes, app=app, devices=known)
    at = replace(FROM_DEVICE.having(*proofs), factor_demanded=demanded)
    if asked(a_pool, a_user, at) == TOKENS:
        strong = set(proofs) & {progress.SMS, progress.EMAIL, progress.TOTP}
        assert strong or (progress.DEVICE in proofs and devices == REPLACING)


@settings(max_examples=100)
@given(
    mfa=st.sampled_from(["OFF", "OPTIONAL", "ON"]),
    enabled=st.lists(st.sampled_from(ALL), max_size=3, unique=True),
    on=st.lists(st.sampled_from(ALL), max_size=3, unique=True),
    attributes=st.dictionaries(st.sampled_from(["email", "phone_number"]), st.just("x"), max_size=2),
    app=st.booleans(),
    demanded=st.booleans(),
)
def test_only_what_the_pool_offers_and_the_user_has_is_ever_asked(
    mfa: str, enabled: list[str], on: list[str], attributes: dict[str, str], app: bool, demanded: bool
) -> None:
    a_pool, a_user = pool(mfa, tuple(enabled)), user(attributes, app=app, factors=tuple(on))
    answer = asked(a_pool, a_user, replace(BY_PASSWORD, factor_demanded=demanded))
    if answer in ALL:
        assert answer in usable(a_pool, a_user)
        assert answer in offered(a_pool)
