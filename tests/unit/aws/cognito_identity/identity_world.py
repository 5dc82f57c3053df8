"""A small account with two user pools, an identity pool with every kind of provider, roles, and an operator."""

from __future__ import annotations

from typing import Any

from botocore.validate import ParamValidator

from cogsim.aws.call import Call, Credentials, Outcome
from cogsim.aws.cloud import Cloud
from cogsim.aws.model import operation_shape
from cogsim.clock import Clock
from cogsim.decisions.token_contents import pool_key
from cogsim.persistent import Map
from cogsim.policy.document import PolicyKind
from cogsim.policy.parse import parse
from cogsim.tokens.jwt import sign
from cogsim.world.iam import AccessKey, Role, User
from cogsim.world.identity_pool import CognitoProvider, IdentityPool
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

ACCOUNT = "123456789012"
COGNITO = "cognito-identity.amazonaws.com"
POOL = "us-east-1:00000000-1111-2222-3333-444444444444"
POOL_ARN = f"arn:aws:cognito-identity:us-east-1:{ACCOUNT}:identitypool/{POOL}"
DEVELOPER = "login.acme"
AUTH, GUEST, ADMIN = (f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("auth", "guest", "admin"))
OPERATOR = Credentials("AKIAOP", "secret")
STRANGER = Credentials("AKIAFAR", "secret")
PEOPLE, VISITORS = (
    UserPool(f"us-east-1_{name}", f"arn:aws:cognito-idp:us-east-1:{ACCOUNT}:userpool/us-east-1_{name}", name)
    for name in ("People", "Visitors")
)
ONE, OTHER = PEOPLE.provider_name, VISITORS.provider_name


def policy(*statements: dict[str, Any]) -> Any:
    return parse({"Version": "2012-10-17", "Statement": list(statements)}, PolicyKind.IDENTITY)


def allowed(action: Any, resource: Any = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def trust(amr: str) -> Any:
    written = {
        "Effect": "Allow",
        "Principal": {"Federated": COGNITO},
        "Action": ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"],
        "Condition": {
            "StringEquals": {f"{COGNITO}:aud": POOL},
            "ForAnyValue:StringLike": {f"{COGNITO}:amr": amr},
        },
    }
    return parse({"Version": "2012-10-17", "Statement": [written]}, PolicyKind.TRUST)


def identity_pool(**more: Any) -> IdentityPool:
    settings: dict[str, Any] = {
        "allow_unauthenticated": True,
        "allow_classic_flow": True,
        "cognito_providers": (CognitoProvider(ONE, "app"), CognitoProvider(OTHER, "app")),
        "developer_provider_name": DEVELOPER,
        "roles": Map({"authenticated": AUTH, "unauthenticated": GUEST}),
    }
    return IdentityPool(POOL, POOL_ARN, "pool", **(settings | more))


def operator_world(operator: Any = None, own: Any = None, **more: Any) -> World:
    """`operator` is the operator's policy, `own` that of the authenticated role; everything where they are None."""
    everything = policy(allowed("*"))
    near, far = f"arn:aws:iam::{ACCOUNT}:user/op", "arn:aws:iam::999999999999:user/op"
    return (
        World()
        .with_user_pool(PEOPLE)
        .with_user_pool(VISITORS)
        .with_identity_pool(identity_pool(**more))
        .with_role(Role(AUTH, "auth", trust("authenticated"), inline=Map({"own": own or everything})))
        .with_role(Role(ADMIN, "admin", trust("authenticated"), inline=Map({"all": everything})))
        .with_role(Role(GUEST, "guest", trust("unauthenticated"), inline=Map({"all": everything})))
        .with_user(User(near, "op", inline=Map({"own": operator or everything})))
        .with_access_key(AccessKey("AKIAOP", near, "secret"))
        .with_user(User(far, "far", inline=Map({"all": everything})))
        .with_access_key(AccessKey("AKIAFAR", far, "secret"))
    )


def cloud(**more: Any) -> Cloud:
    return Cloud(operator_world(**more), seed="t", clock=Clock())


def token(at: Cloud, pool: UserPool, subject: str, **changed: Any) -> str:
    exp = int(at.clock.now) + 3600
    claims = {"sub": subject, "iss": pool.issuer, "aud": "app", "token_use": "id", "exp": exp, **changed}
    return sign(claims, pool_key(pool, "id"))


def one(at: Cloud, subject: str = "alice", **changed: Any) -> dict[str, str]:
    return {ONE: token(at, PEOPLE, subject, **changed)}


def other(at: Cloud, subject: str = "alice", **changed: Any) -> dict[str, str]:
    return {OTHER: token(at, VISITORS, subject, **changed)}


#: Codes that every service answers with, whatever its model lists.
COMMON = ("AccessDenied", "MissingAuthenticationToken", "InvalidSignature", "ValidationException", "ExpiredToken")


def submit(at: Cloud, operation: str, credentials: Credentials | None = None, **params: Any) -> Outcome:
    """One call through the door; its answer has the members and its error the code that AWS's model gives it."""
    outcome = at.submit(Call(operation, params, credentials, at.origin()))
    model = operation_shape(operation).model
    if outcome.error is not None:
        assert outcome.error.code.startswith((*COMMON, *(each.name for each in model.error_shapes))), outcome.error
    elif model.output_shape is not None:
        report = ParamValidator().validate(outcome.response, model.output_shape)
        assert not report.has_errors(), report.generate_report()
        fits(model.output_shape, outcome.response, operation)
    return outcome


def fits(shape: Any, value: Any, where: str) -> None:
    """Whether an answer has no member that AWS does not know, and lacks none that it requires."""
    if shape.type_name == "structure":
        assert set(value) <= set(shape.members), where
        assert set(shape.required_members) <= set(value), where
        for name in value:
            fits(shape.members[name], value[name], f"{where}.{name}")
    elif shape.type_name == "list":
        for each in value:
            fits(shape.member, each, where)
    elif shape.type_name == "map":
        for each in value.values():
            fits(shape.value, each, where)


def ask(at: Cloud, name: str, **params: Any) -> Outcome:
    """A public operation of identity pools."""
    return submit(at, f"cognito-identity:{name}", **params)


def manage(at: Cloud, name: str, **params: Any) -> Outcome:
    """An operation of identity pools, signed by the operator."""
    return submit(at, f"cognito-identity:{name}", OPERATOR, **params)


def get_id(at: Cloud, **params: Any) -> str:
    return str(ask(at, "GetId", IdentityPoolId=POOL, **params).unwrap()["IdentityId"])


def vended(outcome: Outcome) -> Credentials:
    made = outcome.unwrap()["Credentials"]
    return Credentials(made["AccessKeyId"], made["SecretKey"], made["SessionToken"])


def error(outcome: Outcome) -> tuple[str, str]:
    assert outcome.error is not None, outcome.response
    return outcome.error.code, outcome.error.message
