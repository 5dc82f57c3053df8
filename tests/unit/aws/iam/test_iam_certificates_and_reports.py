"""SSH keys, certificates, credentials of one service, the credential report and the keys that policies read."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from cogsim.world.iam import AccessKey, User
from tests.unit.aws.iam.iam_door import ALLOW_S3, IAM, Iam, document

FORM = serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH


@cache
def key(number: int = 0) -> rsa.RSAPrivateKey:
    """A key of this run, one for each number."""
    return rsa.generate_private_key(65537, 2048 + 8 * number)


def ssh(number: int = 0) -> str:
    return key(number).public_key().public_bytes(*FORM).decode()


def private(number: int = 0) -> str:
    form = serialization.PrivateFormat.TraditionalOpenSSL
    return key(number).private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


@cache
def certificate(number: int = 0) -> str:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"server {number}")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key(number).public_key())
    made = (
        made.serial_number(1 + number)
        .not_valid_before(datetime(2025, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2036, 1, 1, tzinfo=UTC))
    )
    return made.sign(key(number), hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def test_an_ssh_key_is_shown_in_either_form(iam: Iam) -> None:
    # Not held against botocore's shape: it asks for fingerprints of 48 characters, where AWS's have 47.
    uploaded = iam.submit("UploadSSHPublicKey", UserName="nobody", SSHPublicKeyBody=f"{ssh()} me@laptop").unwrap()
    made = uploaded["SSHPublicKey"]
    assert (made["SSHPublicKeyBody"], made["Status"], made["Fingerprint"].count(":")) == (ssh(), "Active", 15)
    named = {"UserName": "nobody", "SSHPublicKeyId": made["SSHPublicKeyId"]}
    pem = iam.submit("GetSSHPublicKey", **named, Encoding="PEM").unwrap()["SSHPublicKey"]["SSHPublicKeyBody"]
    assert pem.startswith("-----BEGIN PUBLIC KEY-----")
    taken = iam.refusal("UploadSSHPublicKey", UserName="nobody", SSHPublicKeyBody=pem)
    assert taken[0] == "DuplicateSSHPublicKey", "the same key in another form is the same key"
    iam.call("UpdateSSHPublicKey", **named, Status="Inactive")
    (listed,) = iam.call("ListSSHPublicKeys", UserName="nobody")["SSHPublicKeys"]
    assert (listed["Status"], "SSHPublicKeyBody" in listed) == ("Inactive", False)
    stranger = {**named, "UserName": "admin"}
    assert iam.refusal("GetSSHPublicKey", **stranger, Encoding="SSH")[0] == "NoSuchEntity"
    iam.call("DeleteSSHPublicKey", **named)
    missing = f"The Public Key with id {made['SSHPublicKeyId']} cannot be found."
    assert iam.refusal("DeleteSSHPublicKey", **named) == ("NoSuchEntity", missing)


def _elliptic() -> str:
    return (
        ec.generate_private_key(ec.SECP256R1())
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("ssh-rsa AAAA", "InvalidPublicKey"),
        ("junk", "UnrecognizedPublicKeyEncoding"),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "InvalidPublicKey"),
        (_elliptic(), "InvalidPublicKey"),
    ],
)
def test_what_is_no_rsa_key_is_not_taken(iam: Iam, body: str, code: str) -> None:
    assert iam.refusal("UploadSSHPublicKey", UserName="nobody", SSHPublicKeyBody=body)[0] == code


def test_a_server_certificate_needs_its_own_key(iam: Iam) -> None:
    named = {"ServerCertificateName": "web", "CertificateBody": certificate()}
    assert iam.refusal("UploadServerCertificate", **named, PrivateKey=private(1))[0] == "KeyPairMismatch"
    assert iam.refusal("UploadServerCertificate", **named, PrivateKey="x")[0] == "MalformedCertificate"
    broken: dict[str, Any] = {**named, "CertificateBody": "x", "PrivateKey": private()}
    assert iam.refusal("UploadServerCertificate", **broken)[0] == "MalformedCertificate"
    chained: dict[str, Any] = {**named, "PrivateKey": private(), "CertificateChain": "x"}
    assert iam.refusal("UploadServerCertificate", **chained)[0] == "MalformedCertificate"
    tags = [{"Key": "a", "Value": "b"}]
    given: dict[str, Any] = {**chained, "CertificateChain": certificate(1), "Path": "/cloudfront/", "Tags": tags}
    made = iam.call("UploadServerCertificate", **given)["ServerCertificateMetadata"]
    assert (made["Arn"], made["Expiration"].year) == (f"{IAM}server-certificate/cloudfront/web", 2036)
    shown = iam.call("GetServerCertificate", ServerCertificateName="web")["ServerCertificate"]
    assert (shown["CertificateBody"], shown["CertificateChain"], shown["Tags"]) == (certificate(), certificate(1), tags)
    assert private() not in repr(iam.cloud.world.account_documents.values())
    assert iam.refusal("UploadServerCertificate", **given)[0] == "EntityAlreadyExists"
    iam.call("TagServerCertificate", ServerCertificateName="web", Tags=[{"Key": "c", "Value": "d"}])
    iam.call("UntagServerCertificate", ServerCertificateName="web", TagKeys=["a"])
    assert iam.call("ListServerCertificateTags", ServerCertificateName="web")["Tags"] == [{"Key": "c", "Value": "d"}]
    iam.call("UpdateServerCertificate", ServerCertificateName="web", NewServerCertificateName="app", NewPath="/x/")
    (listed,) = iam.call("ListServerCertificates", PathPrefix="/x/")["ServerCertificateMetadataList"]
    assert listed["Arn"] == f"{IAM}server-certificate/x/app"
    iam.call("DeleteServerCertificate", ServerCertificateName="app")
    missing = ("NoSuchEntity", "The Server Certificate with name app cannot be found.")
    assert iam.refusal("GetServerCertificate", ServerCertificateName="app") == missing


def test_a_signing_certificate_is_a_users_and_must_go_before_the_user(iam: Iam) -> None:
    iam.call("CreateUser", UserName="bob")
    made = iam.call("UploadSigningCertificate", UserName="bob", CertificateBody=certificate())["Certificate"]
    again = iam.refusal("UploadSigningCertificate", UserName="bob", CertificateBody=certificate())
    assert again[0] == "DuplicateCertificate"
    assert iam.refusal("UploadSigningCertificate", UserName="bob", CertificateBody="x")[0] == "MalformedCertificate"
    named = {"UserName": "bob", "CertificateId": made["CertificateId"]}
    iam.call("UpdateSigningCertificate", **named, Status="Inactive")
    (listed,) = iam.call("ListSigningCertificates", UserName="bob")["Certificates"]
    assert (listed["Status"], listed["CertificateBody"]) == ("Inactive", certificate())
    conflict = ("DeleteConflict", "Cannot delete entity, must delete signing certificates first.")
    assert iam.refusal("DeleteUser", UserName="bob") == conflict
    iam.call("DeleteSigningCertificate", **named)
    iam.call("DeleteUser", UserName="bob")


def test_a_credential_of_one_service_tells_its_password_once(iam: Iam) -> None:
    named = {"UserName": "nobody", "ServiceName": "codecommit.amazonaws.com"}
    made = iam.call("CreateServiceSpecificCredential", **named)["ServiceSpecificCredential"]
    second = iam.call("CreateServiceSpecificCredential", **named)["ServiceSpecificCredential"]
    assert made["ServiceUserName"] == "nobody-at-123456789012"
    assert second["ServiceUserName"] != made["ServiceUserName"]
    assert iam.refusal("CreateServiceSpecificCredential", **named)[0] == "LimitExceeded"
    which = {"UserName": "nobody", "ServiceSpecificCredentialId": made["ServiceSpecificCredentialId"]}
    renewed = iam.call("ResetServiceSpecificCredential", **which)["ServiceSpecificCredential"]
    assert renewed["ServicePassword"] not in {made["ServicePassword"], second["ServicePassword"]}
    iam.call("UpdateServiceSpecificCredential", **which, Status="Inactive")
    listed = iam.call("ListServiceSpecificCredentials", **named)["ServiceSpecificCredentials"]
    assert sorted(each["Status"] for each in listed) == ["Active", "Inactive"]
    assert all("ServicePassword" not in each for each in listed)
    iam.call("DeleteServiceSpecificCredential", **which)
    assert iam.refusal("DeleteServiceSpecificCredential", **which)[0] == "NoSuchEntity"
    unheard = {"UserName": "nobody", "ServiceName": "s3.amazonaws.com"}
    assert iam.refusal("CreateServiceSpecificCredential", **unheard)[0] == "NotSupportedService"


def test_a_credential_report_is_made_first_and_grows_old(iam: Iam) -> None:
    assert iam.refusal("GetCredentialReport")[0] == "ReportNotPresent"
    assert iam.call("GenerateCredentialReport")["State"] == "STARTED"
    iam.call("CreateUser", UserName="late")
    assert iam.call("GenerateCredentialReport") == {"State": "COMPLETE"}
    shown = iam.call("GetCredentialReport")
    rows = list(csv.DictReader(io.StringIO(shown["Content"].decode())))
    assert [row["user"] for row in rows] == ["<root_account>", "admin", "nobody"], "as of when it was made"
    admin = rows[1]
    assert (admin["password_enabled"], admin["access_key_1_active"], admin["mfa_active"]) == ("false", "true", "false")
    assert None not in {value for row in rows for value in row.values()}
    iam.cloud.clock.advance(4 * 3600 + 1)
    assert iam.refusal("GetCredentialReport")[0] == "ReportExpired"
    assert iam.call("GenerateCredentialReport")["State"] == "STARTED"


def test_whose_a_key_is_can_be_asked_within_the_account(iam: Iam) -> None:
    shown = iam.call("GetAccessKeyLastUsed", AccessKeyId=Iam.nobody.access_key_id)
    assert shown == {"UserName": "nobody", "AccessKeyLastUsed": {"Region": "N/A", "ServiceName": "N/A"}}
    assert iam.refusal("GetAccessKeyLastUsed", AccessKeyId="AKIAUNHEARD000000000")[0] == "AccessDenied"
    foreign = "arn:aws:iam::999999999999:user/theirs"
    key = AccessKey("AKIATHEIRS0000000000", foreign, "secret")
    iam.cloud.world = iam.world.with_user(User(foreign, "theirs")).with_access_key(key)
    assert iam.refusal("GetAccessKeyLastUsed", AccessKeyId=key.id)[0] == "AccessDenied"


def test_the_keys_of_policies_are_those_of_conditions_and_variables(iam: Iam) -> None:
    text = document(
        {
            "Effect": "Allow",
            "Action": "s3:*",
            "Resource": ["arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/${*}/${aws:PrincipalTag/team, 'none'}"],
            "Condition": {"StringLike": {"s3:prefix": "${aws:userid}/*"}, "Bool": {"AWS:SecureTransport": "true"}},
        }
    )
    keys = ["AWS:SecureTransport", "aws:PrincipalTag/team", "aws:userid", "aws:username", "s3:prefix"]
    assert iam.call("GetContextKeysForCustomPolicy", PolicyInputList=[text])["ContextKeyNames"] == keys
    assert iam.refusal("GetContextKeysForCustomPolicy", PolicyInputList=["{}"])[0] == "InvalidInput"
    iam.call("PutUserPolicy", UserName="nobody", PolicyName="p", PolicyDocument=text)
    source = {"PolicySourceArn": f"{IAM}user/nobody"}
    assert iam.call("GetContextKeysForPrincipalPolicy", **source)["ContextKeyNames"] == keys
    assert iam.call("GetContextKeysForPrincipalPolicy", **source, PolicyInputList=[ALLOW_S3])["ContextKeyNames"] == keys
    ghost = {"PolicySourceArn": f"{IAM}user/ghost"}
    assert iam.refusal("GetContextKeysForPrincipalPolicy", **ghost)[0] == "NoSuchEntity"


def test_the_keys_of_a_long_text_are_found_in_time_that_grows_with_it(iam: Iam) -> None:
    condition = {"StringLike": {"s3:prefix": "${aws:userid" * 5000}}
    text = document({"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": condition})
    assert iam.call("GetContextKeysForCustomPolicy", PolicyInputList=[text])["ContextKeyNames"] == ["s3:prefix"]


def test_the_version_of_global_tokens_stands_in_the_summary(iam: Iam) -> None:
    assert iam.call("GetAccountSummary")["SummaryMap"]["GlobalEndpointTokenVersion"] == 1
    iam.call("SetSecurityTokenServicePreferences", GlobalEndpointTokenVersion="v2Token")
    assert iam.call("GetAccountSummary")["SummaryMap"]["GlobalEndpointTokenVersion"] == 2
