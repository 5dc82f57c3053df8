"""An OpenID Connect provider outside AWS: its authorisation, token and userinfo endpoints, and the change of its keys.

What may happen is asked of `decisions.oidc_authorization` and `decisions.oidc_code`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.outside.oidc_records import CODES, CONSENTS, SESSIONS, key_of
from cogsim.decision import Refusal
from cogsim.decisions.oidc_authorization import AuthorizationRequest, check_request, find_client, sign_in
from cogsim.decisions.oidc_code import AuthorizationCode, authenticate_client, check_code, find_holder
from cogsim.decisions.oidc_issue import id_token, person_claims, user_info
from cogsim.decisions.oidc_token import find_issuer
from cogsim.decisions.opaque_token import check_in_force, opaque_token, read_opaque_token
from cogsim.errors import AwsError, InputError, NotModelled, suggest
from cogsim.world.external_oidc import OidcIssuer, OidcUser


def issuer_of(ctx: CallContext, url: str) -> OidcIssuer:
    """The provider of that address; InputError where the world has none."""
    found = find_issuer(ctx.world, url)
    if found is None:
        raise InputError(f"no provider {url!r}", suggestion=suggest(url, list(ctx.world.oidc_issuers)))
    return found


@operation("cogsim:OidcAuthorize")
def oidc_authorize(
    ctx: CallContext,
    /,
    *,
    Issuer: str,
    ClientId: str,
    RedirectUri: str,
    ResponseType: str = "code",
    Scope: str = "",
    State: str | None = None,
    Nonce: str | None = None,
    CodeChallenge: str | None = None,
    CodeChallengeMethod: str | None = None,
    Prompt: str | None = None,
    ResponseMode: str | None = None,
    Username: str | None = None,
    Password: str | None = None,
    Session: str | None = None,
) -> Mapping[str, Any]:
    """Where the browser goes next: back to the application, with a code or with an error.

    Members: `Method` GET or POST, `Url` (with the query where it is GET), `Parameters`, and `Session` of the provider.
    A stranger as application or address, and a wrong password, are refused where the person is: nothing is sent on.
    """
    issuer = issuer_of(ctx, Issuer)
    request = AuthorizationRequest(
        *(ClientId, RedirectUri, ResponseType, Scope, State, Nonce, CodeChallenge, CodeChallengeMethod),
        *(Prompt, ResponseMode),
    )
    client = ctx.require(find_client(issuer, request))
    refused = ctx.take(check_request(issuer, client, request))
    if refused is not None:
        return _sent_back(issuer, request, {"error": refused.code, "error_description": refused.message})
    remembered = SESSIONS.get(ctx.state, key_of(Session)) if Session is not None else None
    known = remembered[1] if remembered is not None and remembered[0] == issuer.url else None
    user = ctx.take(sign_in(issuer, request, Username, Password, known))
    if isinstance(user, Refusal):
        if request.prompt == "none":
            return _sent_back(issuer, request, {"error": user.code, "error_description": user.message})
        raise AwsError(user.code, user.message)
    answer = {"code": _code(ctx, issuer, request, user), **_first_consent(ctx, issuer, request, user)}
    session = Session if known == user.username and Session is not None else _session(ctx, issuer, user)
    return {**_sent_back(issuer, request, answer), "Session": session}


def _code(ctx: CallContext, issuer: OidcIssuer, request: AuthorizationRequest, user: OidcUser) -> str:
    code = ctx.draw("oidc/code", issuer.url, request.client_id).alnum(43)
    held = AuthorizationCode(
        issuer=issuer.url,
        client_id=request.client_id,
        redirect_uri=request.redirect_uri,
        username=user.username,
        scope=request.scope,
        nonce=request.nonce,
        challenge=request.code_challenge,
        method=request.method,
        issued_at=ctx.now,
    )
    ctx.update_state(lambda state: CODES.put(state, key_of(code), held))
    return code


def _session(ctx: CallContext, issuer: OidcIssuer, user: OidcUser) -> str:
    session = ctx.draw("oidc/session", issuer.url).alnum(43)
    ctx.update_state(lambda state: SESSIONS.put(state, key_of(session), (issuer.url, user.username)))
    return session


def _first_consent(
    ctx: CallContext, issuer: OidcIssuer, request: AuthorizationRequest, user: OidcUser
) -> dict[str, str]:
    """Apple tells name and address beside the code once, when the person first agrees. # apple:sign-in"""
    key = (issuer.url, request.client_id, user.subject)
    if issuer.preset != "apple" or CONSENTS.get(ctx.state, key):
        return {}
    ctx.update_state(lambda state: CONSENTS.put(state, key, True))
    said = person_claims(issuer, user, request.scope)
    name = {"firstName": said.get("given_name"), "lastName": said.get("family_name")}
    told = {"name": {part: text for part, text in name.items() if text}, "email": said.get("email")}
    told = {part: value for part, value in told.items() if value}
    return {"user": json.dumps(told, separators=(",", ":"), ensure_ascii=False)} if told else {}


