"""A run as people and programs read it: text, HTML, a DataFrame, and JSON. No token, key, code or password is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from cogsim.analysis.leak import Kind, Leak
from cogsim.aws.call import Outcome, ServicePrincipal
from cogsim.aws.domain_model import DOMAIN_SERVICE
from cogsim.aws.execute_api_model import API_SERVICE
from cogsim.aws.load_balancer_model import LOAD_BALANCER_SERVICE
from cogsim.clock import iso
from cogsim.decision import Step
from cogsim.markup import html_table, text_table
from cogsim.scenario.leak_table import TITLES as _LEAKS
from cogsim.scenario.leak_table import headline, shown
from cogsim.scenario.leak_table import rows as leak_rows
from cogsim.scenario.result import Answer, Run, StepResult, deciding

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("step", "time", "who", "operation", "on", "outcome", "because", "where")

#: Parameters that say what a call is about, those of one line joined by a slash; none of them is secret.
_SUBJECTS = (
    *("Bucket", "Key", "Prefix", "TableName", "IndexName", "RoleArn", "GroupName", "Username"),
    *("AuthFlow", "ChallengeName"),
    *("UserName", "RoleName", "PolicyName", "PolicyArn", "PolicySourceArn"),
)

#: How much of a name, of what a call is about, and of what a step found a table shows, in characters.
_LONGEST_NAME, _LONGEST_SUBJECT, _LONGEST = 40, 160, 80


@dataclass(frozen=True, slots=True)
class Row:
    """One call on the timeline; `depth` counts the calls that caused it."""

    step: int
    at: float
    who: str
    operation: str
    on: str
    outcome: str
    because: Step | None
    depth: int = 0


def rows(run: Run) -> Iterator[Row]:
    """Every call in the order made, and the moves of the clock between them."""
    for step in run.steps:
        if not step.outcomes:
            result = "" if step.operation.startswith("advance") else step.result
            yield Row(step.number, step.at, step.who, step.operation, "", result, None)
        for outcome in step.outcomes:
            yield from _call_rows(step, outcome, step.who, 0)
        if step.outcomes and step.error is not None and step.outcomes[-1].error is None:
            yield Row(step.number, step.at, step.who, step.operation, "", step.error.code, None)  # no call said so


def _call_rows(step: StepResult, outcome: Outcome, who: str, depth: int) -> Iterator[Row]:
    call = outcome.call
    about, result = subject(call.params), _result(outcome)
    yield Row(step.number, call.at, who, call.operation, about, result, deciding(outcome), depth)
    for child in outcome.children:
        principal = child.call.credentials
        caller = principal.name.partition(".")[0] if isinstance(principal, ServicePrincipal) else who
        yield from _call_rows(step, child, caller, depth + 1)


def _result(outcome: Outcome) -> str:
    """How a call ended: AWS's error, or of a page the status with the error or the page that it shows."""
    if outcome.error is not None:
        return outcome.error.code
    answer = outcome.response or {}
    if outcome.call.service == API_SERVICE:
        return str(answer["statusCode"])
    if outcome.call.service not in (DOMAIN_SERVICE, LOAD_BALANCER_SERVICE):
        return "ok"
    body = answer.get("Body", {})
    sent = dict(parse_qsl(urlsplit(answer.get("Location", "")).query))
    refused = sent.get("error") or body.get("error") or answer.get("ErrorReason")
    said = refused or body.get("Challenge") or body.get("User") or body.get("Page")
    return f"{answer['Status']} {said}" if said else str(answer["Status"])


def subject(params: Mapping[str, Any]) -> str:
    """What a call is about, as far as that is no secret."""
    if "Url" in params or "ApiId" in params:
        return _requested(params)
    if "RequestItems" in params:
        return ", ".join(sorted(params["RequestItems"]))
    parts = [str(params[name]) for name in _SUBJECTS if isinstance(params.get(name), str)]
    return "/".join(part.rpartition(":")[2] if part.startswith("arn:") else part for part in parts)


def _requested(params: Mapping[str, Any]) -> str:
    """A client's request: method and address, whose query may be secret; or the question to a GraphQL API."""
    if isinstance(params.get("Query"), str):
        return " ".join(params["Query"].split())
    url = urlsplit(str(params.get("Url", "")))
    path = url.path if "Url" in params else "/".join(("", params.get("Stage", ""), params.get("Path", "").lstrip("/")))
    host = url.netloc.rpartition("@")[2]
    return f"{params.get('Method', 'GET')} {host}{path.replace('//', '/')}"


