"""The steps of people, from their nodes: what each takes, and which of it goes together."""

from __future__ import annotations

from collections.abc import Callable

from cogsim.actors.choice import FACTORS
from cogsim.load.nodes import Record, Scalar
from cogsim.scenario.document import (
    Action,
    AskAdFs,
    AskBroker,
    Browse,
    ChangePassword,
    Confirm,
    ForgotPassword,
    Refresh,
    RegisterPasskey,
    RememberDevice,
    ResetPassword,
    SetUpAuthenticator,
    SignIn,
    SignOut,
    SignUp,
    Vend,
)
from cogsim.scenario.fields import expression, fields, flag, items, text, texts, word
from cogsim.scenario.references import SAVED_NAME, Expression, parse

_SECOND_FACTORS = ("SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP")
_ACCOUNT = ("as", "username", "client")
_SIGN_IN = (
    *(*_ACCOUNT, "password", "operator", "identity_pool", "new_password", "mfa", "authenticator", "device", "remember"),
    *("factor", "passkey", "page", "answers", "provider", "browser", "scope"),
)


def _sign_up(node: Record) -> Action:
    body = _body(node, "sign_up", (*_ACCOUNT, "password", "attributes"), ("as", "client"))
    person = _person(body)
    username = expression(body, "username") or person
    return SignUp(person, username, expression(body, "client"), expression(body, "password"), texts(body, "attributes"))


def _confirm(node: Record) -> Action:
    body = _body(node, "confirm", ("as", "client", "code"), ("as",))
    return Confirm(_person(body), expression(body, "client"), expression(body, "code"))


def _sign_in(node: Record) -> Action:
    body = _body(node, "sign_in", _SIGN_IN, ("as",))
    _check_sign_in(body)
    passkey = _thing(body, "passkey")
    return SignIn(
        _person(body),
        expression(body, "username"),
        expression(body, "client"),
        expression(body, "password"),
        expression(body, "operator"),
        expression(body, "identity_pool"),
        new_password=expression(body, "new_password"),
        mfa=word(body, "mfa", _SECOND_FACTORS),
        authenticator=_thing(body, "authenticator"),
        device=_thing(body, "device"),
        remember=flag(body, "remember", True),
        factor=word(body, "factor", FACTORS) or ("WEB_AUTHN" if passkey else None),
        passkey=passkey,
        page=_page(body),
        answers=_answers(body),
        provider=_optional(body, "provider"),
        browser=_thing(body, "browser"),
        scope=_optional(body, "scope"),
    )


def _check_sign_in(body: Record) -> None:
    """Fields that mean nothing together, or without another."""
    for name, needed in (
        *(("remember", "device"), ("page", "passkey")),
        *(("browser", "provider"), ("scope", "provider")),
    ):
        if body.get(name) is not None and body.get(needed) is None:
            raise body.key(name).error(f"{name} goes with {needed}")
    factor = word(body, "factor", FACTORS)
    if factor not in (None, "WEB_AUTHN") and body.get("passkey") is not None:
        raise body.key("passkey").error(f"a passkey signs in by WEB_AUTHN, not by {factor}", "WEB_AUTHN")
    if factor == "WEB_AUTHN" and body.get("passkey") is None:
        raise body.key("factor").error("a sign-in by WEB_AUTHN needs a field 'passkey'", "passkey")
    for own, others in (
        ("answers", ("factor", "passkey", "operator", "new_password")),
        ("operator", ("factor", "passkey")),
        ("provider", ("factor", "passkey", "answers", "operator", "device")),
    ):
        if body.get(own) is not None:
            for name in others:
                if body.get(name) is not None:
                    raise body.key(name).error(f"a sign-in is by {own} or by {name}")


def _answers(body: Record) -> tuple[Expression, ...]:
    """`answers: 42`, or a list of them, one for each question."""
    node = body.get("answers")
    if isinstance(node, Scalar):
        return (parse(text(node, "answers"), node.location),)
    return tuple(parse(text(item, "an answer"), item.location) for item in items(body, "answers"))


def _refresh(node: Record) -> Action:
    return Refresh(_person(_body(node, "refresh", ("as",), ("as",))))


def _credentials(node: Record) -> Action:
    body = _body(node, "credentials", ("as", "identity_pool"), ("as",))
    return Vend(_person(body), expression(body, "identity_pool"))


