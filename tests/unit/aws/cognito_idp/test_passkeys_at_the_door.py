"""Passkeys at the door: registered for the pool's relying party, listed, deleted, and what signs in by them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from fido2 import cbor

from cogsim.actors.authenticator import Authenticator, BrowserRefusal
from cogsim.assumptions import assuming
from cogsim.simulation import Simulation
from cogsim.tokens.webauthn_parts import encode
from cogsim.world.pool_members import UserPoolDomain
from cogsim.world.pool_user import UserStatus
from cogsim.world.user_pool import WebAuthnConfiguration

EVERY = ("PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN")
FLOWS = ("ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH")
RP = "acme.auth.us-east-1.amazoncognito.com"
ORIGIN = f"https://{RP}"
REQUIRED = WebAuthnConfiguration(user_verification="required")
BOTH = WebAuthnConfiguration(factor_configuration="MULTI_FACTOR_WITH_USER_VERIFICATION")
NOT_THIS_ONE = ("NotAuthorizedException", "Invalid passkey for the user.")


@pytest.fixture(autouse=True)
def methods_told() -> Iterator[None]:
    with assuming({"cognito.acrClaims": "every-sign-in"}):
        yield


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def keyed(make: Callable[..., Any], pool: Mapping[str, Any] | None = None, **client: Any) -> Any:
    """A pool with passkeys and a prefix domain."""
    made = make(pool={"first_factors": EVERY, **(pool or {})}, client={"explicit_auth_flows": FLOWS, **client})
    made.cloud.world = made.cloud.world.with_domain(UserPoolDomain(made.pool_id, "acme"))
    return made


@pytest.fixture
def pools(make: Callable[..., Any]) -> Any:
    made = keyed(make)
    made.confirmed(email="a@x.example")
    return made


def options(pools: Any, token: str) -> dict[str, Any]:
    answer = pools.call("StartWebAuthnRegistration", AccessToken=token)
    return dict(answer["CredentialCreationOptions"])


def register(pools: Any, device: Authenticator, name: str = "alice", origin: str = ORIGIN) -> str:
    """Register a passkey of the device; its id."""
    token = pools.access_token(name)
    credential = device.create(options(pools, token), origin)
    pools.call("CompleteWebAuthnRegistration", AccessToken=token, Credential=credential)
    return str(credential["id"])


def begin(pools: Any, name: str = "alice") -> Mapping[str, Any]:
    return pools.call("InitiateAuth", **begun(pools, name))  # type: ignore[no-any-return]


def begun(pools: Any, name: str = "alice", preferred: str = "WEB_AUTHN") -> dict[str, Any]:
    parameters = {"USERNAME": name, "PREFERRED_CHALLENGE": preferred}
    return {"ClientId": pools.client_id, "AuthFlow": "USER_AUTH", "AuthParameters": parameters}


def asked_for(challenge: Mapping[str, Any]) -> dict[str, Any]:
    return dict(json.loads(challenge["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"]))


def answered(
    pools: Any, challenge: Mapping[str, Any], credential: Any, name: str = "alice", **more: str
) -> dict[str, Any]:
    text = credential if isinstance(credential, str) else json.dumps(credential)
    return {
        "ClientId": pools.client_id,
        "ChallengeName": challenge["ChallengeName"],
        "Session": challenge["Session"],
        "ChallengeResponses": {"USERNAME": name, "CREDENTIAL": text, **more},
    }


def answer(pools: Any, challenge: Mapping[str, Any], credential: Any, name: str = "alice", **more: str) -> Any:
    given = answered(pools, challenge, credential, name, **more)
    return pools.call("RespondToAuthChallenge", **given)["AuthenticationResult"]


def refused(pools: Any, challenge: Mapping[str, Any], credential: Any, name: str = "alice") -> tuple[str, str]:
    given = answered(pools, challenge, credential, name)
    return pools.refusal("RespondToAuthChallenge", **given)  # type: ignore[no-any-return]


def no_registration(pools: Any, token: str, credential: Any) -> str:
    return str(pools.refusal("CompleteWebAuthnRegistration", AccessToken=token, Credential=credential)[0])


def test_the_options_name_relying_party_user_and_what_is_taken(pools: Any) -> None:
    made = options(pools, pools.access_token())
    assert made["rp"] == {"id": RP, "name": RP}
    assert (made["user"]["name"], made["user"]["displayName"]) == ("alice", "alice")
    assert [entry["alg"] for entry in made["pubKeyCredParams"]] == [-7, -257]
    assert made["authenticatorSelection"] == {
        "requireResidentKey": True,
        "residentKey": "required",
        "userVerification": "preferred",
    }
    assert (made["excludeCredentials"], made["timeout"]) == ([], 60000)


def test_a_passkey_is_registered_listed_and_signs_in(pools: Any) -> None:
    device = Authenticator("phone")
    credential_id = register(pools, device)
    token = pools.access_token()
    [listed] = pools.call("ListWebAuthnCredentials", AccessToken=token)["Credentials"]
    assert (listed["CredentialId"], listed["RelyingPartyId"]) == (credential_id, RP)
    assert (listed["AuthenticatorAttachment"], listed["AuthenticatorTransports"]) == (
        "platform",
        ["internal", "hybrid"],
    )
    challenge = begin(pools)
    assert challenge["ChallengeName"] == "WEB_AUTHN"
    assert asked_for(challenge)["allowCredentials"] == [
        {"type": "public-key", "id": credential_id, "transports": ["internal", "hybrid"]}
    ]
    result = answer(pools, challenge, device.get(asked_for(challenge), ORIGIN))
    claims = pools.claims(result["IdToken"])
    assert (claims["amr"], claims["acr"]) == (["swk"], "urn:cognito:loa:3")


def test_a_key_that_cannot_leave_its_device_is_called_so_in_amr(pools: Any) -> None:
    device = Authenticator("key", device_bound=True, attachment="cross-platform")
    register(pools, device)
    for choice, method in (("device-bound", "hwk"), ("none", "swk")):
        challenge = begin(pools)
        with assuming({"cognito.passkeyMethod": choice, "cognito.acrClaims": "every-sign-in"}):
            result = answer(pools, challenge, device.get(asked_for(challenge), ORIGIN))
        assert pools.claims(result["IdToken"])["amr"] == [method]


def test_the_choice_can_be_answered_with_a_passkey(pools: Any) -> None:
    device = Authenticator()
    register(pools, device)
    challenge = pools.call("InitiateAuth", **begun(pools, preferred="nothing"))
    assert challenge["AvailableChallenges"] == ["PASSWORD", "PASSWORD_SRP", "EMAIL_OTP", "WEB_AUTHN"]
    credential = device.get(asked_for(challenge), ORIGIN)
    assert "IdToken" in answer(pools, challenge, credential, ANSWER="WEB_AUTHN")
    again = answered(pools, challenge, credential, ANSWER="WEB_AUTHN")
    assert pools.refusal("RespondToAuthChallenge", **again)[1].endswith("session can only be used once.")


def test_whether_the_choice_carries_the_options_is_an_assumption(pools: Any) -> None:
    device = Authenticator()
    register(pools, device)
    with assuming({"cognito.selectChallengeOptions": "no", "cognito.acrClaims": "every-sign-in"}):
        challenge = pools.call("InitiateAuth", **begun(pools, preferred="nothing"))
    assert challenge["ChallengeParameters"] == {}
    stale = device.get(asked_for(begin(pools)), ORIGIN)
    inline = answered(pools, challenge, stale, ANSWER="WEB_AUTHN")
    assert pools.refusal("RespondToAuthChallenge", **inline) == NOT_THIS_ONE
    bare = answered(pools, challenge, "", ANSWER="WEB_AUTHN")
    del bare["ChallengeResponses"]["CREDENTIAL"]
    chosen = pools.call("RespondToAuthChallenge", **bare)
    assert "IdToken" in answer(pools, chosen, device.get(asked_for(chosen), ORIGIN))


def test_a_page_elsewhere_gets_no_assertion_and_one_that_is_relayed_is_refused(pools: Any) -> None:
    device = Authenticator()
    register(pools, device)
    challenge = begin(pools)
    phishing = "https://acme-login.example"
    with pytest.raises(BrowserRefusal):
        device.get(asked_for(challenge), phishing)
    assert refused(pools, challenge, device.relay(asked_for(challenge), phishing)) == NOT_THIS_ONE
    assert "IdToken" in answer(pools, challenge, device.get(asked_for(challenge), ORIGIN))


def test_an_assertion_is_good_for_one_challenge(pools: Any) -> None:
    device = Authenticator()
    register(pools, device)
    first, second = begin(pools), begin(pools)
    credential = device.get(asked_for(first), ORIGIN)
    assert refused(pools, second, credential) == NOT_THIS_ONE
    answer(pools, first, credential)
    assert refused(pools, first, credential)[1].endswith("session can only be used once.")


def test_one_users_passkey_signs_no_other_in(pools: Any) -> None:
    pools.confirmed("bob", email="b@x.example")
    hers, his = Authenticator("hers"), Authenticator("his")
    register(pools, hers)
    register(pools, his, "bob")
    challenge = begin(pools, "bob")
    unbound = {**asked_for(challenge), "allowCredentials": []}
    assert refused(pools, challenge, hers.get(unbound, ORIGIN), "bob") == NOT_THIS_ONE
    borrowed = hers.get(unbound, ORIGIN) | {"id": his.passkeys()[0], "rawId": his.passkeys()[0]}
    assert refused(pools, challenge, borrowed, "bob") == NOT_THIS_ONE
    mine = begin(pools)
    assert refused(pools, mine, hers.get(asked_for(mine), ORIGIN), "bob")[1] == "Invalid session for the user."


def test_every_byte_of_an_assertion_counts_at_the_door(pools: Any) -> None:
    device = Authenticator()
    register(pools, device)
    challenge = begin(pools)
    credential = device.get(asked_for(challenge), ORIGIN)
    for member in ("clientDataJSON", "authenticatorData", "signature"):
        text = credential["response"][member]
        for position in range(0, len(text) - 2, 7):
            changed = text[:position] + ("B" if text[position] != "B" else "C") + text[position + 1 :]
            response = {**credential["response"], member: changed}
            code, _ = refused(pools, challenge, {**credential, "response": response})
            assert code in ("NotAuthorizedException", "InvalidParameterException")
    assert "IdToken" in answer(pools, challenge, credential)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"type":"public-key"}', "[" * 5000])
def test_what_is_no_credential_is_refused_as_a_parameter(pools: Any, text: str) -> None:
    register(pools, Authenticator())
    code, message = refused(pools, begin(pools), text)
    assert code == "InvalidParameterException"
    assert message in ("Invalid CREDENTIAL", "Missing required parameter CREDENTIAL")


def test_a_copied_device_is_found_out_by_its_counter(pools: Any) -> None:
    device = Authenticator()
    register(pools, device)
    thief = device.copy()
    for _ in range(2):
        challenge = begin(pools)
        answer(pools, challenge, device.get(asked_for(challenge), ORIGIN))
    challenge = begin(pools)
    stolen = thief.get(asked_for(challenge), ORIGIN)
    assert refused(pools, challenge, stolen) == NOT_THIS_ONE
    with assuming({"cognito.passkeyClone": "accepted", "cognito.acrClaims": "every-sign-in"}):
        assert "IdToken" in answer(pools, challenge, stolen)


def test_registering_needs_passkeys_among_the_factors_and_a_plan_that_has_them(make: Callable[..., Any]) -> None:
    for settings in ({"first_factors": ("PASSWORD",)}, {"tier": "LITE", "first_factors": EVERY}):
        pools = keyed(make, settings)
        pools.confirmed()
        token = pools.access_token()
        assert pools.refusal("StartWebAuthnRegistration", AccessToken=token)[0] == "WebAuthnNotEnabledException"
        assert no_registration(pools, token, {}) == "WebAuthnNotEnabledException"


def test_without_a_domain_or_a_relying_party_id_nothing_can_be_registered(make: Callable[..., Any]) -> None:
    pools = make(pool={"first_factors": EVERY}, client={"explicit_auth_flows": FLOWS})
    pools.confirmed()
    token = pools.access_token()
    missing = pools.refusal("StartWebAuthnRegistration", AccessToken=token)[0]
    assert missing == "WebAuthnConfigurationMissingException"


def test_a_custom_domain_comes_before_the_prefix_and_a_setting_before_both(make: Callable[..., Any]) -> None:
    pools = keyed(make)
    pools.confirmed()
    arn = "arn:aws:acm:us-east-1:123456789012:certificate/1"
    custom = UserPoolDomain(pools.pool_id, "auth.acme.example", certificate_arn=arn)
    pools.cloud.world = pools.cloud.world.with_domain(custom)
    assert options(pools, pools.access_token())["rp"]["id"] == "auth.acme.example"
    set_one = keyed(make, {"web_authn": WebAuthnConfiguration("acme.example")})
    set_one.confirmed()
    assert options(set_one, set_one.access_token())["rp"]["id"] == "acme.example"
    register(set_one, Authenticator(), origin="https://www.acme.example")


def test_a_registration_needs_a_challenge_that_is_out_and_fresh(pools: Any) -> None:
    token, device = pools.access_token(), Authenticator()
    assert no_registration(pools, token, {}) == "WebAuthnChallengeNotFoundException"
    first = options(pools, token)
    options(pools, token)
    assert no_registration(pools, token, device.create(first, ORIGIN)) == "WebAuthnChallengeNotFoundException"
    credential = device.create(options(pools, token), ORIGIN)
    pools.cloud.advance(180.0)
    assert no_registration(pools, token, credential) == "WebAuthnChallengeNotFoundException"


@pytest.mark.parametrize("seconds", ["60", "180", "300"])
def test_how_long_a_challenge_lives_is_an_assumption(pools: Any, seconds: str) -> None:
    token = pools.access_token()
    with assuming({"cognito.passkeyChallengeSeconds": seconds}):
        late = Authenticator("late").create(options(pools, token), ORIGIN)
        pools.cloud.advance(float(seconds))
        assert no_registration(pools, token, late) == "WebAuthnChallengeNotFoundException"
        soon = Authenticator("soon").create(options(pools, token), ORIGIN)
        pools.cloud.advance(float(seconds) - 1)
        pools.call("CompleteWebAuthnRegistration", AccessToken=token, Credential=soon)


def test_a_challenge_registers_one_passkey(pools: Any) -> None:
    token, device = pools.access_token(), Authenticator()
    made = options(pools, token)
    credential = device.create(made, ORIGIN)
    pools.call("CompleteWebAuthnRegistration", AccessToken=token, Credential=credential)
    assert no_registration(pools, token, credential) == "WebAuthnChallengeNotFoundException"
    again = options(pools, token)
    assert [entry["id"] for entry in again["excludeCredentials"]] == [credential["id"]]
    with pytest.raises(BrowserRefusal, match="already"):
        device.create(again, ORIGIN)


def test_another_client_cannot_end_a_registration(make: Callable[..., Any]) -> None:
    pools = keyed(make)
    pools.confirmed()
    second = replace(pools.cloud.world.clients[pools.client_id], id="2second3client4id5second6c", name="second")
    pools.cloud.world = pools.cloud.world.with_client(second)
    credential = Authenticator().create(options(pools, pools.access_token()), ORIGIN)
    login = {**pools.login(), "ClientId": second.id}
    other = pools.call("InitiateAuth", **login)["AuthenticationResult"]["AccessToken"]
    assert no_registration(pools, other, credential) == "WebAuthnClientMismatchException"


def test_a_passkey_of_another_page_or_relying_party_is_not_registered(pools: Any) -> None:
    token, device = pools.access_token(), Authenticator()
    made = options(pools, token)
    elsewhere = {**made, "rp": {"id": "evil.example", "name": "evil"}}
    page = device.create(elsewhere, "https://evil.example")
    assert no_registration(pools, token, page) == "WebAuthnOriginNotAllowedException"
    client = device.create(made, ORIGIN)["response"]["clientDataJSON"]
    mixed = {**page, "response": {**page["response"], "clientDataJSON": client}}
    assert no_registration(pools, token, mixed) == "WebAuthnRelyingPartyMismatchException"


def test_a_relying_party_that_changes_on_the_way_ends_the_registration(pools: Any) -> None:
    token = pools.access_token()
    credential = Authenticator().create(options(pools, token), ORIGIN)
    pool = pools.cloud.world.user_pools[pools.pool_id]
    changed = replace(pool, web_authn=WebAuthnConfiguration("acme.example"))
    world = pools.cloud.world
    pools.cloud.world = world.with_user_pool(changed)
    assert no_registration(pools, token, credential) == "WebAuthnRelyingPartyMismatchException"
    pools.cloud.world = world.without_domain(pools.pool_id, "acme")
    assert no_registration(pools, token, credential) == "WebAuthnRelyingPartyMismatchException"


def test_a_passkey_is_good_for_its_relying_party_only(pools: Any) -> None:
    register(pools, Authenticator())
    pool = pools.cloud.world.user_pools[pools.pool_id]
    pools.cloud.world = pools.cloud.world.with_user_pool(replace(pool, web_authn=WebAuthnConfiguration("acme.example")))
    assert "WEB_AUTHN" not in begin(pools)["AvailableChallenges"]


def test_an_authenticator_that_cannot_verify_is_refused_where_that_is_required(make: Callable[..., Any]) -> None:
    pools = keyed(make, {"web_authn": REQUIRED})
    pools.confirmed()
    token = pools.access_token()
    made = options(pools, token)
    assert made["authenticatorSelection"]["userVerification"] == "required"
    weak = Authenticator(verifies_user=False)
    with pytest.raises(BrowserRefusal, match="cannot verify"):
        weak.create(made, ORIGIN)
    careless = {**made, "authenticatorSelection": {"userVerification": "discouraged"}}
    refusal = no_registration(pools, token, weak.create(careless, ORIGIN))
    assert refusal == "WebAuthnCredentialNotSupportedException"


def test_an_algorithm_that_is_not_taken_is_refused(pools: Any) -> None:
    token = pools.access_token()
    credential = Authenticator().create(options(pools, token), ORIGIN)
    attestation: Any = cbor.decode(decoded(credential["response"]["attestationObject"]))
    head = attestation["authData"][: 55 + 32]
    eddsa = cbor.encode({**attestation, "authData": head + cbor.encode({1: 1, 3: -8, -1: 6, -2: b"\x01" * 32})})
    for raw, code in (
        (eddsa, "WebAuthnCredentialNotSupportedException"),
        (cbor.encode({}), "InvalidParameterException"),
    ):
        broken = {**credential["response"], "attestationObject": encode(raw)}
        assert no_registration(pools, token, {**credential, "response": broken}) == code


def test_a_user_has_twenty_passkeys_at_most(pools: Any) -> None:
    token = pools.access_token()
    for number in range(20):
        credential = Authenticator(f"device {number}").create(options(pools, token), ORIGIN)
        if number == 19:
            last = options(pools, token)
            credential = Authenticator("device 19").create(last, ORIGIN)
        pools.call("CompleteWebAuthnRegistration", AccessToken=token, Credential=credential)
    full = pools.refusal("StartWebAuthnRegistration", AccessToken=token)
    assert full[0] == "LimitExceededException"
    assert no_registration(pools, token, {}) == "LimitExceededException"


def test_passkeys_are_listed_page_by_page(pools: Any) -> None:
    ids = sorted(register(pools, Authenticator(f"device {number}")) for number in range(5))
    token = pools.access_token()
    shown: list[str] = []
    following: dict[str, str] = {}
    while True:
        page = pools.call("ListWebAuthnCredentials", AccessToken=token, MaxResults=2, **following)
        shown += [entry["CredentialId"] for entry in page["Credentials"]]
        if "NextToken" not in page:
            break
        following = {"NextToken": page["NextToken"]}
    assert shown == ids
    wrong = pools.refusal("ListWebAuthnCredentials", AccessToken=token, NextToken="nonsense")
    assert wrong[0] == "InvalidParameterException"


def test_a_deleted_passkey_signs_nobody_in(pools: Any) -> None:
    device = Authenticator()
    credential_id = register(pools, device)
    challenge, token = begin(pools), pools.access_token()
    credential = device.get(asked_for(challenge), ORIGIN)
    pools.call("DeleteWebAuthnCredential", AccessToken=token, CredentialId=credential_id)
    assert refused(pools, challenge, credential) == NOT_THIS_ONE
    assert "WEB_AUTHN" not in begin(pools)["AvailableChallenges"]
    gone = pools.refusal("DeleteWebAuthnCredential", AccessToken=token, CredentialId=credential_id)
    assert gone[0] == "ResourceNotFoundException"


def test_passkeys_are_the_token_holders_own(pools: Any) -> None:
    pools.confirmed("bob", email="b@x.example")
    credential_id = register(pools, Authenticator())
    token = pools.access_token("bob")
    assert pools.call("ListWebAuthnCredentials", AccessToken=token)["Credentials"] == []
    taken = pools.refusal("DeleteWebAuthnCredential", AccessToken=token, CredentialId=credential_id)
    assert taken[0] == "ResourceNotFoundException"
    for name in ("StartWebAuthnRegistration", "ListWebAuthnCredentials", "GetUserAuthFactors"):
        assert pools.refusal(name, AccessToken="nonsense")[0] == "NotAuthorizedException"


def test_a_user_in_reset_registers_nothing(pools: Any) -> None:
    token = pools.access_token()
    world = pools.cloud.world
    user = world.pool_users[pools.pool_id, "alice"]
    pools.cloud.world = world.with_pool_user(replace(user, status=UserStatus.RESET_REQUIRED))
    refusal = pools.refusal("StartWebAuthnRegistration", AccessToken=token)
    assert refusal[0] == "PasswordResetRequiredException"


def test_a_disabled_user_and_one_in_reset_do_not_sign_in_by_passkey(pools: Any) -> None:
    device = Authenticator()
    register(pools, device)
    challenge = begin(pools)
    credential = device.get(asked_for(challenge), ORIGIN)
    pools.admin("AdminDisableUser", Username="alice")
    assert refused(pools, challenge, credential) == ("NotAuthorizedException", "User is disabled.")
    assert pools.refusal("InitiateAuth", **begun(pools)) == ("NotAuthorizedException", "User is disabled.")
    pools.admin("AdminEnableUser", Username="alice")
    pools.admin("AdminUpdateUserAttributes", Username="alice", UserAttributes=pools.as_list({"email_verified": "true"}))
    pools.admin("AdminResetUserPassword", Username="alice")
    assert refused(pools, challenge, credential)[0] == "NotAuthorizedException"
    assert pools.refusal("InitiateAuth", **begun(pools))[0] == "PasswordResetRequiredException"


def test_a_passkey_is_no_second_factor_unless_the_pool_counts_it(make: Callable[..., Any]) -> None:
    pools = keyed(make, {"mfa": "OPTIONAL", "mfa_factors": ("SMS_MFA",)})
    pools.confirmed(phone_number="+15555550123")
    register(pools, Authenticator())
    assert begin(pools)["ChallengeName"] == "WEB_AUTHN"
    pools.admin("AdminSetUserMFAPreference", Username="alice", SMSMfaSettings={"Enabled": True})
    assert begin(pools)["AvailableChallenges"] == ["PASSWORD", "PASSWORD_SRP"]


def test_a_passkey_that_verified_its_user_is_both_factors_where_the_pool_says_so(make: Callable[..., Any]) -> None:
    pools = keyed(make, {"web_authn": BOTH})
    pools.confirmed(phone_number="+15555550123")
    device = Authenticator()
    register(pools, device)
    pool = pools.cloud.world.user_pools[pools.pool_id]
    pools.cloud.world = pools.cloud.world.with_user_pool(replace(pool, mfa="ON", mfa_factors=("SMS_MFA",)))
    challenge = begin(pools)
    assert asked_for(challenge)["userVerification"] == "required"
    result = answer(pools, challenge, device.get(asked_for(challenge), ORIGIN))
    claims = pools.claims(result["IdToken"])
    assert (claims["amr"], claims["acr"]) == (["swk", "mfa"], "urn:cognito:loa:3")
    with assuming({"cognito.passkeyMfaPreference": "needed"}):
        assert "WEB_AUTHN" not in begin(pools)["AvailableChallenges"]
        on = {"SMSMfaSettings": {"Enabled": True}, "WebAuthnMfaSettings": {"Enabled": True}}
        pools.admin("AdminSetUserMFAPreference", Username="alice", **on)
        assert begin(pools)["ChallengeName"] == "WEB_AUTHN"


def test_one_that_did_not_verify_its_user_is_refused_there(make: Callable[..., Any]) -> None:
    pools = keyed(make)
    pools.confirmed()
    weak = Authenticator(verifies_user=False)
    register(pools, weak)
    pool = pools.cloud.world.user_pools[pools.pool_id]
    pools.cloud.world = pools.cloud.world.with_user_pool(replace(pool, web_authn=BOTH))
    challenge = begin(pools)
    assert refused(pools, challenge, weak.relay(asked_for(challenge), ORIGIN)) == NOT_THIS_ONE


def test_nobodys_passkey_is_pretended_the_same_each_time(make: Callable[..., Any]) -> None:
    pools = keyed(make, {"first_factors": ("PASSWORD", "WEB_AUTHN")}, prevent_user_existence_errors="ENABLED")
    pools.confirmed()
    device = Authenticator()
    register(pools, device)
    real = asked_for(begin(pools))
    offered = [f"nobody{n}" for n in range(8) if begin(pools, f"nobody{n}")["ChallengeName"] == "WEB_AUTHN"]
    assert 0 < len(offered) < 8
    for name in offered:
        challenge, again = begin(pools, name), begin(pools, name)
        made = asked_for(challenge)
        assert made["allowCredentials"] == asked_for(again)["allowCredentials"]
        assert made["challenge"] != asked_for(again)["challenge"]
        assert made.keys() == real.keys()
        assert made["allowCredentials"][0].keys() == real["allowCredentials"][0].keys()
        assert len(made["allowCredentials"][0]["id"]) == len(real["allowCredentials"][0]["id"])
        forged = device.relay({**made, "allowCredentials": []}, ORIGIN)
        assert refused(pools, challenge, forged, name) == NOT_THIS_ONE


def test_factors_are_told_to_the_user_and_to_operators(make: Callable[..., Any]) -> None:
    pools = keyed(make, {"mfa": "OPTIONAL", "mfa_factors": ("SMS_MFA",)})
    pools.confirmed(email="a@x.example", phone_number="+15555550123")
    register(pools, Authenticator())
    token = pools.access_token()
    own = pools.call("GetUserAuthFactors", AccessToken=token)
    assert own == {
        "Username": "alice",
        "ConfiguredUserAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"],
    }
    pools.admin("AdminSetUserMFAPreference", Username="alice", SMSMfaSettings={"Enabled": True, "PreferredMfa": True})
    seen = pools.admin("AdminGetUserAuthFactors", Username="alice")
    assert seen == {
        "Username": "alice",
        "ConfiguredUserAuthFactors": ["PASSWORD", "SMS_OTP"],
        "PreferredMfaSetting": "SMS_MFA",
        "UserMFASettingList": ["SMS_MFA"],
    }
    denied = pools.refusal("AdminGetUserAuthFactors", pools.stranger, UserPoolId=pools.pool_id, Username="alice")
    assert denied[0] == "AccessDeniedException"


def test_no_challenge_or_credential_stands_in_the_trail(pools: Any) -> None:
    simulation = Simulation(pools.cloud.world)
    simulation.cloud = pools.cloud
    token = pools.access_token()
    made = options(pools, token)
    credential = Authenticator().create(made, ORIGIN)
    pools.call("CompleteWebAuthnRegistration", AccessToken=token, Credential=credential)
    text = json.dumps([dict(event) for event in simulation.trail], default=str)
    assert made["challenge"] not in text
    assert credential["response"]["attestationObject"] not in text
    assert token not in text
