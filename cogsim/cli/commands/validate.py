"""`cogsim validate`: what AWS's policy validation says of policies."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from cogsim.cli.output import colour, print_json, remark
from cogsim.errors import CogsimError
from cogsim.policy.document import PolicyKind

if TYPE_CHECKING:
    from cogsim.lint.policy_finding import PolicyFinding
    from cogsim.lint.validate import Validated, ValidatedFile

_KINDS = [kind.value for kind in PolicyKind]
_COLOURS = {"ERROR": "red", "SECURITY_WARNING": "magenta", "WARNING": "yellow", "SUGGESTION": "cyan"}


@click.command("validate", short_help="Check policies as AWS's policy validation does.")
@click.argument("files", nargs=-1, required=True, type=click.Path(), metavar="FILE...")
@click.option("--type", "kind", type=click.Choice(_KINDS), help="The type of the policy; guessed where not given.")
@click.option("--resource-type", metavar="TYPE", help="What the policy is attached to, such as AWS::S3::Bucket.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def command(files: tuple[str, ...], kind: str | None, resource_type: str | None, as_json: bool) -> int:
    """Check each FILE: a policy document in JSON or YAML, or a CloudFormation template, of which every policy is
    checked as what its place makes it (--type and --resource-type are for policy documents).

    Findings bear the codes of AWS's policy validation. Exits with 1 where one is an error or a security warning, with
    0 where there are only warnings and suggestions or none, and with 2 where a file cannot be read.

    \b
    Example:
      cogsim validate bucket-policy.json --resource-type AWS::S3::Bucket
    """
    from cogsim.lint.validate import validate_file

    chosen = _kind(kind, resource_type)
    results: list[ValidatedFile] = []
    unreadable = False
    for file in files:
        try:
            result = validate_file(file, chosen, resource_type)
        except CogsimError as error:
            remark(str(error))
            unreadable = True
            continue
        results.append(result)
        unreadable = unreadable or not result.readable
        if not as_json:
            _print(result)
    if as_json:
        ok = not unreadable and all(result.ok for result in results)
        print_json({"ok": ok, "files": [_file_dict(result) for result in results]})
    if unreadable:
        return 2
    return 0 if all(result.ok for result in results) else 1


def _kind(kind: str | None, resource_type: str | None) -> PolicyKind | None:
    """The type of policy; a resource type says which one where --type does not."""
    if resource_type is None:
        return PolicyKind(kind) if kind else None
    from cogsim.errors import suggest
    from cogsim.lint.policy_checks.services import ATTACHED_TO

    if resource_type not in ATTACHED_TO:
        near = suggest(resource_type, ATTACHED_TO)
        hint = f"; did you mean {near}?" if near else f"; there are {', '.join(sorted(ATTACHED_TO))}"
        raise click.UsageError(f"no policy is attached to {resource_type!r}{hint}")
    special = {"AWS::IAM::AssumeRolePolicyDocument": PolicyKind.TRUST, "AWS::KMS::Key": PolicyKind.KMS_KEY}
    own = special.get(resource_type, PolicyKind.RESOURCE)
    if kind is not None and PolicyKind(kind) not in (own, PolicyKind.RESOURCE):
        raise click.UsageError(f"the policy of {resource_type} is of type {own}, not {kind}")
    return own


def _print(result: ValidatedFile) -> None:
    if not result.documents:
        click.echo(f"{result.file}: no policy in it")
    for document in result.documents:
        for finding in document.findings:
            click.echo(_line(finding))
        title = f"{result.file} {document.name}".strip()
        click.echo(f"{title} ({document.kind}): {_count(document)}")


def _line(finding: PolicyFinding) -> str:
    severity = colour(str(finding.type), _COLOURS[finding.type])
    fix = f"\n    fix: {finding.fix}" if finding.fix else ""
    return f"{finding.location}: {severity} {finding.code}: {finding.message}{fix}"


def _count(document: Validated) -> str:
    if document.unknown:
        return f"not checked, {document.unknown}"
    number = Counter(str(finding.type).lower().replace("_", " ") for finding in document.findings)
    if not number:
        return colour("nothing found", "green")
    order = ("error", "security warning", "warning", "suggestion")
    return ", ".join(f"{number[name]} {name}{'s' * (number[name] > 1)}" for name in order if number[name])


def _file_dict(result: ValidatedFile) -> dict[str, Any]:
    return {
        "file": result.file,
        "readable": result.readable,
        "policies": [
            {
                "name": document.name or None,
                "type": str(document.kind),
                "notChecked": document.unknown or None,
                "findings": [finding.to_dict() for finding in document.findings],
            }
            for document in result.documents
        ],
    }
