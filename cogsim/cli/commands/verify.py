"""`cogsim verify`: whether a SAML response or a token is to be believed, and by which check where it is not."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from cogsim.cli.output import colour, print_json, say, step_dict
from cogsim.errors import CogsimError, InputError, Location

if TYPE_CHECKING:
    from cogsim.decision import Decision, Refusal
    from cogsim.tokens.jwks import KeySet, VerificationKey
    from cogsim.tokens.jwt import SignedClaims
    from cogsim.tokens.saml import Assertion, Expectation
    from cogsim.tokens.verify_case import JwtCase, SamlCase

MAX_LINE = 1024 * 1024
"""Bytes of one row; of a longer one nothing is read."""
MAX_FILE = 4 * 1024 * 1024
"""Bytes of one file; a message is read so far and refused as too long, a file of the trust is an error."""

_PEM = re.compile(r"-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----")

Verdict = dict[str, Any]
Judge = Callable[[Any, Path], tuple["Decision[Any]", Verdict]]


@click.group("verify", short_help="Verify SAML responses and JSON Web Tokens against stated trust.")
def command() -> None:
    """Verify a message against stated trust at a stated instant: every check, what it stops, and which one refused.

    One message exits with 0 where it is accepted and with 1 where it is refused. With --jsonl every row has a verdict
    of its own on one line of JSON, and the exit code is 2 where a row could not be read.

    \b
    Example:
      cogsim verify saml --jsonl rows.jsonl
    """


def _shared(function: Callable[..., int]) -> Callable[..., int]:
    """The options that both messages have."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print the verdict as JSON."),
        click.option("--explain", is_flag=True, help="Add the steps to JSON."),
        click.option("--clock-skew", type=float, default=0.0, metavar="SECONDS", help="By how much clocks may differ."),
        click.option("--now", metavar="INSTANT", help="The instant of the verdict, like 2026-01-01T00:00:00Z."),
        click.option("--audience", "audiences", multiple=True, help="Whom it may be meant for; may be repeated."),
        click.option("--issuer", help="Whose word it must be."),
        click.option("--jsonl", type=click.Path(allow_dash=True), metavar="FILE", help="One row a line; - for stdin."),
        click.argument("file", required=False, type=click.Path()),
    ):
        function = option(function)
    return function


@command.command("saml", short_help="Verify SAML 2.0 responses.")
@_shared
@click.option("--certificate", "certificates", multiple=True, type=click.Path(), help="PEM of the provider's key.")
@click.option("--recipient", metavar="URL", help="The address where responses are received.")
@click.option("--sp", default="generic", help="Who receives: generic (the default), aws or cognito.")
@click.option("--in-response-to", metavar="ID", help="The request that is pending.")
@click.option("--provider-arn", metavar="ARN", help="The IAM SAML provider whose trust this is.")
@click.option("--role-arn", metavar="ARN", help="Apply the rules of sts:AssumeRoleWithSAML for this role too.")
@click.option("--after", multiple=True, type=click.Path(), help="A response consumed before; may be repeated.")
def saml(jsonl: str | None, file: str | None, as_json: bool, explain: bool, **options: Any) -> int:
    """Verify FILE, the raw XML of a SAML 2.0 response.

    \b
    Example:
      cogsim verify saml response.xml --issuer https://idp.example.com/saml --certificate idp.pem \\
        --audience urn:app --recipient https://app.example.com/acs --now 2026-01-01T00:00:00Z
    """
    if jsonl is not None:
        return _rows(jsonl, file, options, _judge_saml, explain)
    role, arn = options["role_arn"], options["provider_arn"]
    row = {
        **_message(file, options),
        "trust": {
            **{name: options[name] for name in ("issuer", "recipient", "sp", "provider_arn")},
            **{name: list(options[name]) for name in ("certificates", "audiences")},
        },
        "in_response_to": options["in_response_to"],
        "call": None if role is None else {"RoleArn": role, "PrincipalArn": arn},
        "after": list(options["after"]),
    }
    return _one(row, _judge_saml, as_json, explain)


