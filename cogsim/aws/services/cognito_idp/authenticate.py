"""InitiateAuth and AdminInitiateAuth: the first step of a sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp import choice, sign_in_triggers, threat_protection
from cogsim.aws.services.cognito_idp.access import client_and_pool, on_pool, operators_pool, user_called
from cogsim.aws.services.cognito_idp.attempt import Attempt, sent_along
from cogsim.aws.services.cognito_idp.flows import flow_named
from cogsim.aws.services.cognito_idp.unmodelled import look_over_keys
from cogsim.aws.services.cognito_idp.user_migration import migrate
from cogsim.decisions.app_client import allow_flow, check_flow_reaches, check_secret_hash
from cogsim.decisions.auth_parameters import require_keys
from cogsim.decisions.progress import Progress


@operation("cognito-idp:InitiateAuth", ignores=("AnalyticsMetadata",))
def initiate_auth(
    ctx: CallContext,
    /,
    *,
    AuthFlow: str,
    ClientId: str,
    AuthParameters: Mapping[str, str] | None = None,
    ClientMetadata: Mapping[str, str] | None = None,
    UserContextData: Mapping[str, Any] | None = None,
    Session: str | None = None,
) -> Mapping[str, Any]:
    """Begin a sign-in from an app, or refresh one. # idp:authentication-flows"""
    client, pool = client_and_pool(ctx, ClientId)
    ctx.require(check_flow_reaches(AuthFlow, by_operator=False))
    believed = client.propagate_user_context and client.secret is not None
    sent = sent_along(ClientMetadata, UserContextData, believed=believed, origin=ctx.call.origin.source_ip)
    attempt = Attempt(ctx, pool, client, "", None, Progress(AuthFlow), sent)
    return _initiate(attempt, AuthFlow, AuthParameters or {}, Session)


@operation("cognito-idp:AdminInitiateAuth", requires=on_pool("AdminInitiateAuth"), ignores=("AnalyticsMetadata",))
def admin_initiate_auth(
    ctx: CallContext,
    /,
    *,
    UserPoolId: str,
    ClientId: str,
    AuthFlow: str,
    AuthParameters: Mapping[str, str] | None = None,
    ClientMetadata: Mapping[str, str] | None = None,
    ContextData: Mapping[str, Any] | None = None,
    Session: str | None = None,
) -> Mapping[str, Any]:
    """Begin a sign-in from a server that signs its calls. # idp:authentication-flows"""
    client, pool = client_and_pool(ctx, ClientId, operators_pool(ctx, UserPoolId).id)
    sent = sent_along(ClientMetadata, ContextData, believed=True, origin=None)
    attempt = Attempt(ctx, pool, client, "", None, Progress(AuthFlow), sent, by_operator=True)
    return _initiate(attempt, AuthFlow, AuthParameters or {}, Session)


def _initiate(attempt: Attempt, name: str, parameters: Mapping[str, str], session: str | None) -> Mapping[str, Any]:
    ctx, client = attempt.ctx, attempt.client
    flow = flow_named(ctx, name)
    ctx.require(require_keys(parameters, flow.needs))
    known_keys = (*flow.needs, *flow.may, "SECRET_HASH", "DEVICE_KEY")
    look_over_keys(ctx, "AuthParameters", parameters, known_keys)
    choice.refuse_session_elsewhere(ctx.call.operation, name, session)
    ctx.require(allow_flow(client, name))
    if not flow.signs_in:
        return flow.begin(sign_in_triggers.without_metadata(attempt), parameters)
    username = parameters["USERNAME"]
    ctx.require(check_secret_hash(client, username, parameters.get("SECRET_HASH")))
    account = user_called(ctx, attempt.pool, username)
    if account is None and ("PASSWORD" in flow.needs or choice.begins_with_password(attempt.pool, parameters)):
        account = migrate(ctx, attempt.pool, client, username, parameters["PASSWORD"], attempt.sent.metadata)
    progress = Progress(name, device_key=parameters.get("DEVICE_KEY"))
    known = Attempt(ctx, attempt.pool, client, username, account, progress, attempt.sent, attempt.by_operator)
    ready = threat_protection.begin(sign_in_triggers.before(known))
    if session is not None:
        return choice.resume(ready, session)
    return flow.begin(ready, parameters)
