"""`cogsim attack`: the library of attacks, and what they come to in a world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cogsim.cli.output import colour, load_world, print_json, visible

if TYPE_CHECKING:
    from cogsim.attacks.attack import Played
    from cogsim.lint.finding import Finding


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
        click.echo("\n\n".join(_as_text(each) for each in played) or "no opening for any attack")
    if any(each.finding is not None for each in played):
        return 1
    return 3 if strict and any(each.unplayed for each in played) else 0


def _as_text(played: Played) -> str:
    found = played.finding
    head = visible(f"{played.attack} on {played.opening.subject}")
    if found is None:
        return f"{head}: not played, {played.unplayed}" if played.unplayed else f"{head}: refused"
    first = f"{head}: {colour('succeeds', 'red')} ({found.severity}, {found.confidence})"
    rest = [f"  {found.title}", f"  {found.summary}"]
    rest += [f"  {place.location or 'no line'}: {place.note}" for place in found.places]
    rest += [f"  {number}. {step.who}: {step.operation} → {step.result}" for number, step in enumerate(found.trace, 1)]
    return first + "\n" + visible("\n".join((*rest, f"  fix: {found.fix}")))


def _as_dict(played: Played) -> dict[str, Any]:
    return {
        "attack": played.attack,
        "on": played.opening.subject,
        "succeeds": played.finding is not None,
        "not_played": played.unplayed or None,
        "finding": _finding(played.finding) if played.finding is not None else None,
    }


def _finding(found: Finding) -> dict[str, Any]:
    return {
        "title": found.title,
        "severity": str(found.severity),
        "confidence": str(found.confidence),
        "summary": found.summary,
        "places": [{"where": str(place.location or ""), "note": place.note} for place in found.places],
        "trace": [{"who": step.who, "operation": step.operation, "result": step.result} for step in found.trace],
        "fix": found.fix,
        "sources": list(found.sources),
    }
