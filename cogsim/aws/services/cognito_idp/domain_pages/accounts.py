"""The pages where people make an account, confirm it, and choose a new password: what the API's operations do.

They are asked through the door, so every check, message and trigger is the same; the trail shows the pages alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.domain_pages.login import CSRF, own_form
from cogsim.aws.services.cognito_idp.domain_pages.responses import XSRF, Response, cookie, form, page, redirect
from cogsim.aws.services.cognito_idp.domain_pages.visits import Errand, errand, visit
from cogsim.decision import Refusal
from cogsim.decisions.app_client import secret_hash
from cogsim.decisions.managed_login import permit_native
from cogsim.errors import AwsError

_Sent = Mapping[str, str] | None


@operation("cognito-domain:ShowSignUp")
def show_sign_up(ctx: CallContext, /, *, Domain: str, Query: _Sent = None, Cookies: _Sent = None) -> Mapping[str, Any]:
    """The page that asks for a new account."""
    return _shown(ctx, Domain, Query, Cookies, "signup", "/signup", ("username", "password"))


@operation("cognito-domain:ShowForgotPassword")
def show_forgot_password(
    ctx: CallContext, /, *, Domain: str, Query: _Sent = None, Cookies: _Sent = None
) -> Mapping[str, Any]:
    """The page that asks whose password is forgotten."""
    return _shown(ctx, Domain, Query, Cookies, "forgotPassword", "/forgotPassword", ("username",))


@operation("cognito-domain:SignUp")
def sign_up(
    ctx: CallContext,
    /,
    *,
    Domain: str,
    Form: Mapping[str, str],
    Query: _Sent = None,
    Cookies: _Sent = None,
) -> Mapping[str, Any]:
    """A new account; what is no name, password or token of the form is an attribute (`requiredAttributes[email]`)."""
    asked = own_form(ctx, Domain, Query, Cookies, Form)
    if not isinstance(asked, Errand):
        return asked
    given = {name.removeprefix(_PREFIX).rstrip("]"): value for name, value in Form.items() if name.startswith(_PREFIX)}
    attributes = [{"Name": name, "Value": given[name]} for name in sorted(given)]
    params = {"Password": Form.get("password"), "UserAttributes": attributes}
    answer = _ask(asked, "SignUp", **params)
    if isinstance(answer, AwsError):
        return _again(asked, "signup", "/signup", ("username", "password"), answer)
    if answer["UserConfirmed"]:
        return redirect(asked.visit.url("/login"))
    return _again(asked, "confirm", "/confirm", ("code",), None)


@operation("cognito-domain:Confirm")
def confirm(
    ctx: CallContext,
    /,
    *,
    Domain: str,
    Form: Mapping[str, str],
    Query: _Sent = None,
    Cookies: _Sent = None,
) -> Mapping[str, Any]:
    """The code of a new account."""
    return _answered(ctx, Domain, Query, Cookies, Form, "ConfirmSignUp", ("confirm", "/confirm", ("code",)))


@operation("cognito-domain:ResendCode")
def resend_code(
    ctx: CallContext,
    /,
    *,
    Domain: str,
    Form: Mapping[str, str],
    Query: _Sent = None,
    Cookies: _Sent = None,
) -> Mapping[str, Any]:
    """Another code to the same address."""
    asked = own_form(ctx, Domain, Query, Cookies, Form)
    if not isinstance(asked, Errand):
        return asked
    answer = _ask(asked, "ResendConfirmationCode")
    return _again(asked, "confirm", "/confirm", ("code",), answer if isinstance(answer, AwsError) else None)


@operation("cognito-domain:ForgotPassword")
def forgot_password(
    ctx: CallContext,
    /,
    *,
    Domain: str,
    Form: Mapping[str, str],
    Query: _Sent = None,
    Cookies: _Sent = None,
) -> Mapping[str, Any]:
    """A code to choose a new password by."""
    asked = own_form(ctx, Domain, Query, Cookies, Form)
    if not isinstance(asked, Errand):
        return asked
    answer = _ask(asked, "ForgotPassword")
    if isinstance(answer, AwsError):
        return _again(asked, "forgotPassword", "/forgotPassword", ("username",), answer)
    return _again(asked, *_NEW_PASSWORD, None)


@operation("cognito-domain:ConfirmForgotPassword")
def confirm_forgot_password(
    ctx: CallContext,
    /,
    *,
    Domain: str,
    Form: Mapping[str, str],
    Query: _Sent = None,
    Cookies: _Sent = None,
) -> Mapping[str, Any]:
    """The code and a new password."""
    return _answered(ctx, Domain, Query, Cookies, Form, "ConfirmForgotPassword", _NEW_PASSWORD)


_PREFIX = "requiredAttributes["
_Page = tuple[str, str, tuple[str, ...]]
_NEW_PASSWORD: _Page = ("confirmForgotPassword", "/confirmForgotPassword", ("code", "password"))


def _shown(
    ctx: CallContext, host: str, query: _Sent, cookies: _Sent, name: str, path: str, fields: tuple[str, ...]
) -> Response:
    asked = errand(visit(ctx, host, query, cookies))
    if not isinstance(asked, Errand):
        return asked
    refused = ctx.take(permit_native(ctx.world, asked.visit.pool, asked.client))
    if isinstance(refused, Refusal):
        return asked.error(refused)
    token = asked.visit.cookies.get(XSRF) or ctx.draw("cognito-domain/xsrf", asked.visit.pool.id).uuid()
    return page(name, {XSRF: cookie(token)}, Form=form(asked.visit.at(path), fields, **{CSRF: token}))


def _answered(
    ctx: CallContext,
    host: str,
    query: _Sent,
    cookies: _Sent,
    given: Mapping[str, str],
    name: str,
    again: _Page,
) -> Response:
    """A code is answered: on to the sign-in, or the same page again."""
    asked = own_form(ctx, host, query, cookies, given)
    if not isinstance(asked, Errand):
        return asked
    params = {"ConfirmationCode": given.get("code"), "Password": given.get("password")}
    wanted = {key: value for key, value in params.items() if value is not None}
    answer = _ask(asked, name, **wanted)
    return _again(asked, *again, answer) if isinstance(answer, AwsError) else redirect(asked.visit.url("/login"))


def _again(asked: Errand, name: str, path: str, fields: tuple[str, ...], error: AwsError | None) -> Response:
    token, username = asked.visit.cookies.get(XSRF, ""), asked.visit.form.get("username", "")
    hidden = {CSRF: token} if "username" in fields else {CSRF: token, "username": username}
    said = None if error is None else error.message or error.code
    return page(name, Form=form(asked.visit.at(path), fields, **hidden), Error=said)


def _ask(asked: Errand, name: str, **params: Any) -> Mapping[str, Any] | AwsError:
    """What the operation answers for this client and the form's name, or its error."""
    ctx, client, username = asked.visit.ctx, asked.client, asked.visit.form.get("username", "")
    proof = {} if client.secret is None else {"SecretHash": secret_hash(client.secret, username, client.id)}
    sent = {"ClientId": client.id, "Username": username, **proof, **params}
    outcome = ctx.submit(f"cognito-idp:{name}", sent, region=asked.visit.pool.region)
    ctx.steps.extend(outcome.decision.steps)
    return outcome.error if outcome.error is not None else outcome.response or {}
