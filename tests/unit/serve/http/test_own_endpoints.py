"""The endpoints under /_cogsim: what they tell and change, and who may not ask."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cogsim.clock import instant
from cogsim.errors import InputError
from cogsim.load.detect import load
from cogsim.serve.http.guard import Guard, is_loopback
from cogsim.serve.http.limits import Limits
from cogsim.serve.http.server import HttpServer, Settings, listen
from cogsim.serve.launch import Wishes, launch
from cogsim.serve.live import Live
from tests.unit.serve.http.conftest import ADMIN, KEY, SECRET, Served


def enrolled(served: Any) -> str:
    """A pool with a user who was sent an invitation."""
    idp = served.client("cognito-idp")
    pool = str(idp.create_user_pool(PoolName="people", AutoVerifiedAttributes=["email"])["UserPool"]["Id"])
    attributes = [{"Name": "email", "Value": "alice@example.com"}]
    idp.admin_create_user(
        UserPoolId=pool, Username="alice", UserAttributes=attributes, DesiredDeliveryMediums=["EMAIL"]
    )
    return pool


def test_health_answers(served: Any) -> None:
    status, told = served.own("health")
    assert (status, told["status"], told["calls"]) == (200, "ok", 0)


def test_messages_are_told_by_user_and_pool_as_json_and_as_a_page(served: Any) -> None:
    pool = enrolled(served)
    (message,) = served.own(f"messages?user=alice&pool={pool}")[1]["messages"]
    assert (message["to"], message["medium"]) == ("alice@example.com", "EMAIL")
    assert message["code"] in message["body"]
    assert served.own("messages?user=bob")[1] == {"messages": []}
    page = served.own("messages", Accept="text/html,*/*")[1]
    assert "alice@example.com" in page
    assert "<script" not in page


def test_time_is_read_and_passes_and_stands_in_the_log(served: Any) -> None:
    before = served.own("clock")[1]["seconds"]
    after = served.own("clock", {"advance": "61m"})[1]["seconds"]
    assert 3660 <= after - before < 3720
    goal = "2040-01-01T00:00:00Z"
    assert served.own("clock", {"to": goal})[1]["now"] == goal
    assert served.live.cloud.log[0].seconds == 3660
    assert served.own("clock", {"to": "2020-01-01T00:00:00Z"}) == (400, {"error": "time can't go backwards"})
    for bad in ({}, {"advance": "1 parsec"}, {"to": "noon"}, {"advance": "1m", "to": goal}, [], {"advance": None}):
        assert served.own("clock", bad)[0] == 400
    assert served.own("clock", b"{" * 100)[0] == 400
    assert served.own("clock", b"x" * 5000)[0] == 400


def test_what_expires_expires_by_the_time_that_was_advanced_and_clients_still_sign(served: Any) -> None:
    keys = served.client("sts").get_session_token(DurationSeconds=3600)["Credentials"]
    session = served.client(
        "sts", key=keys["AccessKeyId"], secret=keys["SecretAccessKey"], aws_session_token=keys["SessionToken"]
    )
    assert session.get_caller_identity()
    served.own("clock", {"advance": "61m"})
    with pytest.raises(ClientError) as error:
        session.get_caller_identity()
    assert error.value.response["Error"]["Code"] == "ExpiredToken"
    assert served.client("sts").get_caller_identity()


def test_the_trail_holds_the_calls_and_its_end_can_be_asked_for(served: Any) -> None:
    enrolled(served)
    names = [record["eventName"] for record in served.own("trail")[1]["Records"]]
    assert names == ["CreateUserPool", "AdminCreateUser"]
    assert [record["eventName"] for record in served.own("trail?last=1")[1]["Records"]] == ["AdminCreateUser"]
    assert served.own("trail?last=-1")[0] == 400


def test_the_world_is_told_as_templates_that_load(served: Any, tmp_path: Any) -> None:
    pool = enrolled(served)
    written = served.own("world")[1]["templates"]
    for name, template in written.items():
        (tmp_path / name).write_text(json.dumps(template))
    loaded = load(*(tmp_path / name for name in written))
    assert pool in loaded.user_pools
    assert loaded == served.live.cloud.world


def test_a_reset_brings_back_the_world_the_state_and_the_time(served: Any) -> None:
    pool = enrolled(served)
    served.own("clock", {"advance": "1000h"})
    served.reset()
    assert served.client("cognito-idp").list_user_pools(MaxResults=10)["UserPools"] == []
    assert served.own("messages")[1] == {"messages": []}
    assert served.own("clock")[1]["seconds"] < instant("2100-01-01T00:00:00Z")
    assert enrolled(served) == pool


def test_operations_are_told_with_their_status(served: Any) -> None:
    told = {each["operation"]: each["status"] for each in served.own("operations?service=sts")[1]["operations"]}
    assert told["sts:GetCallerIdentity"] == "implemented"
    assert served.own("operations?service=nope")[0] == 400


def test_no_decision_is_found_by_an_id_that_nobody_has(served: Any) -> None:
    assert served.own("decisions/none")[0] == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:80"},
        {"Host": "localhost.evil.example"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_no_web_page_of_another_origin_may_reset_or_read(served: Any, headers: dict[str, str]) -> None:
    enrolled(served)
    for path, body in (("reset", b""), ("messages", None)):
        status, told = served.own(path, body, **headers)
        assert status == 403, told
    assert served.own("messages")[1]["messages"]


def test_no_answer_lets_another_origin_read_it(served: Any) -> None:
    asked = f"GET /_cogsim/messages HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nConnection: close\r\n\r\n"
    head = served.raw(asked.encode()).partition(b"\r\n\r\n")[0].lower()
    assert b"access-control-allow-origin" not in head
    assert b"content-security-policy: default-src 'none'" in head


@pytest.mark.parametrize("host", ["localhost:1", "127.0.0.1:1", "[::1]:1", "x.localhost:1", "LOCALHOST:1"])
def test_the_machine_itself_may_ask_by_any_of_its_names(host: str) -> None:
    assert Guard().objection({"host": host, "origin": f"http://{host}"}, None) is None


def test_loopback_is_known_by_name_and_address() -> None:
    assert all(map(is_loopback, ("localhost", "a.localhost", "127.0.0.1", "127.9.9.9", "::1")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "192.0.2.1", "localhost.example", "")))


@pytest.fixture
def elsewhere() -> Iterator[Any]:
    """A server that is bound to every address."""
    launched = launch(Wishes(host="0.0.0.0", token="the right token"))
    with launched.server.running() as base:
        yield launched, base


def test_bound_elsewhere_the_endpoints_ask_for_the_token(elsewhere: Any) -> None:
    from tests.unit.serve.http.conftest import Served

    launched, base = elsewhere
    served = Served(base, launched)
    assert served.own("health")[0] == 403
    assert served.own("health?token=wrong")[0] == 403
    assert served.own("health", X_Cogsim_Token="wrong")[0] == 403
    assert served.own("health?token=the%20right%20token")[0] == 200
    assert served.own("health", X_Cogsim_Token="the right token")[0] == 200
    assert served.own("health", X_Cogsim_Token="the right token", Origin="http://evil.example")[0] == 403


def test_a_server_bound_elsewhere_draws_a_token_where_none_is_given() -> None:
    tokens = []
    for _ in range(2):
        launched = launch(Wishes(host="0.0.0.0"))
        launched.server.close()
        tokens.append(launched.token)
    assert len(tokens[0] or "") == 32
    assert tokens[0] != tokens[1]


def test_a_server_bound_elsewhere_is_never_without_a_token() -> None:
    from cogsim.aws.cloud import Cloud
    from cogsim.world.world import World

    listener = listen("0.0.0.0")
    with pytest.raises(InputError, match="token"):
        HttpServer(Live(Cloud(World())), listener, Settings())
    listener.socket.close()


def test_a_server_without_a_journal_says_how_much_of_the_trail_it_forgot() -> None:
    launched = launch(Wishes(principal=ADMIN, access_key=KEY, secret_key=SECRET, limits=Limits(log=8)))
    with launched.server.running() as base:
        served = Served(base, launched)
        iam = served.client("iam")
        first = iam.create_user(UserName="u0")["ResponseMetadata"]["RequestId"]
        assert "forgotten" not in served.own("trail")[1]
        for number in range(1, 20):
            last = iam.create_user(UserName=f"u{number}")["ResponseMetadata"]["RequestId"]
        told = served.own("trail")[1]
        names = [record["requestParameters"]["userName"] for record in told["Records"]]
        assert names == [f"u{number}" for number in range(told["forgotten"], 20)]
        assert served.own(f"decisions/{first}")[0] == 404
        assert served.own(f"decisions/{last}")[0] == 200
        assert served.own("health")[1]["calls"] == 20


def test_a_host_of_the_world_is_no_way_to_the_servers_own_endpoints(served: Any) -> None:
    """Whoever has that name in reality could have it resolve to loopback in a user's browser."""
    idp = served.client("cognito-idp")
    pool = idp.create_user_pool(PoolName="people")["UserPool"]["Id"]
    idp.create_user_pool_domain(UserPoolId=pool, Domain="acme")
    host = "acme.auth.us-east-1.amazoncognito.com"
    status, told = served.own("messages", Host=host)
    assert (status, told) == (403, {"error": "the Host header does not name this machine: ask at localhost"})
    assert served.own("messages", Host=f"{host}.localhost:{served.port}")[0] == 200
    assert served.own("messages", Host=f"localhost:{served.port}")[0] == 200
