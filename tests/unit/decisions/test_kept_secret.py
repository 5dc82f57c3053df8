"""The client secret that UseExistingClientSecret keeps: where it goes, and what that answer rests on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cogsim.assumptions import assuming
from cogsim.decision import Basis
from cogsim.decisions.load_balancer_configuration import kept_secret
from cogsim.world.load_balancer_actions import AuthenticateOidc

AT = "https://idp.example.com"
HELD = AuthenticateOidc(
    client_id="app",
    client_secret="kept",
    issuer=AT,
    authorization_endpoint=f"{AT}/authorize",
    token_endpoint=f"{AT}/token",
    user_info_endpoint=f"{AT}/userinfo",
)
ASKED = replace(HELD, client_secret=None)
ELSEWHERE = replace(ASKED, token_endpoint="https://elsewhere.example.com/token")


def test_to_the_same_provider_it_goes_whatever_is_assumed() -> None:
    found = kept_secret(ASKED, (HELD,))
    assert found.value.client_secret == "kept"
    assert not found.assumptions


@pytest.mark.parametrize(("answer", "secret"), [("anywhere", "kept"), ("same-provider", None)])
def test_whether_it_goes_elsewhere_is_an_assumption(answer: str, secret: str | None) -> None:
    with assuming({"elb.existingSecret": answer}):
        found = kept_secret(ELSEWHERE, (HELD,))
    assert found.value.client_secret == secret
    assert [step.basis for step in found.steps] == [Basis.ASSUMED]


def test_where_there_was_none_none_is_kept() -> None:
    assert kept_secret(ASKED, ()).value.client_secret is None
