"""Federation: responses and tokens validated beside the bare libraries, and exchanges for credentials at STS."""

from __future__ import annotations

import base64
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt as pyjwt
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.verifier import SignatureConfiguration, XMLVerifier

from benchmarks.timing import seconds_per_call
from cogsim import load
from cogsim.actors.adfs import AdFsServer
from cogsim.aws.cloud import Cloud
from cogsim.clock import Clock
from cogsim.decision import Refusal
from cogsim.tokens.certificates import self_signed
from cogsim.tokens.jwks import key_set
from cogsim.tokens.jwt import sign
from cogsim.tokens.jwt_trust import JwtTrust, accept_jwt
from cogsim.tokens.keys import rsa_key
from cogsim.tokens.saml import Expectation, validate_response
from cogsim.tokens.saml_issue import Signer, Statement, response_xml
from cogsim.tokens.saml_signature import load_certificate

NOW = 1_767_225_600.0
EXCHANGES = 300
JOBS = Path(__file__).parents[1] / "scenarios" / "worlds" / "github-deploy.yaml"
ADFS = """
Metadata: {cogsim: {account: "111122223333"}}
Resources:
  Adfs:
    Type: Cogsim::AdFs
    Properties:
      BaseUrl: https://adfs.example.com
      Certificates: [{Generation: 1, Since: 2025-06-01T00:00:00Z}]
      Users: [{Upn: alice@example.com, Password: Correct-Horse-1, Attributes: {mail: alice@example.com}}]
  Idp:
    Type: AWS::IAM::SAMLProvider
    Properties: {Name: ADFS, SamlMetadataDocument: !GetAtt Adfs.Metadata}
  Reader:
    Type: AWS::IAM::Role
    Properties:
      RoleName: Reader
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - {Effect: Allow, Principal: {Federated: !GetAtt Idp.Arn}, Action: "sts:AssumeRoleWithSAML"}
  Aws:
    Type: Cogsim::AdFsRelyingParty
    Properties:
      AdFs: !Ref Adfs
      Identifier: urn:amazon:webservices
      Endpoints: [https://signin.aws.amazon.com/saml]
      NameId: {Format: emailAddress, Attribute: mail}
      ClaimRules:
        - {Claim: https://aws.amazon.com/SAML/Attributes/RoleSessionName, Attribute: mail}
        - {Claim: https://aws.amazon.com/SAML/Attributes/Role, Value: !Sub "${Reader.Arn},${Idp.Arn}"}
"""

Row = tuple[str, str, str, str]


def measure() -> list[Row]:
    """Validations beside signxml and pyjwt, then exchanges of a response and of a job's token."""
    return [_saml(), _jwt(), _saml_exchange(), _web_exchange()]


def _row(what: str, seconds: float, beside: str) -> Row:
    return (what, f"{seconds * 1e3:.2f} ms", f"{1 / seconds:,.0f} a second", beside)


def _saml() -> Row:
    """The 15 steps beside signxml's one: parse, and verify under the same certificate."""
    key = rsa_key("benchmarks", "idp")
    signer = Signer(key, self_signed(key, "idp", NOW - 86_400))
    said = Statement(
        "https://idp.example.com", "https://app.example.com/acs", "urn:app", "alice@example.com",
        attributes=tuple((f"attribute-{number}", ("value",)) for number in range(10)), issued_at=NOW - 10,
    )  # fmt: skip
    raw = response_xml(said, signer)
    expected = Expectation(said.issuer, (signer.certificate,), (said.audience,), (said.recipient,))
    certificate = load_certificate(signer.certificate)
    assert certificate is not None
    started = certificate.not_valid_before_utc

    def bare() -> Any:
        configuration = SignatureConfiguration(
            location=".//",
            signature_methods=frozenset((SignatureMethod.RSA_SHA256,)),
            digest_algorithms=frozenset((DigestAlgorithm.SHA256,)),
            verification_time=started,
            ignore_ambiguous_key_info=True,
        )
        return XMLVerifier().verify(
            etree.fromstring(raw),
            x509_cert=certificate,
            id_attribute="ID",
            validate_schema=False,
            expect_config=configuration,
        )

    assert not isinstance(validate_response(raw, expected, NOW).value, Refusal)
    ours, theirs = seconds_per_call(lambda: validate_response(raw, expected, NOW)), seconds_per_call(bare)
    return _row("SAML response validated", ours, f"signxml alone {theirs * 1e3:.2f} ms: {ours / theirs:.2f} times")


