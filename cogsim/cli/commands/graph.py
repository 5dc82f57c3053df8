"""`cogsim graph`: the picture of who reaches what."""

from __future__ import annotations

from pathlib import Path

import click

from cogsim.cli.output import load_world, say, write_file

_PICTURES = (".png", ".svg")
_TEXTS = (".mmd", ".mermaid")


@click.command("graph", short_help="Draw who reaches what.")
@click.argument("worlds", nargs=-1, required=True, type=click.Path(), metavar="WORLD...")
@click.option("-o", "--output", type=click.Path(), help="A .png, .svg or .mmd file; without it, Mermaid is printed.")
def command(worlds: tuple[str, ...], output: str | None) -> int:
    """Draw who reaches what in the world: logins, roles, and the resources their policies allow.

    \b
    Example:
      cogsim graph world.yaml -o world.svg
    """
    suffix = Path(output).suffix.lower() if output else ".mmd"
    if suffix not in (*_PICTURES, *_TEXTS):
        raise click.UsageError(f"-o names a .png, .svg or .mmd file, not {output!r}")
    world = load_world(worlds)
    from cogsim.analysis.graph import graph
    from cogsim.report.mermaid import mermaid

    drawn = graph(world)
    if output is None:
        say(mermaid(drawn))
        return 0
    if suffix in _TEXTS:
        text = mermaid(drawn)
        write_file(Path(output), lambda path: path.write_text(text.rstrip("\n") + "\n", encoding="utf-8"))
    else:
        from cogsim.report.pictures import save

        write_file(Path(output), lambda path: save(drawn, path))
    click.echo(output)
    return 0
