"""boto3 in process, beside boto3 whose every request is answered at once with the same bytes: what cogsim adds."""

from __future__ import annotations

import time
from collections.abc import Callable
from io import BytesIO
from typing import Any

import boto3.session
from botocore.awsrequest import AWSResponse
from urllib3.response import HTTPResponse

import cogsim
from cogsim.serve.boto import SimulatedSession
from cogsim.serve.opening import empty_world, open_to

ADMIN = "arn:aws:iam::123456789012:user/admin"
Row = tuple[str, str, str, str]


def measure() -> list[Row]:
    """Calls without arithmetic of public keys."""
    opened = open_to(empty_world("123456789012", ADMIN), ADMIN, None, make=True)
    sim = cogsim.Simulation(opened.world)
    session = cogsim.boto3(sim, "admin")
    pool = session.client("cognito-idp").create_user_pool(PoolName="people")["UserPool"]["Id"]
    session.client("cognito-idp").admin_create_user(UserPoolId=pool, Username="alice", MessageAction="SUPPRESS")
    session.client("s3").create_bucket(Bucket="papers")
    session.client("s3").put_object(Bucket="papers", Key="plan", Body=b"text")
    kinds: dict[str, tuple[str, Callable[[Any], Any]]] = {
        "GetCallerIdentity": ("sts", lambda client: client.get_caller_identity()),
        "AdminGetUser": ("cognito-idp", lambda client: client.admin_get_user(UserPoolId=pool, Username="alice")),
        "DescribeUserPool": ("cognito-idp", lambda client: client.describe_user_pool(UserPoolId=pool)),
        "iam:GetUser": ("iam", lambda client: client.get_user(UserName="admin")),
        "s3:HeadObject": ("s3", lambda client: client.head_object(Bucket="papers", Key="plan")),
    }
    return [_row(name, session, sim, *kind) for name, kind in kinds.items()]


def _row(name: str, session: SimulatedSession, sim: cogsim.Simulation, service: str, call: Callable[[Any], Any]) -> Row:
    client, plain = session.client(service), boto3.session.Session("AKIAANYBODY", "secret", region_name="us-east-1")
    canned = plain.client(service)
    canned.meta.events.register("before-send", _same_again(client, call))
    ours, theirs = [], []
    for _ in range(50):  # by turns, and briefly: a busy machine is busy for both, and has quiet moments
        theirs.append(_processor_seconds(lambda: call(canned)))
        ours.append(_processor_seconds(lambda: call(client)))
        sim.cloud.log.clear()
    rate = min(theirs) / min(ours)
    beside = f"a canned answer {1 / min(theirs):,.0f} a second: {rate:.0%} of its rate"
    return (f"{name} by boto3 in process", f"{1 / min(ours):,.0f} a second", "70% at least", beside)


def _processor_seconds(function: Callable[[], object], count: int = 20) -> float:
    """Seconds of the processor that one call takes: there is one thread, and others on the machine do not count."""
    begin = time.process_time()
    for _ in range(count):
        function()
    return (time.process_time() - begin) / count


def _same_again(client: Any, call: Callable[[Any], Any]) -> Callable[..., AWSResponse]:
    """A handler that answers with the bytes of one true answer, and does nothing else."""
    kept: list[tuple[int, dict[str, str], bytes]] = []

    def keep(response: Any = None, http_response: Any = None, **_: Any) -> None:
        kept.append((http_response.status_code, dict(http_response.headers), http_response.content))

    client.meta.events.register("after-call", keep)
    call(client)
    client.meta.events.unregister("after-call", keep)
    status, headers, body = kept[0]

    def answer(request: Any, **_: Any) -> AWSResponse:
        raw = HTTPResponse(
            body=BytesIO(body), headers=headers, status=status, preload_content=False, request_method=request.method
        )
        return AWSResponse(request.url, status, headers, raw)

    return answer