@command.command("jwt", short_help="Verify JSON Web Tokens.")
@_shared
@click.option("--kind", default="oidc", help="oidc (the default), cognito-id, cognito-access or alb.")
@click.option("--jwks", type=click.Path(), help="The issuer's key set.")
@click.option("--key", "keys", multiple=True, metavar="KID=PEM", help="A public key by its id; may be repeated.")
@click.option("--algorithm", "algorithms", multiple=True, help="An algorithm that is taken; may be repeated.")
@click.option("--client", help="The application's id.")
@click.option("--signer", metavar="ARN", help="The load balancer in front.")
@click.option("--nonce", help="The nonce that was sent.")
def jwt(jsonl: str | None, file: str | None, as_json: bool, explain: bool, **options: Any) -> int:
    """Verify FILE, a token as it was sent; one line end after it is no part of it, but is in a row of --jsonl.

    \b
    Example:
      cogsim verify jwt token.txt --issuer https://idp.example.com --jwks keys.json --audience app \\
        --now 2026-01-01T00:00:00Z
    """
    if jsonl is not None:
        return _rows(jsonl, file, options, _judge_jwt, explain)
    keys = dict(each.partition("=")[::2] for each in options["keys"])
    row = {
        **_message(file, options),
        "trust": {
            **{name: options[name] for name in ("kind", "issuer", "client", "signer", "jwks")},
            **{name: list(options[name]) for name in ("audiences", "algorithms")},
            "keys": keys,
        },
        "nonce": options["nonce"],
    }
    return _one(row, lambda row, base: _judge_jwt(row, base, line_end=True), as_json, explain)


def _message(file: str | None, options: dict[str, Any]) -> dict[str, Any]:
    if file is None:
        raise click.UsageError("a FILE is wanted, or --jsonl")
    return {"file": file, "now": options["now"], "clock_skew_s": options["clock_skew"]}


# One message, and many


def _one(row: dict[str, Any], judge: Judge, as_json: bool, explain: bool) -> int:
    decision, verdict = judge(row, Path())
    if as_json:
        print_json({**verdict, **_steps(decision, explain)})
    else:
        _print(decision, verdict)
    return 0 if verdict["verdict"] == "accept" else 1


def _print(decision: Decision[Any], verdict: Verdict) -> None:
    good = verdict["verdict"] == "accept"
    say(colour("accepted", "green") if good else colour(f"refused by {verdict['check']}: {verdict['reason']}", "red"))
    for name in ("nameid", "attributes", "claims"):
        if good and name in verdict:
            say(f"  {name}: {json.dumps(verdict[name], ensure_ascii=False)}")
    for step in decision.steps:
        facts = dict(step.facts)
        name, stops = facts.get("check", "-"), facts.get("stops")
        say(f"  {name}: {step.question} {step.answer}: {step.found}" + (f" (stops {stops})" if stops else ""))


def _steps(decision: Decision[Any], explain: bool) -> Verdict:
    return {"steps": [step_dict(step) for step in decision.steps]} if explain else {}


def _rows(jsonl: str, file: str | None, options: dict[str, Any], judge: Judge, explain: bool) -> int:
    given = sorted(name for name, value in options.items() if value not in (None, (), 0.0, "generic", "oidc"))
    if file is not None or given:
        raise click.UsageError(f"with --jsonl the rows say {'which file' if file is not None else given[0]}")
    code, base = 0, Path() if jsonl == "-" else Path(jsonl).parent
    with click.open_file(jsonl, "rb") as lines:
        for number, line in _lines(lines):
            answer = _answer(line, Location("standard input" if jsonl == "-" else jsonl, number), base, judge, explain)
            code = 2 if "error" in answer else code
            click.echo(json.dumps(answer))
    return code


