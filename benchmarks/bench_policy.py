"""One decision: the reference with its steps, and the compiled form, on a role of a multi-tenant application."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.timing import seconds_per_call
from cogsim.policy import compile, decide
from cogsim.policy.compiled.stack import Compiled
from cogsim.policy.compiled.switches import switches
from cogsim.policy.document import PolicyKind
from cogsim.policy.layers import Layers, NamedPolicy
from cogsim.policy.parse import parse
from cogsim.policy.request import Context, Principal, PrincipalKind, Request

ACCOUNT = "111122223333"
DATA, TABLE = "arn:aws:s3:::data", f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/Orders"
TENANT, SUB = "${aws:PrincipalTag/tenant}", "${cognito-identity.amazonaws.com:sub}"
API = f"arn:aws:execute-api:eu-west-1:{ACCOUNT}:abc123/prod"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app/tenant-user"
REQUESTS = 1_000


def _statement(effect: str, actions: object, resources: object, condition: object = None, **more: object) -> object:
    entry: dict[str, object] = {"Effect": effect, "Action": actions, "Resource": resources, **more}
    return entry if condition is None else {**entry, "Condition": condition}


ROLE_STATEMENTS = [
    _statement("Allow", ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], f"{DATA}/tenants/{TENANT}/*"),
    _statement("Allow", "s3:GetObject", [f"{DATA}/public/*", f"{DATA}/index.html"]),
    _statement("Allow", "s3:GetObject*", f"{DATA}/users/{SUB}/*"),
    _statement("Allow", "s3:ListBucket", DATA, {"StringLike": {"s3:prefix": [f"tenants/{TENANT}/*", "public/*"]}}),
    _statement(
        "Allow", ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"], [TABLE, f"{TABLE}/index/*"],
        {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [TENANT]}},
    ),
    _statement("Allow", ["sqs:SendMessage", "sqs:GetQueueUrl"], f"arn:aws:sqs:*:{ACCOUNT}:orders-*"),
    _statement("Allow", "kms:Decrypt", "*", {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}),
    _statement("Allow", "execute-api:Invoke", f"{API}/*/tenants/{TENANT}/*"),
    _statement("Deny", "s3:*", f"{DATA}/tenants/*/secret/*", {"Bool": {"aws:MultiFactorAuthPresent": "false"}}),
    _statement("Deny", "*", "*", {"BoolIfExists": {"aws:SecureTransport": "false"}}),
    _statement("Deny", ["s3:Delete*", "dynamodb:Delete*"], "*", {"StringNotEquals": {"aws:PrincipalTag/job": "admin"}}),
    _statement(
        "Allow", "s3:PutObject", f"{DATA}/inbox/*",
        {"StringEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}, "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
    ),
]  # fmt: skip
BOUNDARY = [
    _statement("Allow", ["s3:*", "dynamodb:*", "sqs:*", "kms:*", "execute-api:*"], "*"),
    _statement("Deny", "s3:PutBucketPolicy", "*"),
]
BUCKET = [
    _statement("Deny", "s3:*", [DATA, f"{DATA}/*"], {"Bool": {"aws:SecureTransport": "false"}}, Principal="*"),
    _statement("Allow", "s3:GetObject", f"{DATA}/shared/*", Principal={"AWS": ROLE}),
    _statement("Deny", "s3:*", f"{DATA}/audit/*", Principal="*"),
]
ACTIONS = {
    "s3:GetObject": tuple(f"{DATA}/{kind}/{{n}}" for kind in ("tenants/{t}", "public", "users", "shared")),
    "s3:PutObject": (f"{DATA}/tenants/{{t}}/{{n}}", f"{DATA}/inbox/{{n}}", f"{DATA}/audit/{{n}}"),
    "s3:DeleteObject": (f"{DATA}/tenants/{{t}}/{{n}}",),
    "s3:ListBucket": (DATA,),
    "dynamodb:Query": (TABLE, f"{TABLE}/index/by-date"),
    "sqs:SendMessage": (f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders-{{n}}",),
    "kms:Decrypt": (f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/k{{n}}",),
    "execute-api:Invoke": (f"{API}/GET/tenants/{{t}}/{{n}}",),
}  # fmt: skip


def _policy(statements: object, kind: PolicyKind) -> NamedPolicy:
    document: dict[str, Any] = {"Version": "2012-10-17", "Statement": statements}
    return NamedPolicy(str(kind), parse(document, kind))


def stack() -> Layers:
    """Role, boundary and bucket policy."""
    return Layers(
        identity=(_policy(ROLE_STATEMENTS, PolicyKind.IDENTITY),),
        resource=_policy(BUCKET, PolicyKind.RESOURCE),
        boundary=(_policy(BOUNDARY, PolicyKind.BOUNDARY),),
    )


def requests() -> list[Request]:
    """Distinct requests of a hundred sessions in ten tenants, a third of them for another tenant's data."""
    return list(_requests())


