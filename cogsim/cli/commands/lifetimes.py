"""`cogsim lifetimes`: after a sign-out, a disabled user or an edited role, where access goes on, and for how long."""

from __future__ import annotations

from pathlib import Path

import click

from cogsim.cli.output import load_world, print_json, progress, say, write_file

_PICTURES = (".png", ".svg")


@click.command("lifetimes", short_help="Say how long access goes on after something happened.")
@click.argument("worlds", nargs=-1, required=True, type=click.Path(), metavar="WORLD...")
@click.option(
    "--who", metavar="NAME", help="Who signed in: a user, or somebody outside, as in `can`; else the first who gets in."
)
@click.option("--client", metavar="NAME", help="The app client; else the first that the user gets in through.")
@click.option("--after", metavar="SPAN", default="1s", help="How long after the sign-in it happens, like 10m.")
@click.option("--event", "events", multiple=True, metavar="KEY", help="Only this event; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print the rows as JSON.")
@click.option("-o", "--output", type=click.Path(), help="Write a chart: a .png or .svg file.")
def command(
    worlds: tuple[str, ...],
    who: str | None,
    client: str | None,
    after: str,
    events: tuple[str, ...],
    as_json: bool,
    output: str | None,
) -> int:
    """Say where access goes on, and for how long, after a sign-out, a changed user, role or app client.

    Somebody signs in and takes all there is: tokens, a browser's session, AWS credentials. Each event is then played in
    a copy, and the very second is looked for at which each of them is refused.

    \b
    Example:
      cogsim lifetimes world.yaml --who alice -o lifetimes.svg
    """
    if output is not None and Path(output).suffix.lower() not in _PICTURES:
        raise click.UsageError(f"-o names a .png or .svg file, not {output!r}")
    from cogsim.lab.lifetimes.lifetimes import lifetimes

    world = load_world(worlds)
    found = lifetimes(world, who, client, after=after, events=events or None, progress=progress)
    progress("")
    if output is not None:
        from cogsim.report.lifetimes_chart import save

        write_file(Path(output), lambda path: save(found, path))
    if as_json:
        print_json(found.as_dict())
    elif output is None:
        say(str(found))
    else:
        click.echo(output)
    return 0