def _jwt() -> Row:
    """The 15 rules beside pyjwt's decoding with signature, issuer and audience; no clock, for it reads its own."""
    key = rsa_key("benchmarks", "issuer")
    issuer = "https://issuer.example.com"
    claims = {"iss": issuer, "sub": "x" * 36, "aud": "app", "iat": int(NOW), "exp": int(NOW) + 3600}
    token = sign(claims, key)
    raw, public = token.encode(), key.private_key.public_key()
    trust = JwtTrust("oidc", issuer, key_set((key,)), ("app",))
    unclocked: Any = {"verify_exp": False, "verify_iat": False}

    def bare() -> Any:
        return pyjwt.decode(token, public, algorithms=["RS256"], audience="app", issuer=issuer, options=unclocked)

    assert accept_jwt(raw, trust, now=NOW).value == bare()
    ours, theirs = seconds_per_call(lambda: accept_jwt(raw, trust, now=NOW)), seconds_per_call(bare)
    beside = f"pyjwt alone {theirs * 1e6:.0f} µs: {ours / theirs:.2f} times"
    return _row("JSON Web Token validated", ours, beside)


# Exchanges


def _saml_exchange() -> Row:
    """A response of the AD FS for credentials; the provider's own work is left out."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "world.yaml"
        path.write_text(ADFS)
        world = load(path)
    cloud, server = Cloud(world, seed="benchmarks", clock=Clock()), AdFsServer()
    account = "arn:aws:iam::111122223333"
    ask = {"RoleArn": f"{account}:role/Reader", "PrincipalArn": f"{account}:saml-provider/ADFS"}
    posted = [
        server.start(world, "urn:amazon:webservices", "alice@example.com", "Correct-Horse-1", now=cloud.clock.now)
        for _ in range(EXCHANGES)
    ]
    assert base64.b64decode(posted[0].saml_response)
    calls = [{**ask, "SAMLAssertion": each.saml_response} for each in posted]
    each = _mean(lambda params: cloud.call("sts:AssumeRoleWithSAML", params), calls)
    return _row(f"AssumeRoleWithSAML, mean of {EXCHANGES}", each, "through the door, with journal and trail")


def _web_exchange() -> Row:
    """The token of a job of GitHub Actions for credentials; the provider's own work is left out."""
    world = load(JOBS)
    cloud = Cloud(world, seed="benchmarks", clock=Clock())
    (issuer,) = world.oidc_issuers.values()
    job = {
        "Issuer": issuer.url, "Repository": "acme/shop", "Audience": "sts.amazonaws.com", "Environment": "production",
    }  # fmt: skip
    role = "arn:aws:iam::111122223333:role/deploy"
    calls = [
        {
            "RoleArn": role,
            "RoleSessionName": "benchmark",
            "WebIdentityToken": cloud.call("cogsim:WorkloadToken", job)["value"],
        }
        for _ in range(EXCHANGES)
    ]
    each = _mean(lambda params: cloud.call("sts:AssumeRoleWithWebIdentity", params), calls)
    return _row(f"AssumeRoleWithWebIdentity, mean of {EXCHANGES}", each, "through the door, with journal and trail")


def _mean(exchange: Callable[[dict[str, Any]], Any], calls: list[dict[str, Any]]) -> float:
    """Seconds an exchange takes, the first left out; each must give credentials."""
    assert exchange(calls[0])["Credentials"]
    begin = time.perf_counter()
    for params in calls[1:]:
        exchange(params)
    return (time.perf_counter() - begin) / (len(calls) - 1)
