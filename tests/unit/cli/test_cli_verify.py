"""`cogsim verify`: exact values of what is genuine, the check that refuses what is not, and no row stops another."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cogsim.cli.__main__ import main
from cogsim.cli.commands.verify import MAX_FILE, MAX_LINE
from cogsim.clock import iso
from cogsim.decisions.saml_attributes import ROLE as ROLE_ATTRIBUTE
from cogsim.decisions.saml_attributes import SESSION_NAME
from cogsim.tokens.jwks import jwks
from cogsim.tokens.jwt import sign
from cogsim.tokens.keys import ec_key, rsa_key
from tests.generators.saml import ACS, AUDIENCE, ISSUER, NOW, ROLE, WRAPPED, edited, good, signer

AWS_ACS, AWS = "https://signin.aws.amazon.com/saml", "urn:amazon:webservices"
PROVIDER, ROLE_ARN = "arn:aws:iam::111122223333:saml-provider/AdFs", "arn:aws:iam::111122223333:role/Reader"
CALL = {"RoleArn": ROLE_ARN, "PrincipalArn": PROVIDER}
NAMED: dict[str, Any] = {
    "recipient": AWS_ACS, "audience": AWS,
    "attributes": ((ROLE_ATTRIBUTE, (f"{ROLE_ARN},{PROVIDER}",)), (SESSION_NAME, ("alice",))),
}  # fmt: skip
KEY, BALANCER = rsa_key("verify"), ec_key("verify")
TOKEN_ISSUER = "https://issuer.example.com"
CLAIMS = {"iss": TOKEN_ISSUER, "sub": "u", "aud": "app", "iat": int(NOW), "exp": int(NOW) + 60, "roles": ["a", "b"]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the trust of both messages and a genuine one of each."""
    pem = f"-----BEGIN CERTIFICATE-----\n{signer().certificate}\n-----END CERTIFICATE-----\n"
    (tmp_path / "idp.pem").write_text(pem)
    (tmp_path / "keys.json").write_text(json.dumps(jwks((KEY,))))
    public = BALANCER.private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "alb.pem").write_bytes(public)
    (tmp_path / "good.xml").write_bytes(good())
    (tmp_path / "good.jwt").write_text(sign(CLAIMS, KEY))
    return tmp_path


