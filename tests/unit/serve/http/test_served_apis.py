"""APIs of a world over real HTTP: by their host, by a path, signed by botocore, and asked in every wrong way."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import boto3.session
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from cogsim.load import load
from cogsim.serve.launch import Launched, Wishes, launch
from cogsim.world.names import find
from cogsim.world.world import World

KEY, SECRET = "AKIASERVEDFORAPIS000", "a secret of the tests"
WORLDS = Path(__file__).parents[4] / "scenarios/worlds"


class Apis:
    """A running server and the world that it serves."""

    def __init__(self, launched: Launched, world: World) -> None:
        self.launched, self.world = launched, world
        self.port = launched.server.address.port

    def host(self, name: str) -> str:
        noun = find(self.world, name)
        world, key = self.world, noun.attributes.get("ApiId", noun.ref)
        return (world.rest_apis.get(key) or world.http_apis.get(key) or world.graphql_apis[key]).host

    def send(
        self, host: str, path: str, method: str = "GET", body: bytes | None = None, **headers: str
    ) -> tuple[int, Mapping[str, str], str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, {"Host": host, **named})
        answer = connection.getresponse()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read().decode()

    def signed(self, host: str, path: str, service: str, secret: str = SECRET, body: bytes = b"") -> dict[str, str]:
        request = AWSRequest("POST" if body else "GET", f"http://{host}{path}", data=body)
        SigV4Auth(Credentials(KEY, secret), service, "us-east-1").add_auth(request)
        return {name: value for name, value in request.headers.items() if name != "Host"}

    def id_token(self) -> str:
        client = boto3.session.Session().client(
            "cognito-idp",
            region_name="us-east-1",
            endpoint_url=f"http://127.0.0.1:{self.port}",
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            config=Config(retries={"max_attempts": 0}),
        )
        pool, app = find(self.world, "apis/People").ref, find(self.world, "WebApp").ref
        client.update_user_pool_client(
            UserPoolId=pool,
            ClientId=app,
            ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        )
        parameters = {"USERNAME": "alice", "PASSWORD": "Password-of-alice-1!"}
        answer = client.admin_initiate_auth(
            UserPoolId=pool, ClientId=app, AuthFlow="ADMIN_USER_PASSWORD_AUTH", AuthParameters=parameters
        )
        return str(answer["AuthenticationResult"]["IdToken"])


@pytest.fixture(scope="module")
def apis() -> Iterator[Apis]:
    world = load(WORLDS / "apis.yaml", WORLDS / "graphql.yaml")
    principal = "arn:aws:iam::111122223333:root"
    launched = launch(Wishes(world, account="111122223333", principal=principal, access_key=KEY, secret_key=SECRET))
    with launched.server.running():
        yield Apis(launched, world)


def test_a_route_answers_at_the_apis_host_and_at_a_path(apis: Apis) -> None:
    host = apis.host("Rest")
    status, headers, body = apis.send(host, "/prod/open?a=%62")
    assert (status, headers["content-type"]) == (200, "application/json")
    event = json.loads(body)
    assert (event["path"], event["queryStringParameters"], event["headers"]["host"]) == ("/open", {"a": "b"}, host)
    assert apis.send(f"{host}.localhost:{apis.port}", "/prod/open")[0] == 200
    assert apis.send("127.0.0.1", f"/_hosts/{host}/prod/open")[0] == 200


def test_refusals_look_as_the_gateways_do(apis: Apis) -> None:
    rest, plain = apis.host("Rest"), apis.host("Http")
    for host, path, status, body in (
        (rest, "/prod/profile", 401, '{"message":"Unauthorized"}'),
        (rest, "/prod/nowhere", 403, '{"message":"Missing Authentication Token"}'),
        (rest, "/", 403, '{"message":"Forbidden"}'),
        (rest, "/prod/reports", 403, '{"message":"Missing Authentication Token"}'),
        (plain, "/profile", 401, '{"message":"Unauthorized"}'),
        (plain, "/nowhere", 404, '{"message":"Not Found"}'),
    ):
        found = apis.send(host, path)
        assert (found[0], found[2]) == (status, body)
    assert apis.send(plain, "/profile")[1]["www-authenticate"] == "Bearer"
    assert apis.send(rest, "/prod/open", "OPTIONS", Origin="https://a", Access_Control_Request_Method="GET")[0] == 403


def test_a_token_opens_a_route(apis: Apis) -> None:
    token = apis.id_token()
    for name, path in (("Rest", "/prod/profile"), ("Http", "/profile")):
        status, _, body = apis.send(apis.host(name), path, Authorization=f"Bearer {token}")
        assert status == 200, body
        assert '"cognito:username":"alice"' in body


def test_a_signature_is_verified_where_a_route_asks_for_one(apis: Apis) -> None:
    host = apis.host("Rest")
    good, bad = (apis.signed(host, "/prod/reports", "execute-api", secret) for secret in (SECRET, "another"))
    elsewhere = apis.signed(host, "/prod/reports", "s3")
    assert apis.send(host, "/prod/reports", **good)[0] == 200
    for headers in (bad, elsewhere, {**good, "Authorization": good["Authorization"][:-4] + "0000"}):
        status, found, body = apis.send(host, "/prod/reports", **headers)
        assert (status, found["x-amzn-errortype"]) == (403, "InvalidSignatureException"), body
    assert apis.send(host, "/prod/open", **apis.signed(host, "/prod/open", "execute-api", "another"))[0] == 200


def test_a_graphql_api_answers_in_json(apis: Apis) -> None:
    host, body = apis.host("Mixed"), json.dumps({"query": "{ figures }"}).encode()
    status, _, text = apis.send(host, "/graphql", "POST", body, **apis.signed(host, "/graphql", "appsync", body=body))
    assert (status, json.loads(text)) == (200, {"data": {"figures": "Query.figures"}})
    status, headers, text = apis.send(host, "/graphql", "POST", body)
    assert (status, headers["x-amzn-errortype"]) == (401, "UnauthorizedException")
    for broken in (b"", b"{", b"[]", b'{"query": 7}', b"\xff"):
        assert apis.send(host, "/graphql", "POST", broken)[0] == 400