def because_text(step: Step | None, longest: int | None = None) -> str:
    """The deciding step in one line; what was found is cut at `longest` characters."""
    if step is None:
        return ""
    found = " ".join(step.found.split())
    found = found if longest is None else _cut(found, longest)
    return f"{step.question} {step.answer}" + (f" [{found}]" if found else "")


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def where_text(step: Step | None) -> str:
    """The line of configuration that decided."""
    return str(step.location) if step is not None and step.location is not None else ""


def elapsed(seconds: float) -> str:
    """Time since the start as `1:02:03`, with days in front where there are any."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    return (f"{days}d " if days else "") + f"{hour}:{minute:02}:{second:02}"


def frame(run: Run) -> pd.DataFrame:
    """The timeline as a DataFrame, a row a call, children after their parents."""
    import pandas as pd

    start = run.scenario.start
    table = [
        (
            *(row.step, elapsed(row.at - start), row.who, row.operation, row.on, row.outcome),
            *(because_text(row.because), where_text(row.because)),
        )
        for row in rows(run)
    ]
    return pd.DataFrame(table, columns=list(COLUMNS))


_TITLES = ("#", "time", "who", "call", "outcome")
_QUESTIONS = ("who, action, resource", "expected", "door", "static")
_INVARIANTS = ("invariant", "answer")
#: How many expectations that were not met a text names.
_MOST_FAILURES = 25


@dataclass(frozen=True, slots=True)
class _Table:
    """Rows with a note to each, which text puts under the row and HTML into a column of its own."""

    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]
    under: str
    note_title: str = "because"
    heading: str = ""

    def text(self) -> str:
        head, rule, *lines = text_table(self.titles, self.rows).split("\n")
        margin = " " * head.index(self.under) + "└ "
        noted = (line + (f"\n{margin}{note}" if note else "") for line, note in zip(lines, self.notes, strict=True))
        return "\n".join((*([self.heading, ""] if self.heading else []), head, rule, *noted))

    def html(self) -> str:
        rows = [(*row, note) for row, note in zip(self.rows, self.notes, strict=True)]
        heading = f"<p>{escape(self.heading)}</p>" if self.heading else ""
        return heading + html_table((*self.titles, self.note_title), rows)


def _timeline(run: Run) -> _Table:
    everything = list(rows(run))
    failed = {step.number for step in run.steps if step.failures}
    cells, last = [], 0
    for row in everything:
        first, last = row.step != last, row.step
        number = f"{'! ' if row.step in failed else ''}{row.step}" if first else ""
        call = "· " * row.depth + f"{row.operation} {_cut(row.on, _LONGEST_SUBJECT)}".rstrip()
        time, who = elapsed(row.at - run.scenario.start) if first else "", _cut(row.who, _LONGEST_NAME)
        cells.append((number, time, who, call, row.outcome))
    notes = [_note(row.because) for row in everything]
    for place, following in enumerate(everything[1:]):
        if following.depth > everything[place].depth and notes[place] == notes[place + 1]:
            notes[place] = ""  # the call it caused says it
    return _Table(_TITLES, tuple(cells), tuple(notes), "call")


def _note(step: Step | None) -> str:
    place = where_text(step)
    return because_text(step, _LONGEST) + (f" at {place}" if place else "")


def _access(run: Run) -> _Table:
    cells = tuple(
        (_mark(answer) + answer.question, answer.expected, answer.door or "", answer.static) for answer in run.access
    )
    return _Table(_QUESTIONS, cells, tuple(_answer_note(answer) for answer in run.access), "who")


def _answer_note(answer: Answer) -> str:
    reason = _note(answer.decision.deciding[-1]) if answer.decision is not None else ""
    return "; ".join(part for part in (answer.text if answer.ok else "", reason) if part)


def _invariants(run: Run) -> _Table:
    cells = tuple((_mark(answer) + answer.question, answer.static) for answer in run.invariants)
    return _Table(_INVARIANTS, cells, tuple(answer.text for answer in run.invariants), "invariant", "checked")


def _leaks(run: Run) -> _Table:
    found = list(shown(run))
    notes = tuple(_note(leak.because) if leak is not None else "" for _, leak in found)
    return _Table(_LEAKS, tuple(cells for cells, _ in found), notes, "caller", "decided by", headline(run))


def _mark(answer: Answer) -> str:
    return "" if answer.ok else "! "


def heading(run: Run) -> str:
    """The name, and what the run follows from."""
    scenario = run.scenario
    worlds = ", ".join(map(str, scenario.worlds))
    chosen = "".join(f" · assuming {name} = {value}" for name, value in scenario.assume)
    return f"{scenario.name}\n{scenario.file} · world {worlds} · seed {scenario.seed} · {iso(scenario.start)}{chosen}"


def as_text(run: Run) -> str:
    """The whole run for a terminal: timeline, questions, what failed, and one line that sums up."""
    parts = [heading(run), *(table.text() for table in _tables(run))]
    if run.assumptions:
        parts.append("rests on the assumptions " + ", ".join(run.assumptions))
    if run.failures:
        named = [f"  {failure}" for failure in run.failures[:_MOST_FAILURES]]
        more = len(run.failures) - len(named)
        parts.append("\n".join(("not as expected:", *named, *([f"  … and {more} more"] if more else []))))
    parts.append(summary(run))
    return "\n\n".join(parts)


def _tables(run: Run) -> list[_Table]:
    made = (_timeline(run), _leaks(run), _access(run), _invariants(run))
    return [table for table in made if table.rows]


def summary(run: Run) -> str:
    """`16 steps, 4 questions, 1 invariant: as expected`, or how many were not."""
    counts = ((len(run.steps), "step"), (len(run.access), "question"), (len(run.invariants), "invariant"))
    what = ", ".join(f"{number} {noun}{'s' if number != 1 else ''}" for number, noun in counts if number)
    failed = len(run.failures)
    if run.simulation.cloud.initial.tenancies:
        leaked = sum(leak.kind != Kind.WITHHELD for _, leak in leak_rows(run))
        what += f", {leaked or 'no'} leak{'' if leaked == 1 else 's'}"
    return f"{what or 'nothing to do'}: " + (f"{failed} not as expected" if failed else "as expected")


def as_html(run: Run) -> str:
    """The same for a notebook, without scripts."""
    parts = [f"<p><b>{escape(run.name)}</b></p>", *(table.html() for table in _tables(run))]
    parts += [f"<p>{escape(str(failure))}</p>" for failure in run.failures]
    return "".join((*parts, f"<p>{escape(summary(run))}</p>"))


def as_dict(run: Run) -> dict[str, Any]:
    """The run as JSON has it."""
    scenario = run.scenario
    return {
        "name": scenario.name,
        "scenario": scenario.file,
        "worlds": [str(path) for path in scenario.worlds],
        "seed": scenario.seed,
        "start": iso(scenario.start),
        "assuming": dict(scenario.assume),
        "ok": run.ok,
        "steps": [_step_dict(step, run) for step in run.steps],
        "access": [_answer_dict(answer) for answer in run.access],
        "invariants": [_answer_dict(answer) for answer in run.invariants],
        "assumptions": list(run.assumptions),
        **_told_leaks(run),
        "failures": [{"where": str(failure.location), "text": failure.text} for failure in run.failures],
        "trail": run.trail,
    }


def _told_leaks(run: Run) -> dict[str, Any]:
    """The leaks, where the world says whose data is whose."""
    if not run.simulation.cloud.initial.tenancies:
        return {}
    return {"leaks": [_leak_dict(step, leak) for step, leak in leak_rows(run)]}


def _leak_dict(step: StepResult, leak: Leak) -> dict[str, Any]:
    return {
        "step": step.number,
        "caller": leak.caller,
        "tenants": list(leak.tenants),
        "operation": leak.operation,
        "leaked": leak.thing,
        "what": str(leak.kind),
        "owner": leak.owner,
        "because": because_text(leak.because),
        "decided_at": where_text(leak.because),
    }


def _step_dict(step: StepResult, run: Run) -> dict[str, Any]:
    return {
        "step": step.number,
        "where": str(step.location),
        "time": iso(step.at),
        "who": step.who,
        "does": step.operation,
        "result": step.result,
        "calls": [
            {
                "operation": row.operation,
                "who": row.who,
                "on": row.on,
                "outcome": row.outcome,
                "depth": row.depth,
                "because": because_text(row.because),
                "decided_at": where_text(row.because),
            }
            for outcome in step.outcomes
            for row in _call_rows(step, outcome, step.who, 0)
        ],
        "failures": list(step.failures),
    }


def _answer_dict(answer: Answer) -> dict[str, Any]:
    return {
        "question": answer.question,
        "where": str(answer.location),
        "expected": answer.expected,
        "door": answer.door,
        "static": answer.static,
        "ok": answer.ok,
        "text": answer.text,
        "because": [because_text(step) for step in answer.decision.deciding] if answer.decision is not None else [],
        "decided_at": [where_text(step) for step in answer.decision.deciding] if answer.decision is not None else [],
    }