def _sent_back(issuer: OidcIssuer, request: AuthorizationRequest, answer: Mapping[str, str]) -> dict[str, Any]:
    """The way back to the application; `iss` tells it which of its providers speaks. # rfc:9207 §2"""
    state = {"state": request.state} if request.state is not None else {}
    parameters = {**answer, **state}
    if issuer.preset == "generic":
        parameters["iss"] = issuer.url
    if request.response_mode == "form_post":
        return {"Method": "POST", "Url": request.redirect_uri, "Parameters": parameters}
    joint = "&" if "?" in request.redirect_uri else "?"
    return {"Method": "GET", "Url": f"{request.redirect_uri}{joint}{urlencode(parameters)}", "Parameters": parameters}


@operation("cogsim:OidcToken")
def oidc_token(
    ctx: CallContext,
    /,
    *,
    Issuer: str,
    GrantType: str,
    Code: str | None = None,
    RedirectUri: str | None = None,
    CodeVerifier: str | None = None,
    ClientId: str | None = None,
    ClientSecret: str | None = None,
    Authorization: str | None = None,
) -> Mapping[str, Any]:
    """Tokens for a code, which is spent by it; members have the names of the standard. # rfc:6749 §5.1"""
    issuer = issuer_of(ctx, Issuer)
    client = ctx.require(
        authenticate_client(
            issuer, authorization=Authorization, client_id=ClientId, client_secret=ClientSecret, now=ctx.now
        )
    )
    if GrantType != "authorization_code":
        raise AwsError("unsupported_grant_type", f"grant_type {GrantType!r} is not served")
    found = CODES.get(ctx.state, key_of(Code or ""))
    checked = check_code(found, issuer, client, redirect_uri=RedirectUri, verifier=CodeVerifier, now=ctx.now)
    held = ctx.require(checked)
    ctx.update_state(lambda state: CODES.put(state, key_of(Code or ""), replace(held, used=True)))
    user = ctx.require(find_holder(issuer, held))
    serial = ctx.draw("oidc/serial", issuer.url).uuid()
    access = opaque_token(issuer, client.id, user.subject, held.scope, ctx.now, serial)
    made = {"access_token": access, "token_type": "Bearer", "expires_in": issuer.token_lifetime, "scope": held.scope}
    # Apple gives an ID token whatever the scope is. # apple:sign-in
    if issuer.quirks.id_tokens and ("openid" in held.scope.split() or issuer.preset == "apple"):
        made["id_token"] = id_token(
            issuer,
            client,
            user,
            scope=held.scope,
            nonce=held.nonce,
            access_token=access,
            signed_in=held.issued_at,
            now=ctx.now,
            serial=serial,
        )
    return made


@operation("cogsim:OidcUserInfo", reads_only=True)
def oidc_user_info(ctx: CallContext, /, *, Issuer: str, AccessToken: str) -> Mapping[str, Any]:
    """Who an access token speaks for, as far as its scope goes. # oidc:core §5.3"""
    issuer = issuer_of(ctx, Issuer)
    said = _introspected(ctx, issuer, AccessToken)
    user = issuer.user_of(said["sub"])
    assert user is not None
    return user_info(issuer, user, said["scope"])


@operation("cogsim:OidcTokenInfo", reads_only=True)
def oidc_token_info(ctx: CallContext, /, *, Issuer: str, AccessToken: str) -> Mapping[str, Any]:
    """What an access token is, for the application that must know whether it was made for it. # lwa:access-token"""
    issuer = issuer_of(ctx, Issuer)
    said = _introspected(ctx, issuer, AccessToken)
    left = said["exp"] - int(ctx.now)
    if issuer.preset == "amazon":
        return {"iss": issuer.url, "user_id": said["sub"], "aud": said["aud"], "app_id": said["aud"], "exp": left}
    if issuer.preset == "facebook":
        told = {"app_id": said["aud"], "user_id": said["sub"], "expires_at": said["exp"], "is_valid": True}
        return {"data": {**told, "scopes": said["scope"].split()}}
    raise NotModelled("cogsim:OidcTokenInfo", "Issuer", f"the preset {issuer.preset} has no such endpoint")


def _introspected(ctx: CallContext, issuer: OidcIssuer, token: str) -> Mapping[str, Any]:
    said = ctx.require(read_opaque_token(issuer, token))
    ctx.require(check_in_force(said, ctx.now))
    return said


@operation("cogsim:RollOverOidcKeys")
def roll_over_oidc_keys(ctx: CallContext, /, *, Issuer: str, Retire: bool | None = None) -> Mapping[str, Any]:
    """A new key that the provider signs with from now on; older ones stay published unless they `Retire`."""
    issuer = issuer_of(ctx, Issuer)
    latest = issuer.generations[-1] + 1
    generations = (latest,) if Retire else (*issuer.generations, latest)
    ctx.update_world(lambda world: world.with_oidc_issuer(replace(issuer, generations=generations)))
    return {}
