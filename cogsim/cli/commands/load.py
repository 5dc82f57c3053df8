"""`cogsim load`: what was understood of a world, and what was not."""

from __future__ import annotations

from dataclasses import asdict

import click

from cogsim.cli.output import print_json, say


@click.command("load", short_help="Say what of a world was understood.")
@click.argument("worlds", nargs=-1, required=True, type=click.Path(), metavar="WORLD...")
@click.option("--json", "as_json", is_flag=True, help="Print the statement as JSON.")
@click.option("--strict", is_flag=True, help="Exit with 3 where something could not be resolved.")
def command(worlds: tuple[str, ...], as_json: bool, strict: bool) -> int:
    """Load the files as one world and print the completeness statement: what was read, ignored and not resolved.

    \b
    Example:
      cogsim load template.yaml other-account.yaml --strict
    """
    from cogsim.load.detect import load

    completeness = load(*worlds).completeness
    if as_json:
        print_json({name: _sorted(value) for name, value in asdict(completeness).items()})
    else:
        say(str(completeness))
    return 3 if strict and completeness.unresolved else 0


def _sorted(value: object) -> object:
    return {key: value[key] for key in sorted(value)} if isinstance(value, dict) else value
