"""/oauth2/token: codes, refresh tokens and clients' secrets become tokens. # idp:token-endpoint"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws import token_families
from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.attempt import Attempt
from cogsim.aws.services.cognito_idp.client_tokens import issue_to_client
from cogsim.aws.services.cognito_idp.domain_pages.records import CODES
from cogsim.aws.services.cognito_idp.domain_pages.responses import Response, json_answer, oauth_error
from cogsim.aws.services.cognito_idp.domain_pages.sessions import HOSTED, token_members
from cogsim.aws.services.cognito_idp.domain_pages.visits import Visit, visit
from cogsim.aws.services.cognito_idp.issue import Tokens, begin_family, issue_again
from cogsim.aws.services.cognito_idp.refresh import renew
from cogsim.aws.token_families import FAMILIES, REFRESH_TOKENS, digest
from cogsim.decision import Refusal
from cogsim.decisions import authorization_code as codes
from cogsim.decisions import oauth_client
from cogsim.decisions.authorization_code import AuthorizationCode
from cogsim.decisions.client_oauth import custom_scopes
from cogsim.decisions.oauth_grant import check_scopes_readable
from cogsim.decisions.progress import Sent
from cogsim.decisions.refusals import all_of
from cogsim.errors import AwsError
from cogsim.world.user_pool_client import UserPoolClient


@operation("cognito-domain:Token")
def token(
    ctx: CallContext, /, *, Domain: str, Form: Mapping[str, str], Authorization: str | None = None
) -> Mapping[str, Any]:
    """Tokens for a code, for a refresh token, or for the client itself."""
    at = visit(ctx, Domain, form=Form)
    client = ctx.take(oauth_client.prove_client(ctx.world, at.pool, Form, Authorization))
    if isinstance(client, Refusal):
        return oauth_error(client)
    try:
        match Form.get("grant_type"):
            case "authorization_code":
                return json_answer(_for_code(at, client))
            case "refresh_token":
                return json_answer(_for_refresh_token(at, client))
            case "client_credentials":
                return json_answer(_for_client(at, client))
            case other:
                ctx.require(oauth_client.unknown_grant_type(other))
    except AwsError as error:
        return _error(error)
    raise RuntimeError("an unknown grant is refused")


def _error(error: AwsError) -> Response:
    """The endpoint's error: its own, or its word for the error of an operation that does the same."""
    own = error.code.islower()
    return oauth_error(Refusal(error.code if own else oauth_client.as_oauth(error.code), error.message if own else ""))


def _for_code(at: Visit, client: UserPoolClient) -> dict[str, Any]:
    ctx, form = at.ctx, at.form
    ctx.require(all_of(oauth_client.check_grant_type(client, "code"), oauth_client.need_member(form, "code")))
    key = digest(form["code"])
    code = ctx.require(codes.find_code(CODES.get(ctx.state, key), client))
    _first_use(ctx, code)
    user = ctx.world.pool_users.get((at.pool.id, code.username))
    presented = ctx.take(
        codes.check_presented(code, user, form.get("redirect_uri"), form.get("code_verifier"), ctx.now)
    )
    if isinstance(presented, Refusal):
        if ctx.take(codes.failure_spends()):
            ctx.update_state(lambda state: CODES.put(state, key, code.spent()))
        raise AwsError(presented.code, presented.message)
    assert user is not None
    ctx.update_state(lambda state: CODES.put(state, key, code.spent()))
    ctx.require(check_scopes_readable(at.pool, client, code.grant.scopes))
    sent = Sent(ip_address=ctx.call.origin.source_ip)
    attempt = Attempt(ctx, at.pool, client, code.username, user, code.progress, sent)
    family = begin_family(attempt, code.auth_time, code.grant)
    ctx.update_state(lambda state: CODES.put(state, key, code.spent(family.origin_jti)))
    issued = issue_again(Tokens(ctx, at.pool, client, user, family, HOSTED), expires_at=family.expires_at)
    return token_members(issued)


def _first_use(ctx: CallContext, code: AuthorizationCode) -> None:
    """Refuse a second use, which may end what the first one opened."""
    used = ctx.take(codes.check_unused(code))
    if isinstance(used, Refusal):
        origin = code.origin_jti
        if ctx.take(codes.replay_revokes()) and origin is not None:
            ctx.update_state(lambda state: token_families.revoke(state, origin, "the second use of a code", ctx.now))
        raise AwsError(used.code, used.message)


def _for_refresh_token(at: Visit, client: UserPoolClient) -> dict[str, Any]:
    ctx, form = at.ctx, at.form
    ctx.require(oauth_client.need_member(form, "refresh_token"))
    issued = REFRESH_TOKENS.get(ctx.state, digest(form["refresh_token"]))
    family = FAMILIES.get(ctx.state, issued.origin_jti) if issued else None
    by_api = family is not None and family.grant is None
    ctx.require(oauth_client.check_api_token(at.pool, client, by_api))
    return token_members(renew(ctx, client, form["refresh_token"], "TokenGeneration_RefreshTokens"))


def _for_client(at: Visit, client: UserPoolClient) -> dict[str, Any]:
    ctx, form = at.ctx, at.form
    ctx.require(oauth_client.check_grant_type(client, "client_credentials"))
    known = frozenset(custom_scopes(ctx.world, at.pool.id))
    scopes = ctx.require(oauth_client.client_scopes(known, client, form.get("scope")))
    metadata = ctx.require(oauth_client.client_metadata(form.get("aws_client_metadata")))
    return token_members(issue_to_client(ctx, at.pool, client, scopes, metadata))
