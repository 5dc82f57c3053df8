"""The token endpoint: codes, verifiers, clients' proofs, refresh tokens, clients' own tokens, revocation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cogsim.assumptions import assuming

INVALID = {"error": "invalid_grant"}


def test_a_code_is_good_once_and_a_second_use_leaves_the_tokens(pages: Any) -> None:
    code = pages.code()
    first = pages.redeem(code)
    assert pages.redeem(code)["Body"] == INVALID
    assert pages.user_info(first["Body"]["access_token"])["Status"] == 200


def test_a_second_use_may_end_what_the_first_opened(pages: Any) -> None:
    code = pages.code()
    first = pages.redeem(code)
    with assuming({"cognito.codeReplayRevokes": "yes"}):
        assert pages.redeem(code)["Body"] == INVALID
    assert pages.user_info(first["Body"]["access_token"])["Status"] == 401


@pytest.mark.parametrize(("seconds", "status"), [(299, 200), (300, 400)])
def test_a_code_is_good_for_five_minutes(pages: Any, seconds: int, status: int) -> None:
    code = pages.code()
    pages.cloud.advance(seconds)
    assert pages.redeem(code)["Status"] == status


@pytest.mark.parametrize(
    ("changed", "body"),
    [
        ({"code_verifier": "x" * 50}, INVALID),
        ({"code_verifier": None}, INVALID),
        (
            {"redirect_uri": "https://shop.example/callback/"},
            {"error": "unauthorized_client", "error_description": "invalid_redirect"},
        ),
        ({"redirect_uri": None}, {"error": "unauthorized_client", "error_description": "invalid_redirect"}),
        ({"client_id": "1other"}, INVALID),
        ({"client_id": "nobody"}, {"error": "invalid_client"}),
        ({"client_id": None}, {"error": "invalid_request"}),
        ({"code": None}, {"error": "invalid_request"}),
        ({"grant_type": "password"}, {"error": "unsupported_grant_type"}),
        ({"grant_type": None}, {"error": "invalid_request"}),
    ],
)
def test_a_code_comes_as_it_was_asked_for_or_gives_nothing(pages: Any, changed: Any, body: Any) -> None:
    answer = pages.redeem(pages.code(), **changed)
    assert (answer["Status"], answer["Body"]) == (400, body)


def test_a_wrong_verifier_spends_the_code_unless_assumed_otherwise(pages: Any) -> None:
    code = pages.code()
    pages.redeem(code, code_verifier="x" * 50)
    assert pages.redeem(code)["Status"] == 400
    again = pages.answered(pages.authorize())["code"]
    with assuming({"cognito.codeSpentByFailure": "no"}):
        pages.redeem(again, code_verifier="x" * 50)
    assert pages.redeem(again)["Status"] == 200


def test_another_client_neither_uses_nor_spends_a_code(pages: Any) -> None:
    code = pages.code()
    assert pages.redeem(code, client_id=pages.other)["Body"] == INVALID
    assert pages.redeem(code)["Status"] == 200


def test_a_verifier_where_no_challenge_was_sent_is_refused_or_passed_over(pages: Any) -> None:
    bare = {"code_challenge": None, "code_challenge_method": None}
    assert pages.redeem(pages.code(**bare))["Body"] == INVALID
    with assuming({"cognito.verifierWithoutChallenge": "ignored"}):
        assert pages.redeem(pages.answered(pages.authorize(**bare))["code"])["Status"] == 200
    assert pages.redeem(pages.answered(pages.authorize(**bare))["code"], code_verifier=None)["Status"] == 200


def test_a_client_with_a_secret_proves_it_in_the_header_or_the_form(pages: Any) -> None:
    proofs: list[tuple[str | None, dict[str, str], int]] = [
        (pages.basic(pages.server, pages.secret), {}, 200),
        (pages.basic(pages.server, pages.secret), {"client_id": pages.server}, 200),
        (None, {"client_id": pages.server, "client_secret": pages.secret}, 200),
        (None, {"client_id": pages.server}, 400),
        (None, {"client_id": pages.server, "client_secret": "guess"}, 400),
        (pages.basic(pages.server, "guess"), {}, 400),
        (pages.basic(pages.server, pages.secret), {"client_id": pages.web}, 400),
        ("Bearer x", {"client_id": pages.server}, 400),
        ("Basic !", {}, 400),
    ]
    pages.sign_in()
    for header, more, status in proofs:
        code = pages.answered(pages.authorize(client_id=pages.server))["code"]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": pages.callback}
        answer = pages.token(header, **form, **more, code_verifier=pages.verifier)
        assert answer["Status"] == status, (header, more, answer)


def test_a_public_client_that_sends_a_secret_is_refused(pages: Any) -> None:
    assert pages.redeem(pages.code(), client_secret="x")["Body"] == {"error": "invalid_client"}


def test_who_is_disabled_or_gone_when_the_code_comes_gets_no_tokens(pages: Any) -> None:
    code = pages.code()
    pages.admin("AdminDisableUser", Username="alice")
    assert pages.redeem(code)["Body"] == INVALID
    pages.admin("AdminEnableUser", Username="alice")
    later = pages.answered(pages.authorize())["code"]
    pages.admin("AdminDeleteUser", Username="alice")
    assert pages.redeem(later)["Body"] == INVALID


def test_a_scope_whose_attribute_the_client_may_not_read_gives_no_tokens(make: Any) -> None:
    pages = make(client={"read_attributes": ("name",)})
    assert pages.redeem(pages.code(scope="openid email"))["Body"] == INVALID
    assert pages.redeem(pages.answered(pages.authorize(scope="openid profile"))["code"])["Status"] == 200


def test_a_refresh_token_gives_tokens_of_the_same_authorization_and_no_other_refresh_token(pages: Any) -> None:
    tokens = pages.tokens(scope="openid email orders/read", nonce="n")
    pages.cloud.advance(600)
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    renewed = pages.token(**form, client_id=pages.web)["Body"]
    assert set(renewed) == {"id_token", "access_token", "token_type", "expires_in"}
    old, new = pages.claims(tokens["access_token"]), pages.claims(renewed["access_token"])
    assert {name for name in old if old[name] != new[name]} == {"iat", "exp", "jti"}
    assert pages.token(**form, client_id=pages.other)["Body"] == INVALID
    assert pages.token(grant_type="refresh_token", client_id=pages.web)["Body"] == {"error": "invalid_request"}


def test_a_refresh_token_of_the_api_is_taken_unless_devices_are_remembered(make: Any) -> None:
    from cogsim.world.user_pool import DeviceConfiguration

    for devices, status in ((None, 200), (DeviceConfiguration(), 400)):
        pages = make(pool={"devices": devices}, client={"explicit_auth_flows": ("ALLOW_USER_PASSWORD_AUTH",)})
        parameters = {"USERNAME": "alice", "PASSWORD": pages.password}
        params = {"ClientId": pages.web, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters}
        result = pages.cloud.call("cognito-idp:InitiateAuth", params)["AuthenticationResult"]
        form = {"grant_type": "refresh_token", "client_id": pages.web, "refresh_token": result["RefreshToken"]}
        assert pages.token(**form)["Status"] == status


@pytest.mark.parametrize(
    ("form", "status", "said"),
    [
        ({}, 200, "orders/read orders/write"),
        ({"scope": "orders/read"}, 200, "orders/read"),
        ({"scope": "orders/admin"}, 400, "invalid_grant"),
        ({"scope": "orders/read nothing/known"}, 400, "invalid_scope"),
        ({"scope": "openid"}, 400, "invalid_scope"),
        ({"aws_client_metadata": '{"a": "b"}'}, 200, "orders/read orders/write"),
        ({"aws_client_metadata": "[]"}, 400, "invalid_request"),
    ],
)
def test_a_machine_gets_a_token_for_the_scopes_it_has(pages: Any, form: Any, status: int, said: str) -> None:
    header = pages.basic(pages.machine, pages.secret)
    answer = pages.token(header, grant_type="client_credentials", **form)
    assert answer["Status"] == status
    if status == 400:
        assert answer["Body"] == {"error": said}
        return
    claims = pages.claims(answer["Body"]["access_token"])
    assert (claims["scope"], claims["sub"], claims["version"]) == (said, pages.machine, 2)
    assert set(answer["Body"]) == {"access_token", "expires_in", "token_type"}
    assert not {"username", "cognito:groups", "origin_jti"} & set(claims)


def test_a_client_of_people_is_no_machine_and_the_other_way_round(pages: Any) -> None:
    header = pages.basic(pages.server, pages.secret)
    assert pages.token(header, grant_type="client_credentials")["Body"] == {"error": "unauthorized_client"}
    machine = pages.basic(pages.machine, pages.secret)
    assert pages.token(machine, grant_type="authorization_code", code="x")["Body"] == {"error": "unauthorized_client"}


def test_revoking_ends_the_access_tokens_too_and_says_nothing_of_strangers(pages: Any) -> None:
    tokens = pages.tokens()
    revoke = lambda **form: pages.send("POST", "/oauth2/revoke", form)  # noqa: E731
    assert revoke(token="unknown", client_id=pages.web)["Status"] == 200
    assert revoke(token=tokens["refresh_token"], client_id=pages.other)["Status"] == 200
    assert pages.user_info(tokens["access_token"])["Status"] == 200
    assert revoke(token=tokens["refresh_token"], client_id=pages.web)["Status"] == 200
    dead = pages.user_info(tokens["access_token"])
    assert (dead["Status"], dead["Body"]["error"]) == (401, "invalid_token")
    form = {"grant_type": "refresh_token", "client_id": pages.web, "refresh_token": tokens["refresh_token"]}
    assert pages.token(**form)["Body"] == INVALID


def test_revocation_has_errors_of_its_own(make: Any) -> None:
    pages = make(client={"enable_token_revocation": False})
    tokens = pages.tokens()
    revoke = lambda form, **more: pages.send("POST", "/oauth2/revoke", form, **more)  # noqa: E731
    off = revoke({"token": tokens["refresh_token"], "client_id": pages.web})
    assert (off["Status"], off["Body"]) == (400, {"error": "invalid_request"})
    wrong = revoke({"token": "x"}, Authorization=pages.basic(pages.server, "guess"))
    assert (wrong["Status"], wrong["Body"]) == (401, {"error": "invalid_client"})
    kind = revoke({"token": tokens["access_token"]}, Authorization=pages.basic(pages.server, pages.secret))
    assert (kind["Status"], kind["Body"]) == (400, {"error": "unsupported_token_type"})


def test_a_client_of_another_pool_is_nobody_at_this_domain(pages: Any) -> None:
    world = pages.cloud.world
    pool = replace(world.user_pools[pages.pool_id], id="us-east-1_Zzzzzzzzz", arn=f"{pages.pool_id}-other")
    foreign = replace(world.clients[pages.machine], id="1foreign", pool_id=pool.id)
    pages.world(lambda held: held.with_user_pool(pool).with_client(foreign))
    header = pages.basic("1foreign", pages.secret)
    assert pages.token(header, grant_type="client_credentials")["Body"] == {"error": "invalid_client"}
    assert pages.answered(pages.authorize(client_id="1foreign"))["error"] == "invalid_request"
