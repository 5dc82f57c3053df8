"""No story that is kept shows a password, a code or a token: not its timeline, its trail, its objects or its JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from cogsim.aws.mailbox import messages
from cogsim.scenario.result import calls
from cogsim.scenario.run import Run, run

ROOT = Path(__file__).parents[3]
STORIES = sorted((ROOT / "scenarios" / "stories").glob("*.yaml"))

#: Members of requests and responses that hold what only one party may know.
_SECRET = frozenset(
    (
        *("Password", "PASSWORD", "PreviousPassword", "ProposedPassword", "TemporaryPassword", "NEW_PASSWORD"),
        *("ConfirmationCode", "Code", "UserCode", "SMS_MFA_CODE", "EMAIL_OTP_CODE", "SOFTWARE_TOKEN_MFA_CODE"),
        *("ANSWER", "AccessToken", "IdToken", "RefreshToken", "REFRESH_TOKEN", "Session", "SecretCode", "SecretKey"),
        *("SessionToken", "SecretHash", "SECRET_HASH", "FeedbackToken", "CREDENTIAL", "SecretAccessKey"),
    )
)


def test_there_are_stories() -> None:
    assert len(STORIES) >= 14


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.stem)
def test_a_story_shows_no_secret(story: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    played = run(story)
    shown = "\n".join(
        (
            str(played),
            played._repr_html_(),
            repr(played),
            repr(played.scenario),
            repr(played.steps),
            json.dumps(played.to_dict(), ensure_ascii=False),
            json.dumps(played.trail, ensure_ascii=False),
            "\n".join(str(failure) for failure in played.failures),
        )
    )
    assert [secret for secret in sorted(set(secrets(played))) if found(secret, shown)] == []


def secrets(played: Run) -> Iterator[str]:
    """What went over the wire, and what was sent to people; the words by which factors are chosen are none."""
    for step in played.steps:
        for top in step.outcomes:
            for outcome in calls(top):
                yield from held(outcome.call.params)
                yield from held(outcome.response or {})
    yield from (message.code for message in messages(played.simulation.state) if message.code)


def held(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name in value:
            if name in _SECRET and isinstance(value[name], str) and not value[name].endswith(("_OTP", "_MFA")):
                yield value[name]
            else:
                yield from held(value[name])
    elif isinstance(value, list | tuple):
        for item in value:
            yield from held(item)


def found(secret: str, shown: str) -> bool:
    """As a word of its own: six digits may stand in the middle of an id."""
    return secret in shown and re.search(rf"(?<![\w-]){re.escape(secret)}(?![\w-])", shown) is not None