def _requests() -> Iterator[Request]:
    asked = [(action, form) for action, forms in ACTIONS.items() for form in forms]
    sessions: dict[int, Principal] = {}
    for number in range(REQUESTS):
        action, form = asked[number % len(asked)]
        user, tenant = number * 7 % 100, f"t{number * 7 % 10}"
        other = f"t{(number * 7 + 1) % 10}" if number % 3 == 0 else tenant
        session = f"arn:aws:sts::{ACCOUNT}:assumed-role/tenant-user/u{user}"
        fresh = Principal(PrincipalKind.ROLE_SESSION, session, ACCOUNT, ROLE, f"AROAEXAMPLE:u{user}")
        caller = sessions.setdefault(user, fresh)
        context = {
            "aws:PrincipalArn": ROLE, "aws:PrincipalAccount": ACCOUNT, "aws:PrincipalTag/tenant": tenant,
            "aws:PrincipalTag/job": "admin" if user % 10 == 0 else "member",
            "aws:SourceIp": f"10.0.{user}.{number % 250}",
            "aws:SecureTransport": "true", "aws:MultiFactorAuthPresent": "false",
            "aws:CurrentTime": "2026-01-01T00:00:00Z",
            "cognito-identity.amazonaws.com:sub": f"{number}", "s3:prefix": f"tenants/{other}/x",
            "s3:x-amz-server-side-encryption": "aws:kms", "dynamodb:LeadingKeys": [other],
            "kms:ViaService": "s3.eu-west-1.amazonaws.com",
        }  # fmt: skip
        yield Request(caller, action, form.format(t=other, n=number), ACCOUNT, Context(context))


def measure() -> list[tuple[str, str, str, str]]:
    """Decisions a second, and what a compiled stack costs to make and to keep."""
    layers, asked = stack(), requests()
    compiled = compile(layers)
    answers = [compiled.effect(request) for request in asked]
    explained = [decide(layers, request) for request in asked]
    assert answers == [decision.value for decision in explained]
    steps = sum(len(decision.steps) for decision in explained)
    allowed = sum(answer.allowed for answer in answers)

    fast = _per_second(lambda: _ask(compiled, asked))
    found = _per_second(lambda: _decide(layers, asked))
    worded = _per_second(lambda: _explain(layers, asked))
    fresh = seconds_per_call(lambda: _ask(Compiled(layers, switches()), asked[:_SHAPES])) - _SHAPES / fast
    size = _bytes_of(lambda: _warm(Compiled(layers, switches()), asked))
    beside = f"{REQUESTS} requests, {allowed} allowed"
    return [
        ("decisions/s, compiled", f"{fast / 1e6:.2f} M", "≥ 1.5 M", beside),
        (
            "decisions/s, reference, steps not looked at",
            f"{found / 1e3:.1f} k",
            "≥ 24 k (75 k)",
            "every statement read; the steps can be told, in words made when asked for",
        ),
        (
            "decisions/s, reference, every step in words",
            f"{worded / 1e3:.1f} k",
            "≥ 24 k",
            f"{steps / REQUESTS:.1f} steps a decision, all texts and facts made",
        ),
        ("compiled beside reference", f"{fast / worded:.0f} ×", "", "the reference with every step in words"),
        (
            "compile a stack, 8 actions",
            f"{fresh * 1e3:.2f} ms",
            "≤ 0.24 ms an action",
            f"{fresh / len(ACTIONS) * 1e3:.2f} ms an action; its texts and shapes were met before, first ever: more",
        ),
        ("memory of a compiled stack", f"{size / 1024:.0f} KiB", "", "8 actions, 100 sessions"),
    ]


_SHAPES = sum(map(len, ACTIONS.values()))


def _per_second(function: Callable[[], None]) -> float:
    return REQUESTS / seconds_per_call(function)


def _ask(compiled: Compiled, asked: list[Request]) -> None:
    effect = compiled.effect
    for request in asked:
        effect(request)


def _decide(layers: Layers, asked: list[Request]) -> None:
    for request in asked:
        decide(layers, request)


def _explain(layers: Layers, asked: list[Request]) -> None:
    for request in asked:
        assert decide(layers, request).steps


def _warm(compiled: Compiled, asked: list[Request]) -> Compiled:
    _ask(compiled, asked)
    return compiled


def _bytes_of(function: Callable[[], object]) -> int:
    """Bytes that stay allocated while the value of `function` is kept."""
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    kept = function()
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del kept
    return after - before
