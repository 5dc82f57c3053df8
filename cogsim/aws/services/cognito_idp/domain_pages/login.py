"""The pages where the pool's own users sign in: the password, and the steps that follow it. # idp:managed-login"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp import sign_in_triggers, threat_protection
from cogsim.aws.services.cognito_idp.access import user_called
from cogsim.aws.services.cognito_idp.attempt import Attempt
from cogsim.aws.services.cognito_idp.domain_pages.responses import XSRF, Response, cookie, form, page
from cogsim.aws.services.cognito_idp.domain_pages.sessions import begin_session
from cogsim.aws.services.cognito_idp.domain_pages.visits import Errand, errand, visit
from cogsim.aws.services.cognito_idp.flows import flow_named
from cogsim.aws.services.cognito_idp.records import SESSIONS
from cogsim.aws.services.cognito_idp.respond import answer_step
from cogsim.aws.services.cognito_idp.software_tokens import associate_software_token, verify_software_token
from cogsim.aws.services.cognito_idp.steps import mfa_setup
from cogsim.aws.services.cognito_idp.user_migration import migrate
from cogsim.aws.token_families import digest
from cogsim.decision import Refusal
from cogsim.decisions import managed_login
from cogsim.decisions.app_client import secret_hash
from cogsim.decisions.page_levels import page_aim
from cogsim.decisions.progress import Progress, Sent
from cogsim.errors import AwsError

#: The form's name for the token against other sites' forms.
CSRF = "_csrf"


def login_page(asked: Errand, error: AwsError | None = None) -> Response:
    """The page that asks for name and password, and offers the other providers."""
    at = asked.visit
    token = at.cookies.get(XSRF) or at.ctx.draw("cognito-domain/xsrf", at.pool.id).uuid()
    names = managed_login.offered(at.ctx.world, at.pool, asked.client)
    links = {name: _leading_to(asked, name) for name in names}
    native = links.pop(managed_login.NATIVE, None) is not None
    asks = form(at.at("/login"), ("username", "password"), **{CSRF: token}) if native else None
    return page(
        "login",
        {XSRF: cookie(token)},
        Form=asks,
        Providers=links,
        LoginHint=asked.request.login_hint,
        Error=_said(error),
    )


@operation("cognito-domain:Login")
def login(
    ctx: CallContext,
    /,
    *,
    Domain: str,
    Form: Mapping[str, str],
    Query: Mapping[str, str] | None = None,
    Cookies: Mapping[str, str] | None = None,
) -> Mapping[str, Any]:
    """Name and password; whatever ExplicitAuthFlows says, which is about the API."""
    asked = own_form(ctx, Domain, Query, Cookies, Form)
    if not isinstance(asked, Errand):
        return asked
    try:
        return step_page(asked, _begin(asked, Form.get("username", ""), Form.get("password", "")))
    except AwsError as error:
        return _told(asked, error) or login_page(asked, error)


@operation("cognito-domain:AnswerChallenge")
def answer_challenge(
    ctx: CallContext,
    /,
    *,
    Domain: str,
    Form: Mapping[str, str],
    Query: Mapping[str, str] | None = None,
    Cookies: Mapping[str, str] | None = None,
) -> Mapping[str, Any]:
    """The answer to what is asked after the password: a code, a new password, a new authenticator app."""
    asked = own_form(ctx, Domain, Query, Cookies, Form)
    if not isinstance(asked, Errand):
        return asked
    given = {name: value for name, value in Form.items() if name not in (CSRF, "Session", "ChallengeName")}
    name, session = Form.get("ChallengeName", ""), Form.get("Session", "")
    try:
        if name == mfa_setup.NAME and "UserCode" in given:
            session = verify_software_token(ctx, UserCode=given.pop("UserCode"), Session=session)["Session"]
        username = given.get("USERNAME", "")
        if asked.client.secret is not None:
            given["SECRET_HASH"] = secret_hash(asked.client.secret, username, asked.client.id)
        return step_page(asked, answer_step(_attempt(asked, ""), name, session, given))
    except AwsError as error:
        return _told(asked, error) or _asked_again(asked, name, session, given.get("USERNAME", ""), error)


def _told(asked: Errand, error: AwsError) -> Response | None:
    """The app's address with the error, where it is the app that is told."""
    if not managed_login.told_to_app(error.code):
        return None
    return asked.refuse(Refusal("invalid_request", error.message))


def _leading_to(asked: Errand, name: str) -> str:
    return f"/oauth2/authorize?{urlencode({**asked.visit.query, 'identity_provider': name})}"


