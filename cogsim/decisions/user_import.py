"""User import: the header of the file, what each row comes to, and how a job ends. # idp:import-csv

1. The file names every attribute of the pool, and no other, in any order; a job whose file does not has failed.
2. A row makes a user who must reset the password, so it must give an address that the pool verifies, already verified:
   that is where the code will go.
3. A row that is wrong makes no user and is counted; who has the name already is passed over and counted apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions.attribute_values import check_required, check_values
from cogsim.decisions.refusals import UNSEEN_TEXTS, Check, passed, refused
from cogsim.world.user_pool import UserPool

NAME, MFA = "cognito:username", "cognito:mfa_enabled"
_SOURCE = "idp:import-csv"
_PRECONDITION, _LIMIT = "PreconditionNotMetException", "LimitExceededException"
_EXPIRES_AFTER = 86400.0
_LONGEST_ROW, _MOST_ROWS, _MOST_JOBS = 16_000, 500_000, 1_000
_CONTACTS = {"email": "email_verified", "phone_number": "phone_number_verified"}
_BOOLEANS = frozenset({MFA, *_CONTACTS.values()})
_BIRTHDATE = re.compile(r"[0-9]{2}/[0-9]{2}/[0-9]{4}", re.ASCII)
_ALL_FAILED = "cognito.importWithoutUsers"

SUCCEEDED = "Import Job Completed Successfully."
TOO_MANY_FAILED = "Too many users have failed or been skipped during the import."


@dataclass(frozen=True, slots=True)
class ImportJob:
    """A job to import users: its file once it was put, and how far it has come; instants in seconds."""

    pool_id: str
    id: str
    name: str
    role_arn: str
    url: str
    created: float
    csv: str | None = field(default=None, repr=False)
    status: str = "Created"
    started: float | None = None
    completed: float | None = None
    imported: int = 0
    skipped: int = 0
    failed: int = 0
    message: str | None = None

    def at(self, now: float) -> ImportJob:
        """The job as it is at `now`: one that nobody started in a day has expired."""
        expired = self.status == "Created" and now >= self.created + _EXPIRES_AFTER
        return replace(self, status="Expired", csv=None) if expired else self


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """A user as a row gives her: the name as written, the attributes, and whether text messages are her factor."""

    name: str
    attributes: Mapping[str, str]
    mfa: bool = False


def header(pool: UserPool) -> tuple[str, ...]:
    """The columns of the file: every attribute that a user can have, but those that the service itself gives."""
    own = [name for name in pool.attribute_names if name not in ("sub", "identities") and not name.startswith("dev:")]
    return (*own, MFA, NAME)


def check_room(jobs: int) -> Check:
    """Whether the pool takes one job more."""
    question = "is there room for another import job?"
    if jobs >= _MOST_JOBS:
        refusal = Refusal(_LIMIT, f"A user pool has {_MOST_JOBS} import jobs at most.")
        return refused(refusal, question, str(jobs), "idp:quotas", assumption=UNSEEN_TEXTS)
    return passed(question, f"{jobs} of {_MOST_JOBS}", "idp:quotas")


def check_uploadable(job: ImportJob) -> Check:
    """Whether the file may still be put."""
    return _in_state(job, "may the file be put?", "A file cannot be put for a user import job that is")


def check_startable(pool: UserPool, job: ImportJob) -> Check:
    """Whether the job can start: it waits, its file is there, and the pool verifies an address (argument 2)."""
    question = "can the import start?"
    waiting = _in_state(job, question, "A user import job cannot be started that is")
    if waiting.value is not None:
        return waiting
    if not pool.auto_verified_attributes:
        place = pool.origin.at("AutoVerifiedAttributes")
        refusal = Refusal(_PRECONDITION, "The user pool has no auto-verified attributes.")
        return refused(refusal, question, "no address is verified", _SOURCE, location=place, assumption=UNSEEN_TEXTS)
    if job.csv is None:
        refusal = Refusal(_PRECONDITION, "No file was uploaded for the user import job.")
        return refused(refusal, question, "no file", _SOURCE, assumption=UNSEEN_TEXTS)
    return passed(question, job.id, _SOURCE)


def check_stoppable(job: ImportJob) -> Check:
    """Whether there is anything to stop."""
    return _in_state(job, "is there anything to stop?", "A user import job cannot be stopped that is")


def _in_state(job: ImportJob, question: str, text: str) -> Check:
    if job.status != "Created":
        refusal = Refusal(_PRECONDITION, f"{text} {job.status}.")
        return refused(refusal, question, job.status, _SOURCE, assumption=UNSEEN_TEXTS)
    return passed(question, job.status, _SOURCE)


def read_file(pool: UserPool, csv: str) -> tuple[tuple[str, ...], list[str]] | None:
    """The columns in the file's order and its rows, empty ones left out; None where the header is not the pool's."""
    lines = [line.rstrip("\r") for line in csv.split("\n")]
    columns = tuple(_cells(lines[0]))
    rows = [line for line in lines[1:] if line.strip()]
    if sorted(columns) != sorted(header(pool)) or len(rows) > _MOST_ROWS:
        return None
    return columns, rows


def _cells(line: str) -> list[str]:
    """The values of a line: a backslash takes a comma in, and space around a value is none of it."""
    return [cell.replace("\\,", ",").strip() for cell in re.split(r"(?<!\\),", line)]


def read_row(pool: UserPool, columns: tuple[str, ...], row: str, number: int) -> Decision[ImportedRow | Refusal]:
    """The user that a row makes, or what is wrong with it; `number` is the line, the header being the first."""
    question = f"does line {number} make a user?"
    values = _cells(row)
    fault = _row_fault(columns, row, values)
    if fault is not None:
        return _wrong(question, fault)
    given = dict(zip(columns, values, strict=True))
    name, mfa = given.pop(NAME), given.pop(MFA).lower() == "true"
    attributes = {key: value.lower() if key in _BOOLEANS else value for key, value in given.items() if value}
    fault = _user_fault(pool, attributes, mfa)
    if fault is not None:
        return _wrong(question, fault)
    for check in (check_required(pool, attributes), check_values(pool, attributes)):
        if check.value is not None:
            return _wrong(question, check.value.message, check.steps)
    return decided(ImportedRow(name, attributes, mfa), Step(question, "yes", "", _SOURCE))


def _wrong(question: str, found: str, before: tuple[Step, ...] = ()) -> Decision[Any]:
    refusal = Refusal("InvalidParameterException", found)
    return decided(refusal, Step(question, "no", found, _SOURCE, decides=True), after=before)


def _row_fault(columns: tuple[str, ...], row: str, values: list[str]) -> str | None:
    """What is wrong with the row as a row, or None."""
    if len(row) > _LONGEST_ROW:
        return f"longer than {_LONGEST_ROW} characters"
    if len(values) != len(columns):
        return f"{len(values)} values for {len(columns)} columns"
    given = dict(zip(columns, values, strict=True))
    if not 1 <= len(given[NAME]) <= 128 or re.search(r"\s", given[NAME]):
        return f"{NAME} must be 1 to 128 characters without white space"
    for column in sorted(_BOOLEANS):
        if given[column].lower() not in ("true", "false") and (given[column] or column == MFA):
            return f"{column} is neither true nor false"
    if given["birthdate"] and not _BIRTHDATE.fullmatch(given["birthdate"]):
        return "birthdate is not mm/dd/yyyy"
    return None


def _user_fault(pool: UserPool, attributes: Mapping[str, str], mfa: bool) -> str | None:
    """What is wrong with the user whom the row describes, or None (argument 2)."""
    if pool.mfa == "ON" and not mfa:
        return f"{MFA} must be true: MfaConfiguration is ON"
    if pool.mfa == "OFF" and mfa:
        return f"{MFA} must be false: MfaConfiguration is OFF"
    if mfa and "phone_number" not in attributes:
        return f"{MFA} is true and there is no phone_number"
    for contact, flag in _CONTACTS.items():
        if attributes.get(flag) == "true" and contact not in attributes:
            return f"{flag} is true and there is no {contact}"
    if not any(attributes.get(_CONTACTS[contact]) == "true" for contact in pool.auto_verified_attributes):
        return "no auto-verified attribute is verified"
    return None


def ended(job: ImportJob, imported: int, skipped: int, failed: int) -> Decision[ImportJob]:
    """The job after its last row. Where nothing was imported it has failed, or succeeded with nobody: undocumented."""
    counted = replace(job, imported=imported, skipped=skipped, failed=failed, csv=None)
    nobody = imported == 0 and skipped + failed > 0
    lost = nobody and choice(_ALL_FAILED) == "Failed"
    found = f"{imported} imported, {skipped} skipped, {failed} failed"
    status, message = ("Failed", TOO_MANY_FAILED) if lost else ("Succeeded", SUCCEEDED)
    basis, rests = (Basis.ASSUMED, _ALL_FAILED) if nobody else (Basis.DOCUMENTED, None)
    step = Step("how did the import end?", status, found, _SOURCE, basis, assumption=rests, decides=True)
    return decided(replace(counted, status=status, message=message), step)


def unreadable(job: ImportJob) -> Decision[ImportJob]:
    """The job whose file is none of this pool (argument 1)."""
    message = "The header of the file does not match the attributes of the user pool."
    step = Step(
        "does the file fit the pool?", "no", message, _SOURCE, Basis.ASSUMED, assumption=UNSEEN_TEXTS, decides=True
    )
    return decided(replace(job, status="Failed", message=message, csv=None), step)
