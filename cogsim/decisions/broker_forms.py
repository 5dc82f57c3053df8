"""The forms that STS takes the parameters of a broker's call in: what its door refuses before any policy is asked.

Lists are as long as the world's author wrote them, and not looked at. # sts:AssumeRole
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import regex

from cogsim.decision import Refusal
from cogsim.decisions.refusals import Check, passed, refused

_NAME = r"[\w+=,.@-]*"
_TAG = r"[\p{L}\p{Z}\p{N}_.:/=+\-@]"
_LONG_POLICY = 100_000

#: Shortest, longest, and the pattern of the whole text.
_FORMS: Mapping[str, tuple[int, int, str]] = {
    "ExternalId": (2, 1224, r"[\w+=,.@:\/-]*"),
    "Name": (2, 32, _NAME),
    "Policy": (1, _LONG_POLICY, r"[\t\n\r -\u00FF]+"),
    "RoleArn": (20, 2048, r"[\t\n\r -~\u0085\u00A0-\U0010FFFF]+"),
    "RoleSessionName": (2, 64, _NAME),
    "SourceIdentity": (2, 64, _NAME),
    "Tags.Key": (1, 128, f"{_TAG}+"),
    "Tags.Value": (0, 256, f"{_TAG}*"),
}
_LONGEST_FEDERATED_POLICY = 2048
#: Shortest and longest session in seconds, of a role and of a federated user.
_SHORTEST, _LONGEST, _LONGEST_FEDERATED = 900, 43200, 129600


def check_forms(params: Mapping[str, Any]) -> Check:
    """None where every parameter is of the form that its operation takes, else the ValidationError."""
    question = "has every parameter the form that STS takes?"
    seconds, most = params.get("DurationSeconds", _SHORTEST), _LONGEST_FEDERATED if "Name" in params else _LONGEST
    if not _SHORTEST <= seconds <= most:
        refusal = _refusal("DurationSeconds", str(seconds), f"must have a value from {_SHORTEST} to {most}")
        return refused(refusal, question, f"{seconds} s", "sts:AssumeRole")
    for member, text in _texts(params):
        shortest, longest, pattern = _FORMS[member]
        if member == "Policy" and "Name" in params:
            longest = _LONGEST_FEDERATED_POLICY
        fault = ""
        if not shortest <= len(text) <= longest:
            fault = f"must be {shortest} to {longest} characters"
        elif regex.fullmatch(pattern, text) is None:
            fault = f"must satisfy regular expression pattern: {pattern}"
        if fault:
            return refused(_refusal(member, text, fault), question, f"{member} {text}", "sts:AssumeRole")
    return passed(question, ", ".join(sorted(params)), "sts:AssumeRole")


def _refusal(member: str, value: str, fault: str) -> Refusal:
    said = f"Value '{value}' at '{member[0].lower()}{member[1:]}' failed to satisfy constraint: Member {fault}"
    return Refusal("ValidationError", f"1 validation error detected: {said}")


def _texts(params: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for member in sorted(params):
        if member in _FORMS:
            yield member, params[member]
    for tag in params.get("Tags", ()):
        yield "Tags.Key", tag["Key"]
        yield "Tags.Value", tag["Value"]
