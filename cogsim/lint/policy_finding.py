"""A finding of policy validation: AWS's code and type, our sentence, the place, and the fix where it is obvious."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cogsim.errors import Location
from cogsim.policy.malformed import Path, path_text

MOST_FINDINGS = 500
"""Findings of one document beyond these are not looked for."""


class FindingType(StrEnum):
    """What a finding says of its policy, in the words of AWS's ValidatePolicy. # ug:policy-checks"""

    ERROR = "ERROR"  # a part of it does not work, or it is refused
    SECURITY_WARNING = "SECURITY_WARNING"  # it allows more than it seems to
    WARNING = "WARNING"
    SUGGESTION = "SUGGESTION"


@dataclass(frozen=True, slots=True)
class PolicyFinding:
    """One finding in one document. `message` is a sentence; `fix` says what to write instead, or is empty."""

    code: str
    type: FindingType
    message: str
    location: Location
    path: Path = ()
    fix: str = ""

    @property
    def counts(self) -> bool:
        """Whether the finding makes the document fail: an error, or access nobody meant to give."""
        return self.type in (FindingType.ERROR, FindingType.SECURITY_WARNING)

    def __str__(self) -> str:
        fix = f" (fix: {self.fix})" if self.fix else ""
        return f"{self.location}: {self.type} {self.code}: {self.message}{fix}"

    def to_dict(self) -> dict[str, Any]:
        """The finding as JSON has it, with AWS's names for what AWS has too."""
        place = self.location
        return {
            "findingType": str(self.type),
            "issueCode": self.code,
            "findingDetails": self.message,
            "path": path_text(self.path),
            "file": place.file,
            "line": place.line,
            "column": place.column,
            "fix": self.fix or None,
        }
