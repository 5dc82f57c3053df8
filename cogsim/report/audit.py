"""The audit report of a world: one directory that can be read offline, compared, and handed on.

It shows what analyses answered and decides nothing. Names in a world are somebody's input: HTML escapes every value
(autoescape), Markdown escapes what would open markup, and no script or address outside the page is written.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from cogsim._version import __version__
from cogsim.analysis.answers import Answer
from cogsim.analysis.graph import graph
from cogsim.analysis.invariants import InvariantResult
from cogsim.analysis.unasked import unasked
from cogsim.analysis.who_can import access
from cogsim.assumptions import all_assumptions, choice
from cogsim.attacks.attack import Played, all_attacks, findings, play
from cogsim.errors import InputError
from cogsim.lint.finding import Finding
from cogsim.markup import markdown_table, markdown_text
from cogsim.report.mermaid import mermaid
from cogsim.report.pictures import svg
from cogsim.sources import source
from cogsim.world.world import World

#: A section of the report: its title, a sentence about it, its columns and its rows.
Section = dict[str, Any]

_GLANCE = ("who", "via", "resource", "may")
_ACCESS = ("who", "via", "action", "resource", "answer", "decided at", "because")


def report(
    world: World,
    directory: str | Path,
    *,
    played: Sequence[Played] | None = None,
    invariants: Sequence[InvariantResult] = (),
    found: Sequence[Finding] = (),
    title: str = "Who can access what",
) -> list[Path]:
    """Write audit.html, audit.md, audit.json, graph.svg and graph.mmd into `directory`; returns their paths.

    Every attack of the library is played on copies of the world, unless `played` says what came of them already. The
    files that the world was loaded from are hashed with SHA-256; `found` are findings made elsewhere, such as a run's
    leaks (`Run.findings`). The same world gives the same bytes. Each file appears
    whole or not at all; InputError where the directory is a file or an input cannot be read.
    """
    target = Path(directory)
    if target.exists() and not target.is_dir():
        raise InputError(f"{target} is a file, and a report is a directory")
    drawn = graph(world)
    picture = svg(drawn)
    answers = sorted(access(world), key=_order)
    content = _content(world, answers, play(world) if played is None else played, invariants, found, title)
    files = {
        "audit.html": _html(content, picture[picture.index("<svg") :]),
        "audit.md": _markdown(content, mermaid(drawn)),
        "audit.json": json.dumps(_facts(content, answers), indent=2, ensure_ascii=False, sort_keys=True) + "\n",
        "graph.svg": picture,
        "graph.mmd": mermaid(drawn),
    }
    return _written(target, files)


def _order(answer: Answer) -> tuple[str, ...]:
    return (answer.who, answer.via, answer.resource, answer.action, *map("=".join, answer.context))


def _hashed(inputs: Iterable[str | Path]) -> list[tuple[str, str]]:
    """(name as given, SHA-256) of every input, sorted."""
    found = []
    for path in sorted({str(path) for path in inputs}):
        try:
            found.append((path, hashlib.sha256(Path(path).read_bytes()).hexdigest()))
        except OSError as error:
            raise InputError(f"cannot read the input {path}: {error.strerror}") from None
    return found


def _content(
    world: World,
    answers: Sequence[Answer],
    played: Sequence[Played],
    invariants: Sequence[InvariantResult],
    others: Sequence[Finding],
    title: str,
) -> dict[str, Any]:
    """The report as plain values: what every format shows, in the same order."""
    sections = [
        *_inputs(world),
        *_completeness(world),
        _section(
            "Attacks played",
            "Each on a copy of the world, at each place where its preconditions hold.",
            ("attack", "on", "result"),
            _attacks(played),
        ),
        _section("Invariants", "Checked, not proved.", ("invariant", "holds", "in words"), _invariants(invariants)),
        _section("Allowed", "At a glance: what the questions under Access found allowed.", _GLANCE, _glance(answers)),
        _section(
            "Not asked",
            "What policies allow beyond those questions, as written. Whether anybody can use it was not decided.",
            ("on", "policy", "actions", "resources", "where"),
            [
                (one.holder, one.policy, ", ".join(one.actions), ", ".join(one.resources), one.where or "")
                for one in unasked(world)
            ],
        ),
        _section("Access", _access_note(answers), _ACCESS, _access_rows(answers)),
        _section(
            "Assumptions",
            "Where AWS's documents are silent or disagree, and an answer above rests on the choice.",
            ("name", "question", "taken as"),
            _assumptions(answers),
        ),
        _section("Unresolved", "What the world does not tell and could change an answer.", ("what",), _open(answers)),
        _section("Sources", "The documents that the reasons cite.", ("id", "title", "URL", "read"), _sources(answers)),
    ]
    silence = "No attack succeeded." if played else "No attack of the library has a place here: none was played."
    found = [_finding(finding) for finding in (*findings(played), *others)]
    return {"title": title, "sections": sections, "findings": found, "no_findings": silence}


def _section(title: str, note: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Section:
    return {
        "title": title,
        "note": note,
        "columns": list(columns),
        "rows": [[str(cell) for cell in row] for row in rows],
    }


def _inputs(world: World) -> list[Section]:
    """What the report is about, and what made it."""
    import botocore

    versions = [("cogsim", __version__), ("botocore", str(botocore.__version__))]
    return [
        _section("Inputs", "The files this report is about.", ("file", "SHA-256"), _hashed(world.files)),
        _section(
            "Stacks",
            "Where they stand; files that do not say it are taken to stand in the account and Region shown.",
            ("stack", "partition", "account", "region", "files"),
            world.completeness.stacks,
        ),
        _section("Versions", "The programs that made it.", ("program", "version"), versions),
    ]


def _completeness(world: World) -> list[Section]:
    """What the load understood, and what it did not."""
    held = world.completeness
    return [
        _section("Read", "Resources that the answers rest on.", ("type", "resources"), sorted(held.read.items())),
        _section("Not modelled", "Resources left out.", ("type", "logical id", "why"), held.ignored),
        _section(
            "Properties not modelled", "Known to AWS, not to the model.", ("logical id", "property"), held.properties
        ),
        _section(
            "Placeholders",
            "References that could not be resolved: each equals only itself.",
            ("placeholder", "written as", "where"),
            held.unresolved,
        ),
        _section(
            "Warnings",
            "What AWS would read otherwise, or looks like a mistake.",
            ("warning",),
            [(text,) for text in held.warnings],
        ),
    ]


def _attacks(played: Sequence[Played]) -> list[tuple[str, str, str]]:
    """One row an attack and place; an attack without any place to be played is said to have none."""
    rows = [(one.attack, one.opening.subject, _came_of(one)) for one in played]
    silent = sorted({attack.id for attack in all_attacks()} - {one.attack for one in played})
    return rows + [(name, "", "no place in this world") for name in silent]


def _came_of(one: Played) -> str:
    if one.unplayed:
        return f"not played: {one.unplayed}"
    return "succeeded" if one.finding is not None else "refused"


def _invariants(results: Sequence[InvariantResult]) -> list[tuple[str, str, str]]:
    return [(result.name, "yes" if result.holds else "no", result.text) for result in results]


def _access_note(answers: Sequence[Answer]) -> str:
    allowed = sum(answer.allowed for answer in answers)
    number = f"{len(answers)} question{'' if len(answers) == 1 else 's'}"
    return f"{number} asked of the world as it is: {allowed} allowed, {len(answers) - allowed} not."


def _glance(answers: Sequence[Answer]) -> list[tuple[str, str, str, str]]:
    """A row for each caller and resource with anything allowed; an action under a condition key says which."""
    rows: dict[tuple[str, str, str], list[str]] = {}
    for answer in answers:
        if answer.allowed:
            verb = answer.action.partition(":")[2]
            keys = ", ".join(f"{key}={value}" for key, value in answer.context)
            verb = f"{verb} ({keys})" if keys else verb
            rows.setdefault((answer.who, answer.via, answer.resource), []).append(verb)
    return [(*key, ", ".join(dict.fromkeys(verbs))) for key, verbs in rows.items()]


def _access_rows(answers: Sequence[Answer]) -> list[tuple[str, ...]]:
    """A row for the actions that were answered alike for the same reason."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for answer in answers:
        key = (answer.who, answer.via, _resource(answer), answer.result, str(answer.where or ""), answer.because)
        rows.setdefault(key, []).append(answer.action.partition(":")[2])
    return [
        (who, via, ", ".join(actions), resource, result, where, because)
        for (who, via, resource, result, where, because), actions in rows.items()
    ]


