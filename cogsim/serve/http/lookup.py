"""What the server's own endpoints show of requests and messages: looked up, and written as JSON or as a small page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from cogsim.aws.call import Outcome
from cogsim.aws.trail.request_id import request_id
from cogsim.clock import iso
from cogsim.decision import Decision, Step
from cogsim.decisions.caller import Anonymous, caller_arn
from cogsim.markup import decision_html, html_table

if TYPE_CHECKING:
    from cogsim.aws.cloud import Cloud
    from cogsim.aws.mailbox import Message
    from cogsim.errors import AwsError


@dataclass(frozen=True, slots=True)
class Looked:
    """A request as it came out: the operation, who asked, when, the error where there is one, and why."""

    request_id: str
    operation: str
    caller: str
    at: str
    error: str | None
    message: str
    decision: Decision[Any] | None

    def told(self) -> dict[str, Any]:
        """As JSON has it."""
        steps = self.decision.steps if self.decision is not None else ()
        return {
            "requestId": self.request_id,
            "operation": self.operation,
            "caller": self.caller,
            "at": self.at,
            "error": self.error,
            "message": self.message,
            "answer": str(self.decision.value) if self.decision is not None else self.error,
            "reachedTheDoor": self.decision is not None,
            "steps": [_step(step) for step in steps],
        }


def decision_of(cloud: Cloud, wanted: str, refusals: Mapping[str, tuple[str, AwsError]]) -> Looked | None:
    """The request of that id, newest first; calls that services made of one another are found too."""
    if wanted in refusals:
        operation, error = refusals[wanted]
        return Looked(wanted, operation, "", "", error.code, error.message, None)
    entries = (entry for entry in reversed(cloud.log) if isinstance(entry, Outcome))
    for outcome in _with_children(entries):
        if request_id(outcome.call.service, outcome.number, cloud.seed) == wanted:
            return _looked(outcome, wanted)
    return None


def _with_children(outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    for outcome in outcomes:
        yield outcome
        yield from _with_children(outcome.children)


def _looked(outcome: Outcome, wanted: str) -> Looked:
    caller = "" if isinstance(outcome.caller, Anonymous) else caller_arn(outcome.caller)
    code, text = (outcome.error.code, outcome.error.message) if outcome.error is not None else (None, "")
    return Looked(wanted, outcome.call.operation, caller, iso(outcome.call.at), code, text, outcome.decision)


def _step(step: Step) -> dict[str, Any]:
    return {
        "question": step.question,
        "answer": step.answer,
        "found": step.found,
        "where": str(step.location) if step.location else None,
        "source": step.source,
        "basis": str(step.basis),
        "assumption": step.assumption,
        "facts": dict(step.facts),
        "decides": step.decides,
    }


def decision_page(found: Looked) -> str:
    """The request as a page."""
    head = html_table(
        ("request", "operation", "caller", "at", "error"),
        [(found.request_id, found.operation, found.caller or "nobody", found.at, found.error or "none")],
    )
    said = f"<p>{escape(found.message)}</p>" if found.message else ""
    why = decision_html(found.decision) if found.decision is not None else "<p>It did not reach the door.</p>"
    return _page(f"Why {found.operation or 'this request'} came out so", head + said + why)


def messages_page(sent: Sequence[Message]) -> str:
    """The messages as a page, newest first."""
    rows = [(iso(m.at), m.medium, m.to, m.username, m.purpose, m.code, m.subject, m.body) for m in reversed(sent)]
    headers = ("at", "by", "to", "user", "purpose", "code", "subject", "text")
    return _page("Messages", html_table(headers, rows) if rows else "<p>Nothing was sent.</p>")


def _page(title: str, content: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title></head>'
        f'<body style="font-family:sans-serif;margin:2em"><h1>{escape(title)}</h1>{content}</body></html>'
    )
