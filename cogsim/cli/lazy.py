"""Commands that are imported when they are named, found by their files."""

from __future__ import annotations

import pkgutil
import sys
from importlib import import_module
from typing import Any

import click

from cogsim.errors import suggest


class ReaderGone(Exception):
    """Whoever read our standard output has closed it, which is their right."""


class Commands(click.Group):
    """A group whose commands are the modules of `cogsim.cli.commands`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        package = import_module("cogsim.cli.commands")
        return sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(package.__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        module = import_module(f"cogsim.cli.commands.{cmd_name.replace('-', '_')}")
        found: click.Command = module.command
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        names = self.list_commands(ctx)
        if args and not args[0].startswith("-") and args[0] not in names:
            near = suggest(args[0], names)
            hint = f" (did you mean {near!r}?)" if near else f"; there are {', '.join(names)}"
            raise click.UsageError(f"no command is called {args[0]!r}{hint}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            code = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError as gone:
            raise ReaderGone from gone
        return code