def _lines(stream: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """Every line that is not blank with its number from 1; None for one that is too long."""
    number = 0
    while piece := stream.readline(MAX_LINE + 1):
        number += 1
        too_long = len(piece) > MAX_LINE
        while too_long and piece and not piece.endswith(b"\n"):
            piece = stream.readline(MAX_LINE)
        if too_long or piece.strip():
            yield number, None if too_long else piece


def _answer(line: bytes | None, place: Location, base: Path, judge: Judge, explain: bool) -> Verdict:
    from cogsim.tokens.strict_text import MalformedError, json_object

    identity: Any = None
    try:
        if line is None:
            raise InputError(f"the line is longer than {MAX_LINE} bytes")
        row = json_object(line.removeprefix(b"\xef\xbb\xbf"), "row")
        named = row.get("id")
        identity = named if isinstance(named, str | int | float) else None
        decision, verdict = judge(row, base)
    except (CogsimError, MalformedError) as wrong:
        return {"id": identity, "error": f"{place}: {wrong}"}
    return {"id": identity, **verdict, **_steps(decision, explain)}


def _verdict(decision: Decision[Any]) -> Verdict:
    """Verdict, check and reason; the check is a name where it has one, and else its question."""
    from cogsim.decision import Refusal

    if not isinstance(decision.value, Refusal):
        return {"verdict": "accept", "check": None, "reason": None}
    step = decision.deciding[-1]
    name = dict(step.facts).get("check", "")
    check = step.question if not name or name.isdigit() else name
    reason = decision.value.message if decision.value.code == check else str(decision.value)
    return {"verdict": "reject", "check": check, "reason": reason}


# SAML


def _judge_saml(row: Any, base: Path) -> tuple[Decision[Any], Verdict]:
    from cogsim.decision import Refusal
    from cogsim.tokens.saml import validate_response
    from cogsim.tokens.verify_case import read_saml_case

    case = read_saml_case(row)
    expected = _expectation(case, base)
    found = validate_response(_read(base, case.file), expected, case.now)
    assertion = found.value
    decision: Decision[Any] = found if case.call is None else _called(case, found)
    if isinstance(decision.value, Refusal) or isinstance(assertion, Refusal):
        return decision, {**_verdict(decision), "nameid": None, "attributes": {}}
    attributes = {name: list(values) for name, values in assertion.attributes.items()}
    return decision, {**_verdict(decision), "nameid": assertion.name_id, "attributes": attributes}


def _called(case: SamlCase, found: Decision[Assertion | Refusal]) -> Decision[Any]:
    from cogsim.decisions.saml_session import called

    assert case.call is not None
    return called(found, case.provider_arn or case.call[0], case.call, now=case.now, skew=case.skew)


def _expectation(case: SamlCase, base: Path) -> Expectation:
    """What the receiver of the case expects; STS takes one confirmation only, a user pool wants a Destination."""
    from cogsim.tokens.saml import Expectation

    return Expectation(
        issuer=case.issuer,
        certificates=tuple(_certificate(base, each) for each in case.certificates),
        audiences=case.audiences,
        recipients=(case.recipient,),
        in_response_to=case.in_response_to,
        unsolicited=case.in_response_to is None,
        skew=case.skew,
        seen=frozenset(name for each in case.after for name in _consumed(base, each)),
        one_confirmation=case.call is not None,
        destination_required=case.sp == "cognito",
    )


def _certificate(base: Path, path: str) -> str:
    from cogsim.tokens.saml_signature import load_certificate

    text = _read(base, path, whole=True).decode("utf-8", "replace")
    blocks = _PEM.findall(text)
    if len(blocks) != 1 or load_certificate(blocks[0]) is None:
        found = f"{len(blocks)} certificates" if len(blocks) > 1 else "not a certificate"
        raise InputError(f"{found} in PEM, where one is wanted", Location(str(base / path)))
    return str(blocks[0])


def _consumed(base: Path, path: str) -> tuple[str, ...]:
    """The ids of the assertions in a response that was consumed before."""
    from cogsim.tokens.saml_xml import MalformedError, named, parse

    try:
        root = parse(_read(base, path, whole=True))
    except MalformedError as error:
        raise InputError(f"no response: {error}", Location(str(base / path))) from None
    return tuple(str(each.get("ID")) for each in named(root, "saml:Assertion"))


# JWT


def _judge_jwt(row: Any, base: Path, *, line_end: bool = False) -> tuple[Decision[Any], Verdict]:
    from cogsim.decision import Refusal
    from cogsim.tokens.jwt_trust import JwtTrust, accept_jwt
    from cogsim.tokens.verify_case import read_jwt_case

    case = read_jwt_case(row)
    keys, raw = _key_set(case, base), _read(base, case.file)
    if line_end:
        raw = raw.removesuffix(b"\n").removesuffix(b"\r")
    trust = JwtTrust(case.kind, case.issuer, keys, case.audiences, case.algorithms, case.signer, case.client)
    decision: Decision[SignedClaims | Refusal] = accept_jwt(raw, trust, now=case.now, skew=case.skew, nonce=case.nonce)
    claims = None if isinstance(decision.value, Refusal) else dict(decision.value)
    return decision, {**_verdict(decision), "claims": claims}


def _key_set(case: JwtCase, base: Path) -> KeySet:
    from cogsim.tokens.jwks import KeySet, read_key_set
    from cogsim.tokens.strict_text import MalformedError, json_object

    published = KeySet(())
    if case.jwks is not None:
        try:
            published = read_key_set(json_object(_read(base, case.jwks, whole=True), "key set"))
        except MalformedError as error:
            raise InputError(str(error), Location(str(base / case.jwks))) from None
    own = tuple(_public_key(base, kid, path) for kid, path in case.keys)
    return KeySet((*published.keys, *own), published.left_out)


def _public_key(base: Path, kid: str, path: str) -> VerificationKey:
    from cogsim.tokens.jwks import public_pem_key

    found = public_pem_key(kid, _read(base, path, whole=True))
    if isinstance(found, str):
        raise InputError(found, Location(str(base / path)))
    return found


def _read(base: Path, path: str, *, whole: bool = False) -> bytes:
    """The bytes of a file, one more than the most of it; InputError where it cannot be read, or not `whole`."""
    place = base / path
    try:
        with place.open("rb") as stream:
            found = stream.read(MAX_FILE + 1)
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError(f"cannot be read: {said}", Location(str(place))) from None
    if whole and len(found) > MAX_FILE:
        raise InputError(f"longer than {MAX_FILE} bytes", Location(str(place)))
    return found
