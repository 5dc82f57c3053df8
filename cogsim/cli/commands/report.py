"""`cogsim report`: the audit report of a world."""

from __future__ import annotations

from pathlib import Path

import click

from cogsim.cli.output import load_world, remark, write_directory


@click.command("report", short_help="Write the audit report of a world.")
@click.argument("worlds", nargs=-1, required=True, type=click.Path(), metavar="WORLD...")
@click.option("-o", "--output", required=True, type=click.Path(), help="The directory to write into.")
@click.option("--strict", is_flag=True, help="Exit with 3 where the world has references that could not be resolved.")
def command(worlds: tuple[str, ...], output: str, strict: bool) -> int:
    """Write the audit report of a world: who can access what, the findings with their traces, what was not understood.

    The attacks of the library are played in copies of the world; exits with 1 where one succeeds. The files that were
    written are printed. Files of an earlier report are replaced when all of the new are whole.

    \b
    Example:
      cogsim report world.yaml -o reports/world
    """
    world = load_world(worlds)
    from cogsim.attacks.attack import findings, play
    from cogsim.report.audit import report

    played = play(world)
    for each in played:
        if each.unplayed:
            remark(f"{each.attack} on {each.opening.subject} was not played: {each.unplayed}")
    for path in write_directory(Path(output), lambda folder: report(world, folder, played=played)):
        click.echo(str(path))
    if findings(played):
        return 1
    return 3 if strict and (world.completeness.unresolved or any(each.unplayed for each in played)) else 0
