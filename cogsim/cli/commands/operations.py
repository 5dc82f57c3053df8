"""`cogsim operations`: which of AWS's operations are modelled, and what of each is not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from cogsim.cli.output import print_json, remark, say

if TYPE_CHECKING:
    from cogsim.aws.coverage import Coverage


@click.command("operations", short_help="List the AWS operations that are modelled.")
@click.argument("service", required=False)
@click.option("--status", type=click.Choice(("implemented", "partly", "not")), help="Only those.")
@click.option("--contains", metavar="TEXT", default="", help="Only those whose name has TEXT in it.")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON, with their parameters.")
def command(service: str | None, status: str | None, contains: str, as_json: bool) -> int:
    """List every operation of one SERVICE, or of all that are modelled: implemented, partly, or not.

    Of a partly implemented one the parameters are named that are refused when they are sent; none is ever dropped. What
    is not implemented answers NotImplemented, never an empty success.

    \b
    Example:
      cogsim operations cognito-idp --status partly
    """
    from cogsim.aws.coverage import coverage

    found = [
        each
        for each in coverage(service)
        if status in (None, each.status) and contains.lower() in each.operation.lower()
    ]
    if as_json:
        print_json([each.told() for each in found])
        return 0
    from cogsim.markup import text_table

    rows = [(each.operation, each.status, _remark(each)) for each in found]
    say(text_table(("operation", "status", "refused when sent"), rows))
    remark(_summary(found))
    return 0


def _remark(each: Coverage) -> str:
    return ", ".join(each.missing)


def _summary(found: Sequence[Coverage]) -> str:
    """How many there are of each status, by service."""
    from cogsim.aws.coverage import STATUSES

    lines = []
    for service in dict.fromkeys(each.operation.partition(":")[0] for each in found):
        mine = [each.status for each in found if each.operation.startswith(f"{service}:")]
        lines.append(f"{service}: " + ", ".join(f"{mine.count(status)} {status}" for status in STATUSES))
    return "\n".join(lines)