def saml_row(file: str = "good.xml", trust: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    own = {"issuer": ISSUER, "certificates": ["idp.pem"], "audiences": [AUDIENCE], "recipient": ACS, "sp": "generic"}
    return {"id": "r", "file": file, "trust": {**own, **(trust or {})}, "now": iso(NOW), "clock_skew_s": 0, **changes}


def jwt_row(file: str = "good.jwt", trust: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    own = {
        "kind": "oidc", "issuer": TOKEN_ISSUER, "audiences": ["app"], "jwks": "keys.json", "algorithms": ["RS256"],
    }  # fmt: skip
    return {"id": "r", "file": file, "trust": {**own, **(trust or {})}, "now": iso(NOW), "clock_skew_s": 0, **changes}


def without(member: str, row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != member}


class Verifier:
    """Runs rows that lie in a folder."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys

    def rows(self, message: str, *rows: Any, code: int = 0, more: tuple[str, ...] = ()) -> list[dict[str, Any]]:
        lines = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
        file = self.folder / "rows.jsonl"
        file.write_bytes(b"\n".join(lines))
        assert main(["verify", message, "--jsonl", str(file), *more]) == code
        return [json.loads(line) for line in self.capsys.readouterr().out.splitlines()]

    def write(self, name: str, content: bytes) -> str:
        (self.folder / name).write_bytes(content)
        return name


@pytest.fixture
def verifier(folder: Path, capsys: pytest.CaptureFixture[str]) -> Verifier:
    return Verifier(folder, capsys)


# SAML


def test_a_genuine_response_is_accepted_with_its_exact_values(verifier: Verifier) -> None:
    assert verifier.rows("saml", saml_row()) == [
        {
            "id": "r", "verdict": "accept", "check": None, "reason": None,
            "nameid": "alice@example.com", "attributes": {ROLE: ["reader"]},
        }
    ]  # fmt: skip


def test_every_wrapped_response_is_refused_without_a_value_and_in_order(verifier: Verifier) -> None:
    rows = [saml_row(verifier.write(f"{name}.xml", make()), id=name) for name, make in sorted(WRAPPED.items())]
    found = verifier.rows("saml", *rows)
    assert [each["id"] for each in found] == sorted(WRAPPED)
    assert {(each["verdict"], each["nameid"], len(each["attributes"])) for each in found} == {("reject", None, 0)}
    assert {each["check"] for each in found} <= {"Shape", "OneAssertion", "UniqueIds"}


@pytest.mark.parametrize(
    ("row", "check"),
    [
        (saml_row(trust={"issuer": "https://other.example.com"}), "Issuer"),
        (saml_row(trust={"audiences": ["urn:other"]}), "Audience"),
        (saml_row(trust={"recipient": "https://other.example.com/acs"}), "Destination"),
        (saml_row(now="2033-01-01T00:00:00Z"), "NotOnOrAfter"),
        (saml_row(now="2001-01-01T00:00:00Z"), "NotBefore"),
        (saml_row(in_response_to="_asked"), "InResponseTo"),
        (saml_row(after=["good.xml"]), "Replay"),
    ],
)
def test_each_part_of_the_trust_is_what_refuses(verifier: Verifier, row: dict[str, Any], check: str) -> None:
    (found,) = verifier.rows("saml", row)
    assert (found["verdict"], found["check"], found["nameid"]) == ("reject", check, None)
    assert found["reason"]


def test_an_answer_is_taken_where_its_request_is_pending_and_only_there(verifier: Verifier) -> None:
    file = verifier.write("answer.xml", good(in_response_to="_asked"))
    found = verifier.rows("saml", saml_row(file, in_response_to="_asked"), saml_row(file))
    assert [(each["verdict"], each["check"]) for each in found] == [("accept", None), ("reject", "InResponseTo")]


def test_a_clock_skew_is_given_where_the_row_gives_it(verifier: Verifier) -> None:
    late = iso(NOW - 11)
    assert verifier.rows("saml", saml_row(now=late))[0]["verdict"] == "reject"
    assert verifier.rows("saml", saml_row(now=late, clock_skew_s=60))[0]["verdict"] == "accept"


def test_a_call_is_held_to_the_rules_of_sts(verifier: Verifier) -> None:
    trust = {"recipient": AWS_ACS, "audiences": [AWS], "sp": "aws", "provider_arn": PROVIDER}
    named, unnamed = verifier.write("named.xml", good(**NAMED)), {**NAMED, "attributes": NAMED["attributes"][1:]}
    old = good(**{**NAMED, "issued_at": NOW - 301, "confirm_for": 3600.0})
    rows = (
        saml_row(named, trust, call=CALL),
        saml_row(named, trust, call={**CALL, "RoleArn": ROLE_ARN + "2"}),
        saml_row(named, trust, call={**CALL, "PrincipalArn": PROVIDER + "2"}),
        saml_row(verifier.write("unnamed.xml", good(**unnamed)), trust, call=CALL),
        saml_row(verifier.write("unnamed.xml", good(**unnamed)), trust),
        saml_row(verifier.write("old.xml", old), trust, call=CALL),
        saml_row(verifier.write("old.xml", old), trust),
    )
    found = verifier.rows("saml", *rows)
    assert [each["verdict"] for each in found] == ["accept", *["reject"] * 3, "accept", "reject", "accept"]
    assert found[0]["attributes"][SESSION_NAME] == ["alice"]
    assert [each["check"] for each in found[1:4]] == [
        "does the assertion name this role with this provider?",
        "is the call made with the provider that is trusted?",
        "does the assertion name this role with this provider?",
    ]
    assert found[5]["check"] == "was it issued within the last five minutes?"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300) | st.builds(lambda at, by: good()[:at] + by, st.integers(0, 3000), st.binary()))
def test_any_bytes_end_in_a_verdict(verifier: Verifier, content: bytes) -> None:
    file = verifier.write("any", content)
    for message, row in (("saml", saml_row(file)), ("jwt", jwt_row(file))):
        (found,) = verifier.rows(message, row)
        assert found["verdict"] == "accept" if content == good() and message == "saml" else "reject"
        assert found["reason"] is None or len(found["reason"]) < 1000


def test_a_file_past_all_bounds_is_refused(verifier: Verifier) -> None:
    file = verifier.write("large", b"<a>" * (MAX_FILE // 3 + 2))
    assert verifier.rows("saml", saml_row(file))[0]["check"] == "WellFormed"
    assert verifier.rows("jwt", jwt_row(file))[0]["verdict"] == "reject"


# JWT


def test_a_genuine_token_is_accepted_with_its_exact_claims(verifier: Verifier) -> None:
    (found,) = verifier.rows("jwt", jwt_row())
    assert found == {"id": "r", "verdict": "accept", "check": None, "reason": None, "claims": CLAIMS}


def test_a_token_is_refused_by_the_rule_that_it_breaks(verifier: Verifier) -> None:
    forged = verifier.write("forged", sign(CLAIMS, rsa_key("mallory")).encode())
    bent = verifier.write("bent", (verifier.folder / "good.jwt").read_bytes()[:-2] + b"AA")
    ended = verifier.write("ended", (verifier.folder / "good.jwt").read_bytes() + b"\n")
    rows = [
        jwt_row(forged), jwt_row(bent), jwt_row(ended), jwt_row(nonce="n"),
        jwt_row(trust={"audiences": ["other"]}), jwt_row(trust={"issuer": TOKEN_ISSUER + "/"}),
        jwt_row(now="2033-01-01T00:00:00Z"), jwt_row(trust={"kind": "cognito-id"}),
        jwt_row(trust={"algorithms": ["ES256"]}),
    ]  # fmt: skip
    found = verifier.rows("jwt", *rows)
    assert {(each["verdict"], each["claims"]) for each in found} == {("reject", None)}
    assert [each["check"] for each in found] == [
        "is its key one of the issuer's?", "does the signature hold?", "is it a well-formed token?",
        "is it of this sign-in?", "is it for this reader?", "is the issuer the one that was asked for?",
        "is it in force?", "are the required claims there?", "is the algorithm the key's own?",
    ]  # fmt: skip


def test_a_key_in_pem_verifies_by_its_id(verifier: Verifier) -> None:
    file = verifier.write("ec.jwt", sign(CLAIMS, BALANCER, algorithm="ES256").encode())
    trust = {"jwks": None, "algorithms": ["ES256"], "keys": {BALANCER.kid: "alb.pem"}}
    assert verifier.rows("jwt", jwt_row(file, trust))[0]["claims"] == CLAIMS
    assert verifier.rows("jwt", jwt_row(file, {**trust, "keys": {"other": "alb.pem"}}))[0]["verdict"] == "reject"


def balanced(header: dict[str, Any], claims: dict[str, Any]) -> bytes:
    """A token as a load balancer writes it: every part filled up."""
    from cogsim.tokens.jwt import _signature

    head = {"typ": "JWT", "kid": BALANCER.kid, "alg": "ES256", **header}
    body = b".".join(base64.urlsafe_b64encode(json.dumps(each).encode()) for each in (head, claims))
    return body + b"." + base64.urlsafe_b64encode(_signature(body, BALANCER))


def test_a_load_balancers_token_is_taken_of_the_one_in_front_only(verifier: Verifier) -> None:
    arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/front/1"
    claims = {"iss": TOKEN_ISSUER, "sub": "u", "exp": int(NOW) + 60}
    head = {"signer": arn, "iss": TOKEN_ISSUER, "client": "app", "exp": int(NOW) + 60}
    file = verifier.write("alb.jwt", balanced(head, claims))
    trust = {"kind": "alb", "signer": arn, "client": "app", "jwks": None, "keys": {BALANCER.kid: "alb.pem"}}
    mine = {**trust, "audiences": [], "algorithms": ["ES256"]}
    assert verifier.rows("jwt", jwt_row(file, mine))[0]["claims"] == claims
    for changed in ({"signer": arn + "2"}, {"client": "other"}):
        (found,) = verifier.rows("jwt", jwt_row(file, {**mine, **changed}))
        assert found["check"] == "does the load balancer in front sign it?"


# Rows that cannot be read


@pytest.mark.parametrize(
    ("message", "row", "said"),
    [
        ("saml", b"{", "the row is not JSON"),
        ("saml", b'{"id": "r", "id": "r"}', "a member stands twice"),
        ("saml", b"[]", "the row is not a JSON object"),
        ("saml", without("clock_skew_s", saml_row(clock_skew=60)), "did you mean 'clock_skew_s'?"),
        ("saml", without("now", saml_row()), "now: is missing"),
        ("saml", saml_row(now=True), "now: a text is wanted"),
        ("saml", saml_row(now=-1), "now: -1 is not within 1970 to 9999"),
        ("saml", saml_row(now=1e300), "is not within 1970 to 9999"),
        ("saml", saml_row(clock_skew_s=True), "clock_skew_s: a number"),
        ("saml", saml_row(clock_skew_s=-1), "clock_skew_s: a number"),
        ("saml", saml_row(now="yesterday"), "now: not an instant"),
        ("saml", saml_row(now="0001-01-01T00:00:00+10:00"), "now: "),
        ("saml", saml_row("none.xml"), "none.xml: cannot be read: No such file"),
        ("saml", saml_row("."), "cannot be read: Is a directory"),
        ("saml", saml_row("a\0b"), "file: a text is wanted"),
        ("saml", saml_row("good\ud800"), "half a character"),
        ("saml", saml_row(trust={"certificates": []}), "trust.certificates: at least one is needed"),
        ("saml", saml_row(trust={"certificates": ["good.xml"]}), "not a certificate in PEM"),
        ("saml", saml_row(trust={"certificates": "idp.pem"}), "trust.certificates: a list"),
        ("saml", saml_row(trust={"audiences": None}), "trust.audiences: at least one"),
        ("saml", saml_row(trust={"sp": "other"}), "trust.sp: 'other' is none of aws, cognito, generic"),
        ("saml", saml_row(call={"RoleArn": ROLE_ARN}), "call.PrincipalArn: is missing"),
        ("saml", saml_row(call={**CALL, "RoleArn": "Reader"}), "not an ARN: 'Reader'"),
        ("saml", saml_row(after=["idp.pem"]), "idp.pem: no response"),
        ("jwt", jwt_row(trust={"jwks": None}), "trust.jwks: keys are needed"),
        ("jwt", jwt_row(trust={"jwks": "good.xml"}), "good.xml: the key set is not JSON"),
        ("jwt", jwt_row(trust={"kind": "jwt"}), "trust.kind: 'jwt' is none of"),
        ("jwt", jwt_row(trust={"kind": "alb"}), "trust.signer: "),
        ("jwt", jwt_row(trust={"algorithms": ["none"]}), "trust.algorithms: 'none' is none of"),
        ("jwt", jwt_row(trust={"audiences": []}), "trust.audiences: at least one"),
        ("jwt", jwt_row(trust={"keys": {"k": "idp.pem"}}), "idp.pem: "),
        ("jwt", jwt_row(trust={"keys": ["alb.pem"]}), "trust.keys: an object"),
        ("jwt", b" " * MAX_LINE + b"{}", "the line is longer"),
    ],
)
def test_a_row_that_cannot_be_read_is_an_error_at_its_line_and_stops_no_other(
    verifier: Verifier, message: str, row: Any, said: str
) -> None:
    sound = saml_row(id=7) if message == "saml" else jwt_row(id=7)
    first, second = verifier.rows(message, row, sound, code=2)
    assert said in first["error"]
    assert first["error"].startswith(f"{verifier.folder / 'rows.jsonl'}:1: ")
    assert set(first) == {"id", "error"}
    assert (second["id"], second["verdict"]) == (7, "accept")


def test_notes_of_a_rows_writer_are_passed_by(verifier: Verifier) -> None:
    for note in ({"expected": "accept", "tags": ["benign"]}, {"ids": ["_a1"], "files": 1}):
        assert verifier.rows("saml", saml_row(**note))[0]["verdict"] == "accept"
    assert verifier.rows("jwt", jwt_row(kid="k"))[0]["verdict"] == "accept"


def test_an_instant_may_be_seconds_as_tokens_write_it(verifier: Verifier) -> None:
    assert verifier.rows("jwt", jwt_row(now=int(NOW)))[0]["verdict"] == "accept"
    assert verifier.rows("jwt", jwt_row(now=NOW + 60))[0]["verdict"] == "reject"


def test_a_key_may_stand_in_the_set_and_in_pem_and_names_of_other_algorithms_let_in_nothing(
    verifier: Verifier,
) -> None:
    verifier.write("both.json", json.dumps(jwks((BALANCER,))).encode())
    file = verifier.write("ec.jwt", sign(CLAIMS, BALANCER, algorithm="ES256").encode())
    trust = {"jwks": "both.json", "keys": {BALANCER.kid: "alb.pem"}, "algorithms": ["ES256", "HS256"]}
    assert verifier.rows("jwt", jwt_row(file, trust))[0]["claims"] == CLAIMS
    (found,) = verifier.rows("jwt", jwt_row(file, {**trust, "algorithms": ["HS256"]}))
    assert found["check"] == "is the algorithm the key's own?"


# One file


def saml_options(folder: Path, file: str = "good.xml", *more: str) -> list[str]:
    return [
        "verify", "saml", str(folder / file), "--issuer", ISSUER, "--certificate", str(folder / "idp.pem"),
        "--audience", AUDIENCE, "--recipient", ACS, "--now", iso(NOW), *more,
    ]  # fmt: skip


def test_one_response_shows_each_check_and_what_it_stops(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(saml_options(folder)) == 0
    shown = capsys.readouterr().out
    assert shown.startswith('accepted\n  nameid: "alice@example.com"\n')
    assert "OneAssertion: is there exactly one assertion, wherever one might stand? yes" in shown
    assert "(stops replay)" in shown


def test_one_hostile_response_exits_with_one_and_names_the_check(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def promote(root: Any) -> None:
        next(root.iter("{*}NameID")).text = "mallory@example.com"

    (folder / "bad.xml").write_bytes(edited(promote))
    assert main(saml_options(folder, "bad.xml")) == 1
    assert capsys.readouterr().out.startswith("refused by Signature: of the Assertion, 1 certificates\n")
    assert main(saml_options(folder, "bad.xml", "--json", "--explain")) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["verdict"], found["check"], found["nameid"]) == ("reject", "Signature", None)
    assert [step["facts"]["check"] for step in found["steps"] if step["decides"]] == ["Signature"]


def test_one_token_is_read_without_the_line_end_of_its_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "ended.jwt").write_text(sign(CLAIMS, KEY) + "\n")
    options = ["--issuer", TOKEN_ISSUER, "--audience", "app", "--jwks", str(folder / "keys.json"), "--now", iso(NOW)]
    assert main(["verify", "jwt", str(folder / "ended.jwt"), *options, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["claims"] == CLAIMS
    assert main(["verify", "jwt", str(folder / "ended.jwt"), *options, "--nonce", "n"]) == 1


@pytest.mark.parametrize(
    "arguments",
    [["saml"], ["jwt"], ["saml", "none.xml"], ["saml", "--jsonl", "none.jsonl"], ["jwt", "a", "--jsonl", "-"]],
)
def test_bad_usage_exits_with_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", *arguments]) == 2
    assert capsys.readouterr().out == ""
