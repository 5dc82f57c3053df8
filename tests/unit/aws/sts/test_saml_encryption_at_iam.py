"""Encrypted assertions for AWS: a key given to IAM, a receiver's certificate given to AD FS, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from cogsim.actors.adfs import AdFsServer
from cogsim.aws.call import Outcome
from cogsim.errors import InputError
from cogsim.load import load
from cogsim.simulation import Simulation
from cogsim.tokens.certificates import self_signed
from cogsim.tokens.keys import rsa_key
from cogsim.world.template import dump
from tests.generators.adfs_world import AWS, PASSWORDS, PROVIDER, READER, WORLD

ALICE = "alice@example.com"


def pem(name: str) -> str:
    key = rsa_key("test", name).private_key
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


ADMIN = """
  Root:
    Type: AWS::IAM::User
    Properties:
      UserName: admin
      Policies:
        - PolicyName: all
          PolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}
  Key:
    Type: AWS::IAM::AccessKey
    Properties: {UserName: !Ref Root}
"""


def simulation(folder: Path, provider: str = "", party: str = "") -> Simulation:
    text = WORLD.replace("!GetAtt Adfs.Metadata}", f"!GetAtt Adfs.Metadata{provider}}}")
    text = text.replace("      NameId: {Format: emailAddress", f"{party}      NameId: {{Format: emailAddress") + ADMIN
    (folder / "world.yaml").write_text(text)
    return Simulation(load(str(folder / "world.yaml")))


def encrypted_for(name: str) -> str:
    return f"      EncryptionCertificate: {self_signed(rsa_key('test', name), name, 0)}\n"


def assume(sim: Simulation) -> Outcome:
    response = AdFsServer().start(sim.world, AWS, ALICE, PASSWORDS[ALICE], now=sim.now).saml_response
    params = {"RoleArn": READER, "PrincipalArn": PROVIDER, "SAMLAssertion": response}
    return sim.submit("sts:AssumeRoleWithSAML", params)


def iam(sim: Simulation, operation: str, **params: Any) -> Outcome:
    return sim.submit(f"iam:{operation}", {"SAMLProviderArn": PROVIDER, **params}, "admin")


def code(outcome: Outcome) -> str | None:
    return None if outcome.error is None else outcome.error.code


def test_an_assertion_is_opened_with_the_keys_that_the_provider_has(tmp_path: Path) -> None:
    sim = simulation(tmp_path, party=encrypted_for("sp"))
    assert code(assume(sim)) == "InvalidIdentityToken"
    assert code(iam(sim, "UpdateSAMLProvider", AddPrivateKey=pem("sp"), AssertionEncryptionMode="Required")) is None
    found = assume(sim)
    assert (code(found), found.unwrap()["Subject"]) == (None, ALICE)
    assert "sAMLAssertionID" not in sim.trail[-1]["requestParameters"]
    assert "PRIVATE KEY" not in str(sim.trail)


def test_what_comes_in_the_open_is_refused_where_encryption_is_required(tmp_path: Path) -> None:
    sim = simulation(tmp_path, provider=", AssertionEncryptionMode: Required")
    assert code(assume(sim)) == "InvalidIdentityToken"
    iam(sim, "UpdateSAMLProvider", AssertionEncryptionMode="Allowed")
    assert code(assume(sim)) is None


def test_keys_are_two_at_most_and_go_by_their_ids(tmp_path: Path) -> None:
    sim = simulation(tmp_path)
    for name in ("sp", "sp2"):
        assert code(iam(sim, "UpdateSAMLProvider", AddPrivateKey=pem(name))) is None
    assert code(iam(sim, "UpdateSAMLProvider", AddPrivateKey=pem("sp3"))) == "LimitExceeded"
    first, second = iam(sim, "GetSAMLProvider").unwrap()["PrivateKeyList"]
    swapped = iam(sim, "UpdateSAMLProvider", AddPrivateKey=pem("sp3"), RemovePrivateKey=first["KeyId"])
    assert code(swapped) is None
    left = [key["KeyId"] for key in iam(sim, "GetSAMLProvider").unwrap()["PrivateKeyList"]]
    assert left[0] == second["KeyId"]
    assert len(left) == 2
    assert code(iam(sim, "UpdateSAMLProvider", RemovePrivateKey=first["KeyId"])) == "NoSuchEntity"
    assert code(iam(sim, "UpdateSAMLProvider", AddPrivateKey="no key", RemovePrivateKey=left[0])) == "InvalidInput"


def test_a_template_may_give_the_key_and_a_run_keeps_it(tmp_path: Path) -> None:
    quoted = pem("sp").replace("\n", "\\n")
    sim = simulation(tmp_path, f', AddPrivateKey: "{quoted}", AssertionEncryptionMode: Allowed', encrypted_for("sp"))
    assert code(assume(sim)) is None
    names = []
    for name, text in dump(sim.world).items():
        (tmp_path / name).write_text(text)
        names.append(str(tmp_path / name))
    assert load(*names) == sim.world
    with pytest.raises(InputError, match="no RSA private key"):
        simulation(tmp_path, ", AddPrivateKey: x")
