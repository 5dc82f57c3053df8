"""What a credential report says, and whether there is one to be had. # ug:credential-report"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from cogsim.clock import at
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.iam_account_documents import document, documents_of_user
from cogsim.decisions.iam_entities import Owner, held, unseen
from cogsim.world.account_document import (
    CREDENTIAL_REPORT,
    LOGIN_PROFILE,
    SIGNING_CERTIFICATE,
    AccountDocument,
)
from cogsim.world.iam import AccessKey
from cogsim.world.world import World

_KEYS = 2
_OF_KEY = ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")
_OF_CERTIFICATE = ("active", "last_rotated")
#: For so long a report is had, and none is made in its place (seconds).
_LIFE = 4 * 3600

COLUMNS = (
    *("user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed"),
    *("password_next_rotation", "mfa_active"),
    *(f"access_key_{number}_{name}" for number in (1, 2) for name in _OF_KEY),
    *(f"cert_{number}_{name}" for number in (1, 2) for name in _OF_CERTIFICATE),
)


def report_there(world: World, owner: Owner, now: float) -> Decision[AccountDocument | Refusal]:
    """The account's report, or the refusal where none was made or it is too old."""
    question = "is there a credential report?"
    found = document(world, owner, CREDENTIAL_REPORT)
    if found is None:
        text = "No report exists. You must generate a report first"
        return unseen("ReportNotPresent", text, question, "none was made", "ug:credential-report")
    if not still_new(found, now).value:
        text = "The most recent credential report has expired. You must generate a new report"
        return unseen("ReportExpired", text, question, "it is older than four hours", "ug:credential-report")
    return decided(found, Step(question, "yes", "", "ug:credential-report"))


def still_new(kept: AccountDocument | None, now: float) -> Decision[bool]:
    """Whether the report is of the last four hours; None is no report."""
    question = "is there a report of the last four hours?"
    age = now - kept.created if kept is not None else None
    new = age is not None and age <= _LIFE
    shown = "none was made" if age is None else f"made {int(age)} s ago"
    return decided(new, Step(question, "yes" if new else "no", shown, "ug:credential-report"))


def report(world: World, owner: Owner) -> str:
    """The report's text; when passwords and keys were last used is not kept, and said to be unknown."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_rows(world, owner))
    return text.getvalue()


def _rows(world: World, owner: Owner) -> Iterator[list[str]]:
    root = f"arn:{owner.partition}:iam::{owner.account}:root"
    yield [
        "<root_account>",
        root,
        "not_supported",
        "not_supported",
        "no_information",
        *["not_supported"] * 2,
        *_factors(world, root),
        *["false", "N/A"] * _KEYS,
    ]
    for user in sorted(held(world.users, owner), key=lambda each: each.name):
        profile = document(world, owner, LOGIN_PROFILE, user.unique_id)
        changed = _written(profile.created) if profile else "N/A"
        password = ["true", "no_information", changed, "N/A"] if profile else ["false", "N/A", "N/A", "N/A"]
        certificates = documents_of_user(world, owner, SIGNING_CERTIFICATE, user)
        shown = [[_truth(each.content["Status"] == "Active"), _written(each.created)] for each in certificates]
        shown += [["false", "N/A"]] * (_KEYS - len(shown))
        names = [user.name, user.arn, _written(user.created)]
        yield [*names, *password, *_factors(world, user.arn), *(cell for pair in shown for cell in pair)]


def _factors(world: World, arn: str) -> Iterator[str]:
    """Whether there is a second factor, and the keys."""
    yield _truth(any(device.user_arn == arn for device in world.mfa_devices.values()))
    keys = sorted((each for each in world.access_keys.values() if each.user_arn == arn), key=_age)
    for key in keys[:_KEYS]:
        yield from (_truth(key.active), _written(key.created), "N/A", "N/A", "N/A")
    for _ in range(_KEYS - len(keys)):
        yield from ("false", "N/A", "N/A", "N/A", "N/A")


def _age(key: AccessKey) -> tuple[float, str]:
    return key.created, key.id


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _written(seconds: float) -> str:
    return at(int(seconds)).isoformat()
