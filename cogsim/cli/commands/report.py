"""`cogsim report`: the audit report of a world."""

from __future__ import annotations

from pathlib import Path

import click

from cogsim.cli.output import load_world, write_directory


@click.command("report", short_help="Write the audit report of a world.")
@click.argument("worlds", nargs=-1, required=True, type=click.Path(), metavar="WORLD...")
@click.option("-o", "--output", required=True, type=click.Path(), help="The directory to write into.")
@click.option("--strict", is_flag=True, help="Exit with 3 where the world has references that could not be resolved.")
def command(worlds: tuple[str, ...], output: str, strict: bool) -> int:
    """Write the audit report of a world: who can access what, the findings with their traces, what was not understood.

    The files that were written are printed. Files of an earlier report are replaced when all of the new are whole.

    \b
    Example:
      cogsim report world.yaml -o reports/world
    """
    world = load_world(worlds)
    from cogsim.report.audit import report

    for path in write_directory(Path(output), lambda folder: report(world, folder)):
        click.echo(str(path))
    return 3 if strict and world.completeness.unresolved else 0
