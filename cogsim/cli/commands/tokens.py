"""`cogsim tokens`: which component takes which token, and by which check."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import click

from cogsim.cli.output import decision_dict, load_world, print_json, progress, say

if TYPE_CHECKING:
    from cogsim.analysis.token_matrix import Cell, TokenMatrix


@click.command("tokens", short_help="Say which component takes which token.")
@click.argument("worlds", nargs=-1, required=True, type=click.Path(), metavar="WORLD...")
@click.option("--who", metavar="NAME", help="The user whose tokens are tried; else the first who could sign in.")
@click.option("--explain", nargs=2, metavar="COMPONENT KIND", help="Every step of one answer, like api:Users expired.")
@click.option("--json", "as_json", is_flag=True, help="Print the matrix, or the answer explained, as JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print a line for each component and kind of token as CSV.")
def command(
    worlds: tuple[str, ...], who: str | None, explain: tuple[str, str] | None, as_json: bool, as_csv: bool
) -> int:
    """Say which component of the world takes which kind of token, and which check, at which line, refuses the others.

    Components are the providers of identity pools, roles that STS gives for a token or a SAML response, userInfo, the
    user pools' API and pages, routes of APIs, load balancers, and the exchange of refresh tokens. The tokens are real
    ones, made for the purpose.

    \b
    Example:
      cogsim tokens world.yaml
    """
    from cogsim.analysis.token_matrix import tokens

    if as_json and as_csv:
        raise click.UsageError("say one of --json and --csv")
    matrix = tokens(load_world(worlds), who, progress=progress)
    progress("")
    if explain is not None:
        _explain(matrix.cell(*explain), as_json)
    elif as_json:
        print_json(matrix.as_dict())
    elif as_csv:
        say(_csv(matrix).rstrip("\n"))
    else:
        say(str(matrix))
    return 0


def _explain(cell: Cell, as_json: bool) -> None:
    from cogsim.analysis.token_kinds import KINDS
    from cogsim.markup import decision_text

    if as_json:
        answer = {"component": cell.door.key, "kind": cell.kind, "offered": cell.offered, "answer": cell.answer}
        print_json({**answer, "notes": list(cell.offer.notes), **decision_dict(cell.decision)})
        return
    say(f"{cell.door.shown}\n{KINDS[cell.kind].meaning}: {cell.answer}")
    for note in cell.offer.notes:
        say(f"note: {note}")
    refused = f"{cell.decision.value}" if cell.error else cell.answer
    _, _, steps = decision_text(cell.decision).partition("\n")
    say(f"{refused}\n{steps}")


def _csv(matrix: TokenMatrix) -> str:
    from cogsim.analysis.token_matrix import COLUMNS, row_of

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(row_of(cell) for cell in matrix.cells)
    return text.getvalue()
