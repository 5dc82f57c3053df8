"""The calls that servers are measured by: a set-up that is the same everywhere, by boto3, and bytes made once.

What answers is looked at: a token that is none, credentials that are none, a user of another name is wrong.
"""

from __future__ import annotations

import base64
import contextlib
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from benchmarks.closed_loop import Call, Connection
from cogsim.tokens import srp
from cogsim.tokens.certificates import self_signed
from cogsim.tokens.keys import rsa_key
from cogsim.tokens.saml_issue import Signer, Statement, response_xml
from cogsim.tokens.saml_metadata import IdpMetadata, write_metadata

REGION, PASSWORD = "us-east-1", "Correct-horse-9"
IDP, IDENTITY = "AWSCognitoIdentityProviderService", "AWSCognitoIdentityService"
_REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"


class Site:
    """A pool with a user, an identity pool with a role, and a SAML provider with a role, at one server."""

    def __init__(self, base: str, key: str, secret: str) -> None:
        self.base, self.keys = base, Credentials(key, secret)
        session = boto3.session.Session(key, secret, region_name=REGION)
        config = Config(retries={"max_attempts": 0})
        self.client = lambda service: session.client(service, endpoint_url=base, config=config)
        idp = self.client("cognito-idp")
        self.pool = idp.create_user_pool(PoolName="people")["UserPool"]["Id"]
        flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
        made = idp.create_user_pool_client(UserPoolId=self.pool, ClientName="app", ExplicitAuthFlows=flows)
        self.app = made["UserPoolClient"]["ClientId"]
        idp.admin_create_user(UserPoolId=self.pool, Username="alice", MessageAction="SUPPRESS")
        idp.admin_set_user_password(UserPoolId=self.pool, Username="alice", Password=PASSWORD, Permanent=True)
        answer = idp.initiate_auth(
            AuthFlow="USER_PASSWORD_AUTH",
            ClientId=self.app,
            AuthParameters={"USERNAME": "alice", "PASSWORD": PASSWORD},
        )
        self.access = answer["AuthenticationResult"]["AccessToken"]

    def role(self, name: str, statement: dict[str, Any]) -> str:
        document = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})
        made = self.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=document)
        return str(made["Role"]["Arn"])

    def request(self, body: bytes, headers: dict[str, str]) -> bytes:
        """The bytes of a POST to the server."""
        sent = {"Host": urlsplit(self.base).netloc, "Content-Length": str(len(body)), **headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        return f"POST / HTTP/1.1\r\n{lines}\r\n".encode() + body

    def json(self, target: str, params: dict[str, Any]) -> bytes:
        """An unsigned call of a JSON service."""
        headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target}
        return self.request(json.dumps(params).encode(), headers)

    def form(self, params: dict[str, str], *, signed: bool) -> bytes:
        """A call of STS; a signature holds for a quarter of an hour."""
        body = urlencode({"Version": "2011-06-15", **params}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        if signed:
            asked = AWSRequest("POST", f"{self.base}/", headers=headers, data=body)
            SigV4Auth(self.keys, "sts", REGION).add_auth(asked)
            headers = dict(asked.headers.items())
        return self.request(body, headers)


def prepared(base: str, key: str, secret: str) -> dict[str, Call | str]:
    """The calls by name, each tried once; a sentence in the place of one that the server does not answer rightly."""
    site = Site(base, key, secret)
    kinds: dict[str, Callable[[Site], Call]] = {
        "GetCallerIdentity": _caller_identity,
        "GetUser": _get_user,
        "InitiateAuth with a password": _password,
        "sign-in by SRP, two calls": _srp,
        "GetCredentialsForIdentity": _credentials,
        "AssumeRoleWithSAML": _saml,
    }
    found: dict[str, Call | str] = {}
    for name, make in kinds.items():
        connection = Connection(base)
        try:
            call = make(site)
            found[name] = call if call(connection, 0, 0) else "answers otherwise"
        except Exception as error:
            found[name] = f"does not answer ({type(error).__name__})"
        connection.close()
    return found


def _caller_identity(site: Site) -> Call:
    sent = site.form({"Action": "GetCallerIdentity"}, signed=True)
    return lambda connection, *_: b"<Arn>arn:aws:" in connection.ask(sent)[1]


def _get_user(site: Site) -> Call:
    sent = site.json(f"{IDP}.GetUser", {"AccessToken": site.access})
    return lambda connection, *_: json.loads(connection.ask(sent)[1]).get("Username") == "alice"


def _password(site: Site) -> Call:
    given = {"USERNAME": "alice", "PASSWORD": PASSWORD}
    params = {"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": site.app, "AuthParameters": given}
    sent = site.json(f"{IDP}.InitiateAuth", params)
    return lambda connection, *_: "AuthenticationResult" in json.loads(connection.ask(sent)[1])


def _srp(site: Site) -> Call:
    """Both calls, with the client's powers between them."""
    name = site.pool.partition("_")[2]

    def call(connection: Connection, client: int, number: int) -> bool:
        side = srp.Client(name, (client + 1) << 200 | (number + 100) << 100 | 12345)
        given = {"USERNAME": "alice", "SRP_A": side.public}
        begin = {"AuthFlow": "USER_SRP_AUTH", "ClientId": site.app, "AuthParameters": given}
        asked = json.loads(connection.ask(site.json(f"{IDP}.InitiateAuth", begin))[1])
        told = asked["ChallengeParameters"]
        block, now, user = base64.b64decode(told["SECRET_BLOCK"]), srp.timestamp(time.time()), told["USER_ID_FOR_SRP"]
        answers = {
            "USERNAME": user,
            "PASSWORD_CLAIM_SECRET_BLOCK": told["SECRET_BLOCK"],
            "TIMESTAMP": now,
            "PASSWORD_CLAIM_SIGNATURE": side.claim_signature(user, PASSWORD, told["SALT"], told["SRP_B"], block, now),
        }
        params = {"ChallengeName": "PASSWORD_VERIFIER", "ClientId": site.app, "ChallengeResponses": answers}
        params |= {"Session": asked["Session"]} if asked.get("Session") else {}
        sent = site.json(f"{IDP}.RespondToAuthChallenge", params)
        return "AuthenticationResult" in json.loads(connection.ask(sent)[1])

    return call


def _credentials(site: Site) -> Call:
    identity = site.client("cognito-identity")
    pool = identity.create_identity_pool(IdentityPoolName="identities", AllowUnauthenticatedIdentities=True)
    trust = {
        "Principal": {"Federated": "cognito-identity.amazonaws.com"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": pool["IdentityPoolId"]}},
    }
    role = site.role("guest", trust)
    with contextlib.suppress(ClientError):  # not every server has it, nor needs it
        identity.set_identity_pool_roles(IdentityPoolId=pool["IdentityPoolId"], Roles={"unauthenticated": role})
    who = identity.get_id(IdentityPoolId=pool["IdentityPoolId"])["IdentityId"]
    sent = site.json(f"{IDENTITY}.GetCredentialsForIdentity", {"IdentityId": who})
    return lambda connection, *_: "Credentials" in json.loads(connection.ask(sent)[1])


def _saml(site: Site) -> Call:
    now = time.time()
    key = rsa_key("benchmarks", "served-idp")
    signer = Signer(key, self_signed(key, "idp", now - 86_400))
    issuer = "https://idp.example.com"
    metadata = write_metadata(IdpMetadata(issuer, (signer.certificate,), ((_REDIRECT, f"{issuer}/sso"),)))
    provider = site.client("iam").create_saml_provider(Name="Corp", SAMLMetadataDocument=metadata)["SAMLProviderArn"]
    role = site.role("reader", {"Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithSAML"})
    names = "https://aws.amazon.com/SAML/Attributes/"
    attributes = ((f"{names}Role", (f"{role},{provider}",)), (f"{names}RoleSessionName", ("alice",)))
    acs, audience = "https://signin.aws.amazon.com/saml", "urn:amazon:webservices"
    sent: dict[tuple[int, int], bytes] = {}

    def ask(client: int, number: int) -> bytes:
        said = Statement(
            issuer, acs, audience, "alice@example.com", attributes=attributes, issued_at=now - 5,
            response_id=f"_r{client}-{number}", assertion_id=f"_a{client}-{number}",
        )  # fmt: skip
        assertion = base64.b64encode(response_xml(said, signer)).decode()
        form = {"Action": "AssumeRoleWithSAML", "RoleArn": role, "PrincipalArn": provider, "SAMLAssertion": assertion}
        return site.form(form, signed=False)

    for client in range(8):
        for number in range(-5, 150):
            sent[client, number] = ask(client, number)
    return lambda connection, *at: b"<SecretAccessKey>" in connection.ask(sent[at])[1]
