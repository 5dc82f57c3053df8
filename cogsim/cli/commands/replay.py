"""`cogsim replay`: a journal's calls on another world, and what comes of them there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cogsim.cli.output import load_world, print_json, remark, say
from cogsim.errors import InputError

if TYPE_CHECKING:
    from cogsim.world.world import World


@click.command("replay", short_help="Make a journal's calls on another world, and say what changes.")
@click.argument("journal", type=click.Path(), metavar="JOURNAL")
@click.option("-w", "--world", "worlds", multiple=True, required=True, type=click.Path(), help="A file of the world.")
@click.option("--before", multiple=True, type=click.Path(), help="A file of the run's own world: adds why it was so.")
@click.option("--seed", help="What ids and tokens follow from; the run's own without it.")
@click.option("--open", "principal", metavar="PRINCIPAL", help="Whom `cogsim serve --open` let do everything.")
@click.option("--access-key", metavar="KEY", help="The access key id that was given there.")
@click.option("--secret-key", metavar="SECRET", help="Its secret.")
@click.option("--json", "as_json", is_flag=True, help="Print the rows as JSON.")
@click.option("--strict", is_flag=True, help="Exit with 3 where it is unknown what comes of a call.")
def command(
    journal: str,
    worlds: tuple[str, ...],
    before: tuple[str, ...],
    seed: str | None,
    principal: str | None,
    access_key: str | None,
    secret_key: str | None,
    as_json: bool,
    strict: bool,
) -> int:
    """Make the calls of JOURNAL again on the world, whose own tokens and ids stand in for the recorded ones, and print
    the calls that end otherwise: from what to what, and the line of configuration that decides now.

    A call is unknown where the client would have done something else: it used a value that no answer gives any more,
    or proved something over values that are others now. Exits with 1 where an outcome changed.

    \b
    Example:
      cogsim replay run.journal --world tightened.yaml --before world.yaml
    """
    from cogsim.aws.journal import read
    from cogsim.lab.whatif import whatif
    from cogsim.load.detect import load

    held = read(journal)
    keys = _pair(principal, access_key, secret_key)
    world = load_world(worlds)
    then = _opened(load(*before), principal, keys) if before else None
    found = whatif(held, _opened(world, principal, keys), seed=seed, before=then)
    for notice in found.notices:
        remark(notice)
    if as_json:
        print_json(found.to_dict())
    else:
        say(str(found))
    if found.changed:
        return 1
    return 3 if strict and (found.unknown or world.completeness.unresolved) else 0


def _pair(principal: str | None, access_key: str | None, secret_key: str | None) -> tuple[str, str] | None:
    """The key pair that was given, where one was."""
    if access_key is None and secret_key is None:
        return None
    if access_key is None or secret_key is None or principal is None:
        raise InputError("--open, --access-key and --secret-key go together")
    return access_key, secret_key


def _opened(world: World, principal: str | None, keys: tuple[str, str] | None) -> World:
    """The world as `cogsim serve` opened it."""
    if principal is None:
        return world
    from cogsim.serve.opening import KeyPair, open_to

    return open_to(world, principal, KeyPair(*keys) if keys is not None else None, make=True).world
