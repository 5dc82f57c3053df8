"""`cogsim attack`: the library of attacks, and what they come to in a world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cogsim.cli.output import load_world, print_json

if TYPE_CHECKING:
    from cogsim.attacks.attack import Played


@click.command("attack", short_help="List attacks, or play them in a world.")
@click.argument("names", nargs=-1, metavar="[ATTACK]...")
@click.option("-w", "--world", "worlds", multiple=True, type=click.Path(), help="A file of the world to attack.")
@click.option("--json", "as_json", is_flag=True, help="Print the list or the findings as JSON.")
@click.option("--strict", is_flag=True, help="Exit with 3 where an attack could not be played to its end.")
def command(names: tuple[str, ...], worlds: tuple[str, ...], as_json: bool, strict: bool) -> int:
    """List the attacks of the library; with a world, play them (or those named) and print what they achieve.

    Exits with 1 where an attack succeeds.

    \b
    Example:
      cogsim attack a-attr-self-escalation --world world.yaml
    """
    from cogsim.attacks.attack import all_attacks, attack_called, play
    from cogsim.markup import text_table

    attacks = tuple(attack_called(name) for name in names) or all_attacks()
    if not worlds:
        if as_json:
            print_json([{"id": each.id, "title": each.title, "summary": each.summary} for each in attacks])
        else:
            click.echo(text_table(("attack", "what it is"), [(each.id, each.title) for each in attacks]))
        return 0
    played = play(load_world(worlds), attacks)
    if as_json:
        print_json([_as_dict(each) for each in played])
    else:
        rows = [(each.attack, each.opening.subject, _ending(each)) for each in played]
        click.echo(text_table(("attack", "on", "ending"), rows) if rows else "no opening for any attack")
    if any(each.finding is not None for each in played):
        return 1
    return 3 if strict and any(each.unplayed for each in played) else 0


def _ending(played: Played) -> str:
    if played.finding is not None:
        return f"succeeds: {played.finding}"
    return f"not played: {played.unplayed}" if played.unplayed else "refused"


def _as_dict(played: Played) -> dict[str, Any]:
    return {
        "attack": played.attack,
        "on": played.opening.subject,
        "succeeds": played.finding is not None,
        "finding": str(played.finding) if played.finding is not None else None,
        "not_played": played.unplayed or None,
    }
