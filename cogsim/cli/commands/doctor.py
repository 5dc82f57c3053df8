"""`cogsim doctor`: why a federated sign-in fails, where that is written, and with which change it succeeds."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cogsim.cli.output import colour, load_world, print_json, remark, say, visible
from cogsim.errors import InputError, Location

if TYPE_CHECKING:
    from cogsim.lab.doctor.diagnosis import Diagnosis

MAX_FILE = 1024 * 1024
"""Bytes of a token, a response or a policy."""

_UNKNOWN = 3


def _person(function: Any) -> Any:
    """The options that say who asks, and with which proof."""
    for option in (
        click.option("--environment", help="The environment of a GitHub job."),
        click.option("--audience", help="For which application a provider outside AWS makes the token."),
        click.option("--mfa", is_flag=True, help="Send the present code of the user's MFA device."),
        click.option("--developer-user", metavar="ID", help="A developer's own user, for whom --who signs."),
        click.option("--assertion", metavar="FILE", help="A SAML response: XML or Base64, a file or the text itself."),
        click.option("--token", metavar="FILE", help="A token: a file or the text itself."),
        click.option("--who", metavar="NAME", help="A user of the world (pool, AD FS, provider, IAM), or guest."),
    ):
        function = option(function)
    return function


def _call(function: Any) -> Any:
    """The options that say what is asked for."""
    for option in (
        click.option("--policy", metavar="FILE", help="A session policy: a file or the text itself."),
        click.option("--source-identity", metavar="TEXT", help="SourceIdentity of the call."),
        click.option("--tag", "tags", multiple=True, metavar="KEY=VALUE", help="A session tag; may be repeated."),
        click.option("--external-id", metavar="TEXT", help="ExternalId of the call."),
        click.option("--session-name", default="doctor", help="RoleSessionName of the call."),
        click.option("--duration", type=int, metavar="SECONDS", help="DurationSeconds of the call."),
        click.option("--via", multiple=True, metavar="ROLE", help="A role to assume first; may be repeated, in order."),
        click.option("--role", help="The role to assume, or CustomRoleArn: a name, logical id or ARN."),
        click.option("--provider", help="The key of Logins, or the SAML provider, where it is not the proof's own."),
        click.option("--client", help="The app client to sign in through."),
        click.option("--identity-pool", help="The identity pool, where the world has several."),
    ):
        function = option(function)
    return function


@click.command("doctor", short_help="Say why a federated sign-in fails, and try the fix.")
@click.argument("operation")
@click.option("-w", "--world", "worlds", multiple=True, required=True, type=click.Path(), help="A file of the world.")
@_person
@_call
@click.option("--at", metavar="INSTANT", help="When it is asked, like 2026-01-01T00:00:00Z.")
@click.option("--json", "as_json", is_flag=True, help="Print the diagnosis as JSON.")
def command(operation: str, worlds: tuple[str, ...], as_json: bool, at: str | None, **options: Any) -> int:
    """Say why OPERATION fails in the world: every cause in order, with its line, the fix, and what the fix brought.

    OPERATION is GetId, GetCredentialsForIdentity, GetOpenIdToken, GetOpenIdTokenForDeveloperIdentity, AssumeRole,
    AssumeRoleWithSAML or AssumeRoleWithWebIdentity (with --identity-pool: the whole basic flow). Each fix is applied to
    a copy of the world, or to the call, and the call is made again from the sign-in on.

    Exits with 0 where it works, 1 where it fails and the causes are found, 2 on bad input, 3 where a cause is unknown.

    \b
    Example:
      cogsim doctor GetCredentialsForIdentity --who alice --identity-pool Records -w scenarios/doctor/clinic.yaml
    """
    from cogsim.lab.doctor.doctor import doctor

    world = load_world(worlds)
    proofs = {"token": _text(options.pop("token")), "assertion": _assertion(options.pop("assertion"))}
    policy, tags = _text(options.pop("policy")), _pairs(options.pop("tags"))
    diagnosis = doctor(world, operation, at=at, policy=policy, tags=tags, **proofs, **options)
    if at is None and any(proofs.values()):
        remark(f"asked at {diagnosis.instant}, when the proof was issued as far as it says; --at names another instant")
    if as_json:
        print_json(diagnosis.as_dict())
    else:
        _print(diagnosis)
    return 0 if diagnosis.works else _UNKNOWN if diagnosis.rest else 1


def _print(diagnosis: Diagnosis) -> None:
    first, _, rest = str(diagnosis).partition("\n")
    click.echo(colour(visible(first), "green" if diagnosis.works else "red"))
    if rest:
        say(rest)


def _pairs(written: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    pairs = []
    for each in written:
        key, equals, value = each.partition("=")
        if not equals or not key:
            raise click.UsageError(f"--tag is written KEY=VALUE, not {each!r}")
        pairs.append((key, value))
    return tuple(pairs)


def _text(given: str | None) -> str | None:
    """The text of a file, without the line end at its end; what is no file is the text itself, if it looks like one."""
    return None if given is None else _octets(given).decode("utf-8", errors="replace").rstrip("\r\n")


def _assertion(given: str | None) -> str | None:
    """The Base64 of a response, which may be given as XML."""
    if given is None:
        return None
    raw = _octets(given)
    return base64.b64encode(raw).decode() if raw.lstrip()[:1] == b"<" else raw.decode("utf-8", errors="replace").strip()


def _octets(given: str) -> bytes:
    path = Path(given)
    try:
        is_file = path.is_file()
    except (OSError, ValueError):  # a text that is longer than any name
        is_file = False
    if is_file:
        with path.open("rb") as stream:
            raw = stream.read(MAX_FILE + 1)
        if len(raw) > MAX_FILE:
            raise InputError(f"more than {MAX_FILE} bytes", Location(given))
        return raw
    if given.startswith(("eyJ", "{", "<", "PD", "PH")) or (given.count(".") == 2 and "/" not in given):
        return given.encode("utf-8", errors="surrogateescape")
    raise InputError("there is no such file", Location(given))
