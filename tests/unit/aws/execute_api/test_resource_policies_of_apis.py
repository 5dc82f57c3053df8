"""The policy of a REST API together with what guards its routes: AWS's table, row by row, at the door."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.aws.call import Call
from cogsim.decisions.authorization import authorise
from cogsim.decisions.call_origin import CallOrigin
from cogsim.decisions.caller import IamUser
from cogsim.policy.document import PolicyKind
from cogsim.policy.parse import parse
from cogsim.world.iam import AccessKey, User


def _with_policy(client: Any, *statements: dict[str, Any], **changes: Any) -> Any:
    api = client.world.rest_apis[client.ref("Rest")]
    policy = (
        parse({"Version": "2012-10-17", "Statement": list(statements)}, PolicyKind.RESOURCE) if statements else None
    )
    return type(client)(client.world.with_rest_api(replace(api, policy=policy, **changes)))


def _statement(effect: str, principal: Any = "*", resource: str = "execute-api:/*") -> dict[str, Any]:
    return {"Effect": effect, "Principal": principal, "Action": "execute-api:Invoke", "Resource": resource}


def _user(client: Any, account: str, effect: str | None) -> tuple[Any, Any]:
    from cogsim.aws.call import Credentials
    from cogsim.persistent import Map

    arn = f"arn:aws:iam::{account}:user/u"
    document = {"Version": "2012-10-17", "Statement": [{"Effect": effect, "Action": "execute-api:*", "Resource": "*"}]}
    inline = Map({"p": parse(document, PolicyKind.IDENTITY)}) if effect else Map()
    world = client.world.with_user(User(arn=arn, name="u", unique_id="AIDAUUUUUUUUUUUUUUUUU", inline=inline))
    world = world.with_access_key(AccessKey("AKIAUSEROFTHETESTS00", arn, "secret"))
    return type(client)(world), Credentials("AKIAUSEROFTHETESTS00", "secret")


@pytest.mark.parametrize(
    ("identity", "resource", "same", "other"),
    [
        ("Allow", "Allow", 200, 200),
        ("Allow", None, 200, 403),
        ("Allow", "Deny", 403, 403),
        (None, "Allow", 200, 403),
        (None, None, 403, 403),
        ("Deny", "Allow", 403, 403),
    ],
)
def test_iam_routes_follow_the_table(
    client: Any, identity: str | None, resource: str | None, same: int, other: int
) -> None:
    for account, status in (("111122223333", same), ("999988887777", other)):
        principal = {"AWS": f"arn:aws:iam::{account}:user/u"}
        guarded = _with_policy(client, *([_statement(resource, principal)] if resource else []))
        asker, credentials = _user(guarded, account, identity)
        assert asker.send("Rest", "/reports", credentials=credentials)["statusCode"] == status


def test_a_refusal_names_the_caller_and_masks_the_account(client: Any) -> None:
    asker, credentials = _user(_with_policy(client, _statement("Deny")), "111122223333", "Allow")
    answer = asker.send("Rest", "/reports", credentials=credentials)
    api = client.ref("Rest")
    assert answer["body"] == (
        '{"Message":"User: arn:aws:iam::111122223333:user/u is not authorized to perform: execute-api:Invoke '
        "on resource: "
        f'arn:aws:execute-api:us-east-1:********3333:{api}/prod/GET/reports with an explicit deny"}}'
    )


@pytest.mark.parametrize(("effect", "status"), [("Allow", 200), ("Deny", 403), (None, 200)])
def test_a_route_that_nobody_guards_needs_the_policy_where_there_is_one(
    client: Any, effect: str | None, status: int
) -> None:
    asker = _with_policy(client, *([_statement(effect)] if effect else []))
    assert asker.send("Rest", "/open")["statusCode"] == status
    elsewhere = _with_policy(client, _statement("Allow", resource="execute-api:/prod/POST/*"))
    assert elsewhere.send("Rest", "/open")["statusCode"] == 403


def test_after_a_user_pool_the_policy_must_allow_by_itself(client: Any) -> None:
    for resource, status in (("execute-api:/prod/GET/profile", 200), ("execute-api:/prod/GET/other", 403)):
        asker = _with_policy(client, _statement("Allow", resource=resource))
        token = asker.tokens("alice", "WebApp").id_token
        assert asker.send("Rest", "/profile", token)["statusCode"] == status
        assert asker.send("Rest", "/profile")["statusCode"] == 401


def test_with_a_lambda_authorizer_either_may_allow_and_a_deny_comes_first(client: Any) -> None:
    asker = _with_policy(client, _statement("Allow"))
    token = asker.tokens("alice", "WebApp").id_token
    assert asker.send("Rest", "/careful/globex", token)["statusCode"] == 200
    denied = _with_policy(client, _statement("Deny"))
    answer = denied.send("Rest", "/careful/acme", "no token at all")
    assert answer["statusCode"] == 403
    assert "anonymous" in answer["body"]


def test_a_private_api_answers_through_endpoints_and_only_by_its_policy(client: Any) -> None:
    condition = {"StringEquals": {"aws:SourceVpce": "vpce-1"}}
    asker = _with_policy(client, {**_statement("Allow"), "Condition": condition}, endpoint_types=("PRIVATE",))
    bare = _with_policy(client, endpoint_types=("PRIVATE",))
    params = {"ApiId": client.ref("Rest"), "Stage": "prod", "Path": "/open"}

    def status(which: Any, endpoint: str | None) -> int:
        call = Call("execute-api:Invoke", params, None, CallOrigin(vpc_endpoint=endpoint))
        return int(which.simulation.cloud.submit(call).unwrap()["statusCode"])

    assert [status(asker, each) for each in (None, "vpce-1", "vpce-2")] == [403, 200, 403]
    assert status(bare, "vpce-1") == 403


def test_a_static_answer_reads_the_apis_policy_too(client: Any) -> None:
    asker, _ = _user(
        _with_policy(client, _statement("Deny", resource="execute-api:/prod/GET/reports")), "111122223333", "Allow"
    )
    caller = IamUser("arn:aws:iam::111122223333:user/u", "AIDAUUUUUUUUUUUUUUUUU")
    base = f"arn:aws:execute-api:us-east-1:111122223333:{client.ref('Rest')}"
    for path, allowed in (("prod/GET/reports", False), ("prod/GET/open", True)):
        answer = authorise(asker.world, caller, "execute-api:Invoke", f"{base}/{path}", origin=CallOrigin(), now=0.0)
        assert answer.value.allowed is allowed


def test_a_slash_at_the_end_follows_the_switch(client: Any) -> None:
    assert client.send("Rest", "/open/")["statusCode"] == 200
    with assuming({"api.trailingSlash": "other"}):
        assert client.send("Rest", "/open/")["statusCode"] == 403
