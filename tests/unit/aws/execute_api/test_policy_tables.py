"""AWS's tables of resource policies and authorizers, every row for every way of asking, at the door."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from cogsim.aws.call import Call, Credentials
from cogsim.decisions.call_origin import CallOrigin
from cogsim.persistent import Map
from cogsim.policy.document import PolicyKind
from cogsim.policy.parse import parse
from cogsim.world.iam import AccessKey, User

CARELESS = "arn:aws:lambda:us-east-1:111122223333:function:tenant-careless"
OWN, OTHER = "111122223333", "999988887777"
YES, NO, DENIED = 200, "not authorized", "explicit deny"
EFFECTS = ("Allow", None, "Deny")

#: By what the first says, then by what the resource policy says: Allow, nothing, Deny.
EITHER = {"Allow": (YES, YES, DENIED), None: (YES, NO, DENIED), "Deny": (DENIED, DENIED, DENIED)}
BOTH = {"Allow": (YES, NO, DENIED), None: (NO, NO, DENIED), "Deny": (DENIED, DENIED, DENIED)}
ALONE = {"Allow": (YES, NO, DENIED)}
TABLES: dict[str, dict[Any, tuple[Any, ...]]] = {
    "own": EITHER,
    "other": BOTH,
    "lambda": EITHER,
    "pool": ALONE,
    "nobody": ALONE,
}
ROWS = [
    (way, first, second, answer)
    for way, table in TABLES.items()
    for first, answers in table.items()
    for second, answer in zip(EFFECTS, answers, strict=True)
]


def _document(*effects: str | None, principal: Any = None) -> dict[str, Any]:
    """A policy with a statement about something else, and one for each effect."""
    own = {"Principal": principal} if principal is not None else {}
    named = [{"Effect": each, "Action": "execute-api:Invoke", "Resource": "*", **own} for each in effects if each]
    other = {"Effect": "Allow", "Action": "execute-api:ManageConnections", "Resource": "*", **own}
    return {"Version": "2012-10-17", "Statement": [other, *named]}


def _world(client: Any, policy: dict[str, Any] | None, **changes: Any) -> Any:
    api = client.world.rest_apis[client.ref("Rest")]
    read = parse(policy, PolicyKind.RESOURCE) if policy is not None else None
    return client.world.with_rest_api(replace(api, policy=read, **changes))


def _ask(client: Any, way: str, first: str | None, world: Any, origin: CallOrigin | None = None) -> Any:
    """The answer to one way of asking, with `first` as what the caller's own policy or the function says."""
    functions: dict[str, Any] = {}
    credentials, path, headers = None, "/open", {}
    if way in ("own", "other"):
        arn = f"arn:aws:iam::{OWN if way == 'own' else OTHER}:user/u"
        inline = Map({"p": parse(_document(first), PolicyKind.IDENTITY)})
        world = world.with_user(User(arn=arn, name="u", unique_id="AIDAUUUUUUUUUUUUUUUUU", inline=inline))
        world = world.with_access_key(AccessKey("AKIAUSEROFTHETESTS00", arn, "secret"))
        credentials, path = Credentials("AKIAUSEROFTHETESTS00", "secret"), "/reports"
    if way == "lambda":
        answer = {"principalId": "someone", "policyDocument": _document(first)}
        functions, path, headers = {CARELESS: lambda event: answer}, "/careless/acme", {"Authorization": "t"}
    asker = type(client)(world, functions)
    if way == "pool":
        path, headers = "/profile", {"Authorization": asker.tokens("alice", "WebApp").id_token}
    params = {"ApiId": client.ref("Rest"), "Stage": "prod", "Path": path, "Headers": headers}
    call = Call("execute-api:Invoke", params, credentials, origin or asker.simulation.cloud.origin())
    return asker.simulation.cloud.submit(call).unwrap()


def _means(answer: Any) -> Any:
    if answer["statusCode"] == 200:
        return YES
    assert answer["statusCode"] == 403
    assert answer["headers"]["x-amzn-errortype"] == "AccessDeniedException"
    said = json.loads(answer["body"])["Message"]
    return DENIED if "explicit deny" in said else NO


