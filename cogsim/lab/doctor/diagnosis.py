"""What came of a question: the causes in order, each with what its cure brought, and how it ends."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from html import escape
from typing import Any

from cogsim.lab.doctor.cause import Cause
from cogsim.lab.doctor.question import Question
from cogsim.markup import html_table


class Verified(StrEnum):
    """What the call answered when it was made again with the change."""

    SUCCEEDS = "with this change the call succeeds"
    GETS_FURTHER = "with this change the call gets further, and fails for the next cause"
    SAME = "with this change the call fails as before"
    NOT_TRIED = "not verified"


class Ending(StrEnum):
    """How the question ends."""

    WORKS = "works"
    CAUSES_FOUND = "fails, causes found"
    UNKNOWN = "fails, cause unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One cause: the call that was refused with AWS's words, and what its cure brought."""

    operation: str
    code: str
    message: str
    cause: Cause
    verified: Verified

    @property
    def verification(self) -> str:
        """The verification in words; why there is none, where there is none."""
        if self.verified is Verified.NOT_TRIED:
            return f"not verified: {self.cause.advice.partition('; not tried: ')[2] or 'no change could be made'}"
        return f"verified: {self.verified}" if self.verified is not Verified.SAME else str(self.verified)

    def as_dict(self) -> dict[str, Any]:
        """The finding as JSON has it."""
        cause, cure = self.cause, self.cause.cure
        return {
            "cause": cause.key,
            "operation": self.operation,
            "error": self.code,
            "message": self.message,
            "what": cause.what,
            "why": cause.why,
            "where": str(cause.where) if cause.where is not None else None,
            "source": cause.source,
            "fix": {"say": _advice(cause), "write": cure.write if cure is not None else ""},
            "changes": None if cure is None else "the configuration" if cure.in_world else "the call",
            "verified": str(self.verified),
        }


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The answer to a question. `instant` is when it was asked, in ISO 8601; `rest` is the last refusal where no known
    cause explains it."""

    question: Question
    instant: str
    findings: tuple[Finding, ...]
    ending: Ending
    rest: str = ""

    @property
    def works(self) -> bool:
        """Whether the call succeeds as it is."""
        return self.ending is Ending.WORKS

    @property
    def causes(self) -> tuple[str, ...]:
        """The causes by their names, in the order in which they were met."""
        return tuple(finding.cause.key for finding in self.findings)

    @property
    def cured(self) -> bool:
        """Whether the call succeeds, as it is or with all the changes."""
        return self.works or (bool(self.findings) and self.findings[-1].verified is Verified.SUCCEEDS)

    def as_dict(self) -> dict[str, Any]:
        """The diagnosis as JSON has it."""
        return {
            "question": str(self.question),
            "at": self.instant,
            "ending": str(self.ending),
            "cured": self.cured,
            "findings": [finding.as_dict() for finding in self.findings],
            "rest": self.rest or None,
        }

    def __str__(self) -> str:
        head = f"{self.question} at {self.instant}: {self.ending}"
        told = [_text(number, finding) for number, finding in enumerate(self.findings, 1)]
        return "\n\n".join([head, *told, *([f"still unexplained: {self.rest}"] if self.rest else [])])

    def _repr_html_(self) -> str:
        rows = [_row(number, finding) for number, finding in enumerate(self.findings, 1)]
        rest = f"<p>still unexplained: {escape(self.rest)}</p>" if self.rest else ""
        head = f"<p><b>{escape(str(self.question))}</b> at {escape(self.instant)}: {escape(str(self.ending))}</p>"
        return head + (html_table(_HEADERS, rows) if rows else "") + rest


_HEADERS = ("", "the call", "AWS answers", "cause", "where", "fix", "tried again")


def _row(number: int, finding: Finding) -> tuple[str, ...]:
    cause = finding.cause
    where = str(cause.where) if cause.where is not None else "the call"
    told = f"{finding.code}: {finding.message}" if finding.message else finding.code
    return (
        str(number),
        finding.operation,
        told,
        f"{cause.what} ({cause.key}). {cause.why}",
        where,
        _advice(cause),
        finding.verification,
    )


def _text(number: int, finding: Finding) -> str:
    cause = finding.cause
    told = f"{finding.code}: {finding.message}" if finding.message else finding.code
    where = f"   at {cause.where}" if cause.where is not None else "   in the call"
    lines = [
        f"{number}. {cause.what} ({cause.key})",
        f"   {finding.operation} answers {told}",
        f"   because {cause.why}" if cause.why else "",
        where,
        f"   fix: {_advice(cause)}",
    ]
    if cause.cure is not None and cause.cure.write:
        lines += [f"     | {line}" for line in cause.cure.write.splitlines()]
    return "\n".join([*(line for line in lines if line), f"   {finding.verification}"])


def _advice(cause: Cause) -> str:
    return cause.cure.say if cause.cure is not None else cause.advice.partition("; not tried: ")[0]