def _asked_again(asked: Errand, name: str, session: str, username: str, error: AwsError) -> Response:
    """The same step where its session is still open, and the first page where it is not."""
    held = SESSIONS.get(asked.visit.ctx.state, digest(session))
    if held is None or held.used:
        return login_page(asked, error)
    hidden = {"Session": session, "ChallengeName": name, "USERNAME": username}
    token = asked.visit.cookies.get(XSRF, "")
    asks = form(asked.visit.at("/challenge"), _FIELDS.get(name, _no_fields)({}), **hidden, **{CSRF: token})
    return page("challenge", Challenge=name, Form=asks, Error=_said(error))


def own_form(
    ctx: CallContext,
    host: str,
    query: Mapping[str, str] | None,
    cookies: Mapping[str, str] | None,
    given: Mapping[str, str],
) -> Errand | Response:
    """What the app asks for by the query of a form that this browser's own page made, for the pool's own users; the
    answer that refuses it."""
    asked = errand(visit(ctx, host, query, cookies, given))
    if not isinstance(asked, Errand):
        return asked
    for check in (
        managed_login.check_form(asked.visit.cookies.get(XSRF), given.get(CSRF)),
        managed_login.permit_native(ctx.world, asked.visit.pool, asked.client),
    ):
        refused = ctx.take(check)
        if isinstance(refused, Refusal):
            return asked.error(refused)
    return asked


def step_page(asked: Errand, answer: Mapping[str, Any]) -> Response:
    """The answer of the steps as a page, where it is not an answer of the pages already."""
    name = answer.get("ChallengeName")
    if name is None:
        return dict(answer)
    parameters, session = dict(answer["ChallengeParameters"]), str(answer["Session"])
    fields, shown = _FIELDS.get(name, _no_fields)(parameters), {}
    if name == mfa_setup.NAME:
        begun = associate_software_token(asked.visit.ctx, Session=session)
        session, shown = str(begun["Session"]), {"SecretCode": begun["SecretCode"]}
    user_id = parameters.get("USER_ID_FOR_SRP") or parameters.get("USERNAME") or _name_of(asked)
    hidden = {"Session": session, "ChallengeName": name, "USERNAME": user_id}
    token = asked.visit.cookies.get(XSRF, "")
    asks = form(asked.visit.at("/challenge"), fields, **hidden, **{CSRF: token})
    return page("challenge", Challenge=name, Parameters=parameters, Form=asks, **shown)


def _name_of(asked: Errand) -> str:
    return asked.visit.form.get("USERNAME") or asked.visit.form.get("username", "")


def _no_fields(_parameters: Mapping[str, str]) -> tuple[str, ...]:
    return ()


def _new_password(parameters: Mapping[str, str]) -> tuple[str, ...]:
    return ("NEW_PASSWORD", *json.loads(parameters.get("requiredAttributes") or "[]"))


#: What each step's page asks for.
_FIELDS: Mapping[str, Callable[[Mapping[str, str]], tuple[str, ...]]] = {
    "NEW_PASSWORD_REQUIRED": _new_password,
    "SMS_MFA": lambda _: ("SMS_MFA_CODE",),
    "EMAIL_OTP": lambda _: ("EMAIL_OTP_CODE",),
    "SOFTWARE_TOKEN_MFA": lambda _: ("SOFTWARE_TOKEN_MFA_CODE",),
    "SELECT_MFA_TYPE": lambda _: ("ANSWER",),
    mfa_setup.NAME: lambda _: ("UserCode",),
}


def _begin(asked: Errand, name: str, password: str) -> Mapping[str, Any]:
    """The first step, as a sign-in by password at the API takes it."""
    ctx, pool, client = asked.visit.ctx, asked.visit.pool, asked.client
    account = user_called(ctx, pool, name)
    if account is None:
        account = migrate(ctx, pool, client, name, password, {})
    attempt = _aimed(asked, replace(_attempt(asked, name), account=account))
    ready = threat_protection.begin(sign_in_triggers.before(attempt))
    return flow_named(ctx, "USER_PASSWORD_AUTH").begin(ready, {"PASSWORD": password})


def _aimed(asked: Errand, attempt: Attempt) -> Attempt:
    """The attempt with the level that it goes for, where the app asks for one."""
    levels, user = asked.request.levels, attempt.account
    if not levels or user is None:
        return attempt
    aimed = page_aim(attempt.pool, user, attempt.progress, levels, asked.request.acr_values)
    return replace(attempt, progress=attempt.ctx.require(aimed))


def _attempt(asked: Errand, name: str) -> Attempt:
    """A sign-in on these pages, which ends in a session and a code."""
    ctx = asked.visit.ctx
    sent = Sent(ip_address=ctx.call.origin.source_ip)

    def conclude(attempt: Attempt) -> Mapping[str, Any]:
        return begin_session(asked, attempt.user, attempt.progress)

    progress = Progress(managed_login.FLOW)
    return Attempt(ctx, asked.visit.pool, asked.client, name, None, progress, sent, conclude=conclude)


def _said(error: AwsError | None) -> str | None:
    return None if error is None else error.message or error.code