def _resource(answer: Answer) -> str:
    keys = ", ".join(f"{key}={value}" for key, value in answer.context)
    return f"{answer.resource} with {keys}" if keys else answer.resource


def _assumptions(answers: Sequence[Answer]) -> list[tuple[str, str, str]]:
    used = sorted({step.assumption for answer in answers for step in answer.steps if step.assumption})
    return [(name, all_assumptions()[name].question, choice(name)) for name in used]


def _open(answers: Sequence[Answer]) -> list[tuple[str]]:
    return [(what,) for what in sorted({what for answer in answers for what in answer.unresolved})]


def _sources(answers: Sequence[Answer]) -> list[tuple[str, str, str, str]]:
    cited = sorted({step.source.partition("§")[0] for answer in answers for step in answer.steps if step.source})
    return [(name, source(name).title, source(name).url, source(name).read) for name in cited]


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "title": finding.title,
        "severity": str(finding.severity),
        "confidence": str(finding.confidence),
        "summary": finding.summary,
        "fix": finding.fix,
        "places": [[str(place.location or ""), place.note] for place in finding.places],
        "trace": [[step.who, step.operation, step.result] for step in finding.trace],
        "sources": [[name, source(name).title, source(name).url] for name in finding.sources],
    }


def _facts(content: dict[str, Any], answers: Sequence[Answer]) -> dict[str, Any]:
    """For programs: every answer by itself, and the other sections as records."""
    tables = {
        section["title"].casefold().replace(" ", "_"): [
            dict(zip(section["columns"], row, strict=True)) for row in section["rows"]
        ]
        for section in content["sections"]
        if section["title"] != "Access"
    }
    rows = [
        {
            "who": answer.who,
            "principal": answer.principal,
            "via": answer.via,
            "action": answer.action,
            "resource": answer.resource,
            "context": dict(answer.context),
            "answer": answer.result,
            "because": answer.because,
            "where": str(answer.where or ""),
            "assumptions": sorted({step.assumption for step in answer.steps if step.assumption}),
            "unresolved": list(answer.unresolved),
        }
        for answer in answers
    ]
    return {"title": content["title"], "findings": content["findings"], "access": rows, **tables}


