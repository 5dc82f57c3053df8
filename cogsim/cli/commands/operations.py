"""`cogsim operations`: which AWS operations there are to call."""

from __future__ import annotations

import pkgutil

import click

from cogsim.cli.output import print_json
from cogsim.errors import InputError, suggest


@click.command("operations", short_help="List the AWS operations that are modelled.")
@click.argument("service", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON, with their parameters.")
def command(service: str | None, as_json: bool) -> int:
    """List the operations that are modelled, of one SERVICE or of all, with the parameters each takes.

    A parameter of AWS that is not listed is refused when it is sent, never dropped.

    \b
    Example:
      cogsim operations cognito-idp
    """
    from cogsim.aws import services
    from cogsim.aws.operation import declared_operations
    from cogsim.markup import text_table

    names = sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(services.__path__))
    if service is not None and service not in names:
        raise InputError(f"no operation of {service!r} is modelled", suggestion=suggest(service, names))
    found = [each for name in names if service in (None, name) for each in declared_operations(name).values()]
    if as_json:
        print_json([{"operation": e.name, "takes": sorted(e.takes), "ignores": sorted(e.ignores)} for e in found])
    else:
        click.echo(text_table(("operation", "takes"), [(each.name, ", ".join(sorted(each.takes))) for each in found]))
    return 0
