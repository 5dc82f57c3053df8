"""`cogsim completion`: a script that lets a shell complete commands, options and files."""

from __future__ import annotations

import click


@click.command("completion", short_help="Print a completion script for a shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> int:
    """Print the script that makes SHELL complete cogsim's commands and options.

    \b
    Example:
      cogsim completion bash >> ~/.bashrc
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(ctx.find_root().command, {}, "cogsim", "_COGSIM_COMPLETE").source())
    return 0