def _html(content: dict[str, Any], picture: str) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    pages = Environment(
        loader=PackageLoader("cogsim.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # The picture is our own text: matplotlib escapes the labels it writes into it.
    return pages.get_template("audit.html").render(**content, picture=Markup(picture)) + "\n"


def _markdown(content: dict[str, Any], drawn: str) -> str:
    parts = [f"# {markdown_text(content['title'])}", f"```mermaid\n{drawn}```", "## Findings"]
    parts += [_markdown_finding(finding) for finding in content["findings"]] or [content["no_findings"]]
    for section in content["sections"]:
        if section["rows"]:
            parts += [f"## {section['title']}", section["note"], markdown_table(section["columns"], section["rows"])]
    return "\n\n".join(parts) + "\n"


def _markdown_finding(finding: dict[str, Any]) -> str:
    parts = [
        f"### {markdown_text(finding['title'])}",
        f"Rule {markdown_text(finding['rule'])}, severity {finding['severity']}, confidence {finding['confidence']}.",
        markdown_text(finding["summary"]),
    ]
    if finding["places"]:
        parts.append(markdown_table(("where", "what stands there"), finding["places"]))
    if finding["trace"]:
        parts.append(markdown_table(("who", "operation", "result"), finding["trace"]))
    if finding["fix"]:
        parts.append(f"Fix: {markdown_text(finding['fix'])}")
    return "\n\n".join(parts)


def _written(target: Path, files: dict[str, str]) -> list[Path]:
    """Every file into a directory beside the target, then each moved into place: a failure leaves the old ones."""
    target.mkdir(parents=True, exist_ok=True)
    partial = target.parent / f".{target.name}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    try:
        for name, text in files.items():
            (partial / name).write_text(text, encoding="utf-8", newline="\n")
        for name in files:
            os.replace(partial / name, target / name)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return [target / name for name in files]