@pytest.mark.parametrize(("way", "first", "second", "expected"), ROWS)
def test_every_row_of_the_tables(client: Any, way: str, first: str | None, second: str | None, expected: Any) -> None:
    answer = _ask(client, way, first, _world(client, _document(second, principal="*")))
    assert _means(answer) == expected


@pytest.mark.parametrize(
    ("way", "first", "expected"),
    [
        ("own", "Allow", YES),
        ("own", None, NO),
        ("other", "Allow", NO),
        ("lambda", "Allow", YES),
        ("lambda", None, NO),
        ("lambda", "Deny", DENIED),
        ("pool", "Allow", YES),
        ("nobody", "Allow", YES),
    ],
)
def test_without_a_policy_of_the_api_the_rest_decides(client: Any, way: str, first: str | None, expected: Any) -> None:
    assert _means(_ask(client, way, first, _world(client, None))) == expected


@pytest.mark.parametrize("way", ["own", "other", "lambda", "pool", "nobody"])
def test_a_private_api_without_a_policy_admits_nobody_whoever_asks(client: Any, way: str) -> None:
    world = _world(client, None, endpoint_types=("PRIVATE",))
    assert _means(_ask(client, way, "Allow", world, CallOrigin(vpc_endpoint="vpce-1"))) == NO


@pytest.mark.parametrize("way", ["lambda", "pool", "nobody"])
@pytest.mark.parametrize("principal", [{"AWS": OWN}, {"AWS": f"arn:aws:iam::{OWN}:root"}, {"AWS": OTHER}])
def test_who_did_not_sign_is_no_principal_of_the_api_account(client: Any, way: str, principal: Any) -> None:
    answer = _ask(client, way, None, _world(client, _document("Allow", principal=principal)))
    assert _means(answer) == NO


@pytest.mark.parametrize(
    ("condition", "origin", "expected"),
    [
        ({"StringEquals": {"aws:SourceVpce": "vpce-1"}}, {"vpc_endpoint": "vpce-1"}, YES),
        ({"StringEquals": {"aws:SourceVpce": "vpce-1"}}, {"vpc_endpoint": "vpce-2"}, NO),
        ({"StringEquals": {"aws:SourceVpc": "vpc-1"}}, {"vpc_endpoint": "vpce-1", "source_vpc": "vpc-1"}, YES),
        ({"StringEquals": {"aws:SourceVpc": "vpc-1"}}, {"vpc_endpoint": "vpce-1", "source_vpc": "vpc-2"}, NO),
        ({"IpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"}}, {"vpc_endpoint": "v", "vpc_source_ip": "10.1.1.1"}, YES),
        ({"IpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"}}, {"vpc_endpoint": "v", "vpc_source_ip": "11.1.1.1"}, NO),
        ({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, {"vpc_endpoint": "v", "vpc_source_ip": "10.1.1.1"}, NO),
    ],
)
def test_a_private_api_is_opened_by_the_network_that_its_policy_names(
    client: Any, condition: Any, origin: dict[str, Any], expected: Any
) -> None:
    policy = _document("Allow", principal="*")
    policy["Statement"][-1]["Condition"] = condition
    world = _world(client, policy, endpoint_types=("PRIVATE",))
    assert _means(_ask(client, "nobody", None, world, CallOrigin(**origin))) == expected


def test_a_deny_for_every_other_endpoint_needs_an_allow_beside_it(client: Any) -> None:
    elsewhere = {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}
    deny = {"Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*", "Condition": elsewhere}
    allow = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*"}
    for statements, endpoint, expected in (
        ([deny], "vpce-1", NO),
        ([allow, deny], "vpce-1", YES),
        ([allow, deny], "vpce-2", DENIED),
    ):
        world = _world(client, {"Version": "2012-10-17", "Statement": statements}, endpoint_types=("PRIVATE",))
        assert _means(_ask(client, "nobody", None, world, CallOrigin(vpc_endpoint=endpoint))) == expected
