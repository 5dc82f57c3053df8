"""A story's sign-ins on the pages of a domain: at a provider, in a browser that remembers, and what means nothing."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

import pytest

from cogsim.errors import InputError
from cogsim.scenario.run import Run, run
from cogsim.scenario.timeline import rows

WORLD = Path(__file__).resolve().parents[3] / "scenarios" / "worlds" / "federated-shop.yaml"


def play(folder: Path, steps: str) -> Run:
    story = folder / "story.yaml"
    story.write_text(f"name: pages\nworld: {WORLD}\nsteps:\n{indent(dedent(steps), '  ')}", encoding="utf-8")
    return run(story)


def test_a_browser_is_the_same_all_through_the_story(tmp_path: Path) -> None:
    played = play(
        tmp_path,
        """
        - sign_in: {as: bob, username: bob@corp.example, client: $App, provider: Corp, browser: laptop}
        - sign_in: {as: bob, username: bob@corp.example, client: $App, provider: Corp, browser: laptop, password: wrong}
        - refresh: {as: bob}
        - call: cognito-idp:GetUser
          with: {AccessToken: $bob.AccessToken}
          expect: {response: {Username: Corp_bob@corp.example}}
        """,
    )
    assert played.ok, str(played)


def test_another_browser_and_a_wrong_password_end_at_the_providers_page(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not get past the page adfs"):
        play(
            tmp_path,
            """
            - sign_in: {as: bob, username: bob@corp.example, client: $App, provider: Corp, browser: laptop}
            - sign_in: {as: bob, username: bob@corp.example, client: $App, provider: Corp, browser: phone, password: no}
            """,
        )


def test_a_password_that_must_be_chosen_on_the_page_is_the_persons_from_then_on(tmp_path: Path) -> None:
    played = play(
        tmp_path,
        """
        - call: cognito-idp:AdminSetUserPassword
          as: operator
          with: {UserPoolId: $People, Username: dora, Password: Temporary-D-1!}
        - sign_in: {as: dora, client: $App, provider: COGNITO, password: Temporary-D-1!, new_password: Chosen-Dora-1!}
        - sign_in: {as: dora, client: $App}
          expect: {access_token: {scope: aws.cognito.signin.user.admin}}
        """,
    )
    assert played.ok, str(played)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ("browser: laptop", "browser goes with provider"),
        ("scope: openid", "scope goes with provider"),
        ("provider: Corp, factor: PASSWORD", "by provider or by factor"),
        ("provider: Corp, operator: operator", "by provider or by operator"),
        ("provider: Corp, browser: not a name", "cannot call it"),
    ],
)
def test_fields_that_mean_nothing_together_are_refused_at_their_line(tmp_path: Path, fields: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as raised:
        play(tmp_path, f"- sign_in: {{as: bob, client: $App, {fields}}}\n")
    assert "story.yaml:4:" in str(raised.value)


def test_the_timeline_tells_how_each_page_answered(tmp_path: Path) -> None:
    played = play(
        tmp_path,
        """
        - sign_in: {as: dora, client: $App, provider: COGNITO}
        - call: cognito-domain:Token
          with: {Domain: federated-shop.auth.eu-west-1.amazoncognito.com, Form: {client_id: $App, grant_type: password}}
        - call: cognito-domain:Authorize
          with: {Domain: federated-shop.auth.eu-west-1.amazoncognito.com, Query: {client_id: nobody}}
        """,
    )
    told = [row.outcome for row in rows(played)]
    assert told == ["302", "200 login", "302", "200", "400 unsupported_grant_type", "302 invalid_request"]
