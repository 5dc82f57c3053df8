"""`cogsim journal`: look at a journal, and make a copy that can be shown to others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cogsim.cli.output import print_json, remark, say, write_file
from cogsim.errors import InputError, Location

if TYPE_CHECKING:
    from cogsim.aws.journal import Entry

COLUMNS = ("line", "time", "who", "operation", "outcome")


@click.group("journal", short_help="Look at a journal, or make a copy without its secrets.")
def command() -> None:
    """Look at the journal that `cogsim serve --journal` writes, or make a copy of it that can be shown to others.

    \b
    Example:
      cogsim journal redact run.journal -o shared.journal
    """


@command.command("show", short_help="List the calls of a journal.")
@click.argument("journal", type=click.Path(), metavar="JOURNAL")
@click.option("--json", "as_json", is_flag=True, help="Print the rows as JSON.")
def show(journal: str, as_json: bool) -> int:
    """List the calls of JOURNAL: when, who, which operation, and how AWS answered. No parameter is printed.

    \b
    Example:
      cogsim journal show run.journal
    """
    from cogsim.aws.journal import read
    from cogsim.markup import text_table

    held = read(journal)
    for notice in held.notices:
        remark(notice)
    rows = [_row(entry) for entry in held.entries]
    if as_json:
        print_json([dict(zip(COLUMNS, row, strict=True)) for row in rows])
    else:
        say(text_table(COLUMNS, rows) if rows else "no calls")
    return 0


@command.command("redact", short_help="Make a copy without passwords, codes, tokens and keys.")
@click.argument("journal", type=click.Path(), metavar="JOURNAL")
@click.option("-o", "--output", required=True, type=click.Path(), help="Where the copy is written.")
@click.option("--people", is_flag=True, help="Replace also usernames, attributes, e-mail addresses, phones, addresses.")
def redact(journal: str, output: str, people: bool) -> int:
    """Write a copy of JOURNAL in which every secret has a stable name in its place. It still shows calls, outcomes and
    times; it cannot be replayed.

    \b
    Example:
      cogsim journal redact run.journal -o shared.journal --people
    """
    from cogsim.aws.journal_redaction import redacted

    source, target = Path(journal), Path(output)
    if target.exists() and source.exists() and target.samefile(source):
        raise InputError("the copy would take the journal's place: name another file", Location(output))
    try:
        raw = source.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read the journal: {error.strerror}", Location(journal)) from None
    text, counts = redacted(raw, journal, people)
    write_file(target, lambda part: part.write_bytes(text))
    replaced = ", ".join(f"{number} {name}" for name, number in counts.items())
    remark(f"{output}: replaced {replaced or 'no value'}; left out the seed, and the digests of answers and world")
    remark("names of IAM users, pools, roles, buckets and objects stay; a redacted journal cannot be replayed")
    return 0


def _row(entry: Entry) -> tuple[Any, ...]:
    from cogsim.clock import iso
    from cogsim.lab.whatif import who_signed

    when = iso(entry.at)
    if entry.reset:
        return entry.line, when, "", "the run begins anew", ""
    if entry.call is None:
        return entry.line, when, "", f"advance {entry.advance:g}s", ""
    return entry.line, when, who_signed(entry), entry.call, entry.error or "ok"
