"""`cogsim who-can`: everybody who may do something."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cogsim.cli.output import load_world, print_json, remark, say

if TYPE_CHECKING:
    from cogsim.analysis.answers import Answer


@click.command("who-can", short_help="List everybody who may do something.")
@click.argument("action")
@click.argument("resource")
@click.option("-w", "--world", "worlds", multiple=True, required=True, type=click.Path(), help="A file of the world.")
@click.option("--all", "everybody", is_flag=True, help="List also those who may not, with the reason.")
@click.option("--json", "as_json", is_flag=True, help="Print the rows as JSON.")
@click.option("--strict", is_flag=True, help="Exit with 3 where something unknown could change the answer.")
def command(action: str, resource: str, worlds: tuple[str, ...], everybody: bool, as_json: bool, strict: bool) -> int:
    """List everybody who may do ACTION on RESOURCE in the world, and by what.

    \b
    Example:
      cogsim who-can s3:GetObject arn:aws:s3:::data/acme/plan.txt --world world.yaml
    """
    from cogsim.analysis.who_can import answers, framed
    from cogsim.markup import text_table

    world = load_world(worlds)
    found = answers(world, action, resource)
    table = framed(found)
    _remark_open([answer for answer in found if answer.unresolved])
    if not everybody:
        table = table[table["answer"].isin(("Allowed", "Unknown"))]
    columns = [str(column) for column in table.columns]
    rows = [[str(value) for value in row] for row in table.itertuples(index=False)]
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        say(text_table(columns, rows) if rows else "nobody")
    unknown = world.completeness.unresolved or any("Unknown" in row for row in rows)
    return 3 if strict and unknown else 0


def _remark_open(found: list[Answer]) -> None:
    """Say which answers may be others once what they turn on is known."""
    if found:
        who = ", ".join(sorted({answer.who for answer in found}))
        what = ", ".join(sorted({what for answer in found for what in answer.unresolved}))
        remark(f"the answer may be another for {who}: it turns on {what}")
