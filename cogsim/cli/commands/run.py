"""`cogsim run`: play scenarios and print their timelines."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from cogsim.cli.output import colour, print_json, remark, remark_unresolved, say
from cogsim.errors import CogsimError

if TYPE_CHECKING:
    from cogsim.scenario.result import Run


@click.command("run", short_help="Play scenarios and print their timelines.")
@click.argument("scenarios", nargs=-1, required=True, type=click.Path(), metavar="SCENARIO...")
@click.option("--json", "as_json", is_flag=True, help="Print the runs as JSON, with the trail.")
@click.option("--junit", type=click.Path(dir_okay=False), metavar="FILE", help="Write the runs as JUnit XML, too.")
@click.option("--shortest", is_flag=True, help="Print the steps that each leak needs, found by leaving others out.")
@click.option("--strict", is_flag=True, help="Exit with 3 where a world has references that could not be resolved.")
def command(scenarios: tuple[str, ...], as_json: bool, junit: str | None, shortest: bool, strict: bool) -> int:
    """Play each SCENARIO in its world: who did what, how AWS answered, and the line of configuration that decided.

    Where the world says whose data is whose (Cogsim::Tenancy), every answer is checked for leaks.
    Exits with 1 where something was not as the scenario expects, and with 2 where a scenario or its world is not
    understood.

    \b
    Example:
      cogsim run scenarios/stories/demo.yaml
    """
    runs: list[Run] = []
    bad = False
    for number, path in enumerate(scenarios, 1):
        played = _play(path, f"{number}/{len(scenarios)} " if len(scenarios) > 1 else "")
        bad = bad or played is None
        if played is not None:
            runs.append(played)
            if not as_json:
                _print(played, separated=len(runs) > 1, shortest=shortest)
    if as_json:
        told = [{**run.to_dict(), **(_stories(run) if shortest else {})} for run in runs]
        print_json({"ok": not bad and all(run.ok for run in runs), "runs": told})
    if junit is not None:
        _write_junit(junit, runs)
    if bad:
        return 2
    if not all(run.ok for run in runs):
        return 1
    return 3 if strict and any(run.simulation.world.completeness.unresolved for run in runs) else 0


def _write_junit(path: str, runs: list[Run]) -> None:
    from pathlib import Path

    from cogsim.report.junit import junit

    try:
        Path(path).write_text(junit(runs), encoding="utf-8", newline="\n")
    except OSError as error:
        raise click.FileError(path, error.strerror or "cannot be written") from None


def _play(path: str, progress: str) -> Run | None:
    from cogsim.scenario.run import run

    show = progress and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    if show:
        click.echo(f"\r\x1b[K{progress}{path}", err=True, nl=False)
    try:
        played = run(path)
    except CogsimError as error:
        remark(str(error))
        return None
    finally:
        if show:
            click.echo("\r\x1b[K", err=True, nl=False)
    remark_unresolved(played.simulation.world)
    return played


def _stories(run: Run) -> dict[str, list[list[int]]]:
    """The numbers of the steps of each leak's shortest story."""
    from cogsim.scenario.shortest import shortest

    return {"shortest": [[step.number for step in story.steps] for story in shortest(run)]}


def _print(run: Run, separated: bool, shortest: bool) -> None:
    from cogsim.scenario.shortest import shortest as found

    text, _, last = str(run).rpartition("\n")
    stories = [f"{story}\n" for story in found(run)] if shortest else []
    say("\n".join((("\n" if separated else "") + text, *stories)))
    click.echo(colour(last, "green" if run.ok else "red"))