def _broker(node: Record) -> Action:
    body = _body(node, "broker", ("as", "username", "broker", "password", "wishes", "console"), ("as",))
    username, broker, password, console = (
        expression(body, name) for name in ("username", "broker", "password", "console")
    )
    return AskBroker(_person(body), username, broker, password, texts(body, "wishes"), console)


def _ad_fs(node: Record) -> Action:
    body = _body(node, "ad_fs", ("as", "username", "party", "directory", "password"), ("as", "party"))
    username, party, directory, password = (
        expression(body, name) for name in ("username", "party", "directory", "password")
    )
    return AskAdFs(_person(body), username, party, directory, password)


def _browse(node: Record) -> Action:
    body = _body(node, "browse", ("as", "url", "username", "password", "browser"), ("as", "url"))
    url, username, password = (expression(body, name) for name in ("url", "username", "password"))
    return Browse(_person(body), url, username, password, _thing(body, "browser"))


def _forgot_password(node: Record) -> Action:
    body = _body(node, "forgot_password", _ACCOUNT, ("as",))
    return ForgotPassword(_person(body), expression(body, "username"), expression(body, "client"))


def _reset_password(node: Record) -> Action:
    body = _body(node, "reset_password", (*_ACCOUNT, "code", "password"), ("as", "password"))
    return ResetPassword(
        _person(body),
        expression(body, "username"),
        expression(body, "client"),
        expression(body, "code"),
        expression(body, "password"),
    )


def _change_password(node: Record) -> Action:
    body = _body(node, "change_password", ("as", "previous", "password"), ("as", "password"))
    return ChangePassword(_person(body), expression(body, "previous"), expression(body, "password"))


def _set_up_authenticator(node: Record) -> Action:
    needed = ("as", "authenticator")
    body = _body(node, "set_up_authenticator", (*needed, "prefer"), needed)
    return SetUpAuthenticator(_person(body), _thing(body, "authenticator") or "", flag(body, "prefer", True))


def _register_passkey(node: Record) -> Action:
    needed = ("as", "passkey")
    body = _body(node, "register_passkey", (*needed, "page"), needed)
    return RegisterPasskey(_person(body), _thing(body, "passkey") or "", _page(body))


def _remember_device(node: Record) -> Action:
    body = _body(node, "remember_device", ("as", "remember"), ("as",))
    return RememberDevice(_person(body), flag(body, "remember", True))


def _sign_out(node: Record) -> Action:
    body = _body(node, "sign_out", ("as", "everywhere"), ("as",))
    return SignOut(_person(body), flag(body, "everywhere", False))


#: The steps of people, by the word they are written with.
PEOPLE: dict[str, Callable[[Record], Action]] = {
    "sign_up": _sign_up,
    "confirm": _confirm,
    "sign_in": _sign_in,
    "refresh": _refresh,
    "credentials": _credentials,
    "broker": _broker,
    "ad_fs": _ad_fs,
    "browse": _browse,
    "forgot_password": _forgot_password,
    "reset_password": _reset_password,
    "change_password": _change_password,
    "set_up_authenticator": _set_up_authenticator,
    "register_passkey": _register_passkey,
    "remember_device": _remember_device,
    "sign_out": _sign_out,
}


def _body(node: Record, kind: str, known: tuple[str, ...], required: tuple[str, ...]) -> Record:
    body = node.get(kind)
    assert body is not None
    return fields(body, kind, known, required)


def _person(body: Record) -> str:
    """The name of `as:`, with or without a dollar."""
    node = body.get("as")
    assert node is not None
    return text(node, "as").removeprefix("$")


def _thing(body: Record, name: str) -> str | None:
    """The name of something that a person holds: the same name is the same thing all through the story."""
    node = body.get(name)
    if node is None:
        return None
    written = text(node, name)
    if not SAVED_NAME.fullmatch(written):
        raise node.error(f"cannot call it {written!r}: letters, digits, - and _, beginning with a letter")
    return written


def _optional(body: Record, name: str) -> str | None:
    """A text that may be left out."""
    node = body.get(name)
    return None if node is None else text(node, name)


def _page(body: Record) -> str | None:
    """An origin as a browser writes it."""
    node = body.get("page")
    if node is None:
        return None
    written = text(node, "page")
    scheme, _, host = written.partition("://")
    if scheme not in ("https", "http") or not host or "/" in host:
        raise node.error(f"page is the origin of a web page, https://host, not {written!r}")
    return written
