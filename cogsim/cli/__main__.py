"""The entry point: runs a command and turns how it ended into an exit code.

0 clean · 1 findings or failed expectations · 2 bad usage or input · 3 unknown or unresolved facts could change an
answer, under --strict · 101 a bug of ours.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from cogsim._version import __version__
from cogsim.cli.lazy import Commands, ReaderGone
from cogsim.cli.output import remark
from cogsim.errors import CogsimError

CLEAN, FINDINGS, BAD_INPUT, UNKNOWN, INTERRUPTED, BUG = 0, 1, 2, 3, 130, 101

_EPILOG = """\b
Exit codes: 0 clean, 1 findings or failed expectations, 2 bad usage or input,
3 unknown facts could change an answer (under --strict), 101 a bug of ours."""


@click.group(cls=Commands, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, help="Show the traceback of a bug.")
def cli(debug: bool) -> None:
    """Who can access what, and why, through Amazon Cognito and AWS federation.

    \b
    Example:
      cogsim run scenarios/stories/demo.yaml
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = cli.main(given, prog_name="cogsim", standalone_mode=False)
    except ReaderGone:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLEAN
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except click.exceptions.Exit as ending:
        return ending.exit_code
    except click.ClickException as wrong:
        wrong.show(sys.stderr)
        return BAD_INPUT
    except CogsimError as wrong:
        remark(str(wrong))
        return BAD_INPUT
    except OSError as wrong:
        remark(f"{wrong.filename}: {wrong.strerror}" if wrong.filename else str(wrong))
        return BAD_INPUT
    except Exception as bug:
        _report(bug, "--debug" in given)
        return BUG
    return code if isinstance(code, int) else CLEAN


def _report(bug: Exception, with_traceback: bool) -> None:
    if with_traceback:
        import traceback

        traceback.print_exception(bug)
    what = f"{type(bug).__name__}: {bug}"
    click.echo(f"cogsim {__version__} has a bug: {what}", err=True)
    click.echo("Please report it with the command and its input; --debug shows the traceback.", err=True)


if __name__ == "__main__":
    sys.exit(main())
