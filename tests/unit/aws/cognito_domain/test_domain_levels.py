"""Levels of authentication that an app asks the pages for by acr_values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.errors import NotModelled
from cogsim.tokens.totp import code_at
from cogsim.world.pool_members import UserPoolIdentityProvider
from cogsim.world.pool_user import SoftwareToken

LOA = "urn:cognito:loa:"
OPTIONAL = {"mfa": "OPTIONAL", "mfa_factors": ("SOFTWARE_TOKEN_MFA",)}
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def pages(make: Any) -> Any:
    """Alice has an authenticator app that she is not asked for by default."""
    made = make(pool=OPTIONAL)
    user = made.cloud.world.pool_users[made.pool_id, "alice"]
    made.world(lambda world: world.with_pool_user(replace(user, software_token=SoftwareToken(SEED))))
    return made


def finished(pages: Any, shown: Any) -> Any:
    """The claims of the ID token after the code of the authenticator app."""
    pages.cloud.advance(30)
    answer = pages.fill(shown, SOFTWARE_TOKEN_MFA_CODE=code_at(SEED, pages.cloud.clock.now))
    return pages.claims(pages.redeem(pages.answered(answer)["code"])["Body"]["id_token"])


def test_a_level_asks_for_the_factor_that_reaches_it(pages: Any) -> None:
    shown = pages.sign_in(acr_values=f"{LOA}4")
    assert shown["Body"]["Challenge"] == "SOFTWARE_TOKEN_MFA"
    claims = finished(pages, shown)
    assert claims["acr"] == f"{LOA}4"
    assert claims["amr"] == ["pwd", "otp", "mfa"]


@pytest.mark.parametrize("values", [f"{LOA}1", f"{LOA}9 {LOA}1"])
def test_a_password_is_enough_for_the_lowest(pages: Any, values: str) -> None:
    claims = pages.claims(pages.tokens(acr_values=values)["id_token"])
    assert (claims["acr"], claims["amr"]) == (f"{LOA}1", ["pwd"])


def test_the_first_level_counts_that_the_user_can_reach(make: Any) -> None:
    pages = make(pool=OPTIONAL)
    claims = pages.claims(pages.tokens(acr_values=f"{LOA}4 {LOA}1")["id_token"])
    assert claims["acr"] == f"{LOA}1"


def test_who_cannot_reach_the_level_does_not_sign_in(make: Any) -> None:
    shown = make(pool=OPTIONAL).sign_in(acr_values=f"{LOA}4")
    assert shown["Body"]["Page"] == "login"
    assert "cannot satisfy" in shown["Body"]["Error"]


def test_levels_that_nobody_knows_are_told_to_the_app(pages: Any) -> None:
    assert pages.answered(pages.authorize(acr_values="gold"))["error"] == "invalid_request"


def test_a_plan_without_levels_passes_them_over(make: Any) -> None:
    pages = make(pool={"tier": "LITE"})
    claims = pages.claims(pages.tokens(acr_values=f"{LOA}4", max_age="60")["id_token"])
    assert "acr" not in claims
    pages.cloud.advance(61)
    assert "code" in pages.answered(pages.authorize(acr_values=f"{LOA}4", max_age="60"))


def test_an_open_session_is_worth_what_was_proved(pages: Any) -> None:
    pages.sign_in()
    assert "code" in pages.answered(pages.authorize(acr_values=f"{LOA}1"))
    assert "/login?" in pages.authorize(acr_values=f"{LOA}4")["Location"]
    with assuming({"cognito.acrWithOpenSession": "answered"}):
        assert "code" in pages.answered(pages.authorize(acr_values=f"{LOA}4"))
    finished(pages, pages.sign_in(acr_values=f"{LOA}4"))
    assert "code" in pages.answered(pages.authorize(acr_values=f"{LOA}4"))


def test_the_level_of_an_external_sign_in_is_not_modelled(pages: Any) -> None:
    google = UserPoolIdentityProvider(pages.pool_id, "Google", "Google")
    client = pages.cloud.world.clients[pages.web]
    both = replace(client, supported_identity_providers=("COGNITO", "Google"))
    pages.world(lambda world: world.with_pool_provider(google).with_client(both))
    with pytest.raises(NotModelled, match="acr_values"):
        pages.authorize(acr_values=f"{LOA}1", identity_provider="Google")
