"""What the pages of a pool's domain show: the words, labels and links around the forms that its operations ask for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from cogsim.serve.web.html import Field, Form, Screen
from cogsim.serve.web.page_request import PageRequest
from cogsim.world.user_pool import UserPool

#: Pages and steps that ask for a code which was sent.
_OF_CODES = ("confirm", "confirmForgotPassword", "SMS_MFA", "EMAIL_OTP")
_FACTORS = {
    "SMS_MFA": "A text message to my phone",
    "SOFTWARE_TOKEN_MFA": "A code of my authenticator app",
    "EMAIL_OTP": "A message to my e-mail address",
}
_HEADINGS = {
    "login": ("Sign in", "Sign in"),
    "signup": ("Sign up", "Sign up"),
    "confirm": ("Confirm your account", "Confirm account"),
    "forgotPassword": ("Forgot your password?", "Reset my password"),
    "confirmForgotPassword": ("Choose a new password", "Change password"),
    "NEW_PASSWORD_REQUIRED": ("Choose a new password", "Continue"),
    "SMS_MFA": ("Enter the code from the text message", "Sign in"),
    "EMAIL_OTP": ("Enter the code from the e-mail", "Sign in"),
    "SOFTWARE_TOKEN_MFA": ("Enter the code of your authenticator app", "Sign in"),
    "SELECT_MFA_TYPE": ("Choose how to prove that it is you", "Continue"),
    "MFA_SETUP": ("Set up an authenticator app", "Sign in"),
}
_TOLD = {
    "confirm": "We sent you a code. Enter it to confirm your account.",
    "forgotPassword": "Enter your name below and we will send you a code to reset your password.",
    "confirmForgotPassword": "We sent you a code. Enter it with your new password.",
    "NEW_PASSWORD_REQUIRED": "Your password was temporary. Choose one of your own.",
    "MFA_SETUP": "Enter this key into your authenticator app, then the code that the app shows.",
}
_CODES = ("code", "SMS_MFA_CODE", "EMAIL_OTP_CODE", "SOFTWARE_TOKEN_MFA_CODE", "UserCode")
_TYPES = {"email": "email", "phone_number": "tel"}
_REQUIRED, _ASKED = "requiredAttributes[", "userAttributes."


def screen_of(request: PageRequest, pool: UserPool, body: Mapping[str, Any]) -> Screen:
    """The page that an operation's answer stands for."""
    name = str(body.get("Challenge") or body["Page"])
    if name == "error":
        return _error(request, pool, body)
    heading, button = _HEADINGS.get(name, (name.replace("_", " ").capitalize(), "Continue"))
    form = body.get("Form")
    mailbox = "/_cogsim/messages" if name in _OF_CODES else None  # of this origin: another's page may not read it
    return Screen(
        heading,
        pool.name,
        body.get("Error"),
        _told(name, body),
        tuple((_provider(each), request.reach(to)) for each, to in body.get("Providers", {}).items()),
        _grouped(body.get("SecretCode")),
        _form(request, pool, name, body, button) if form else None,
        _again(request, form) if form and name == "confirm" else None,
        _links(request, pool, name, form is not None),
        mailbox,
    )


def _error(request: PageRequest, pool: UserPool, body: Mapping[str, Any]) -> Screen:
    said = [str(body[key]) for key in ("Error", "Description") if body.get(key)]
    told = ("Go back to the application and try again. If it happens again, its settings may be wrong.",)
    return Screen("Something went wrong", pool.name, ": ".join(said) or "An error was encountered.", told)


def _told(name: str, body: Mapping[str, Any]) -> tuple[str, ...]:
    to = body.get("Parameters", {}).get("CODE_DELIVERY_DESTINATION")
    if to:
        return (f"We sent a code to {to}.",)
    if name == "MFA_SETUP" and "SecretCode" not in body:
        return ("Enter the code that your authenticator app shows now.",)
    return (_TOLD[name],) if name in _TOLD else ()


def _provider(name: str) -> str:
    known = {"LoginWithAmazon": "Amazon", "SignInWithApple": "Apple"}
    return f"Continue with {known.get(name, name)}"


def _grouped(secret: str | None) -> str | None:
    """The key of an authenticator app in groups of four, as it is easier to copy."""
    return None if secret is None else " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def _form(request: PageRequest, pool: UserPool, name: str, body: Mapping[str, Any], button: str) -> Form:
    form = body["Form"]
    names = [*form["Fields"], *(_sign_up_attributes(pool) if name == "signup" else ())]
    fields = tuple(_field(request, pool, name, each, body) for each in names)
    return Form(request.reach(form["Action"]), button, tuple(form["Hidden"].items()), fields)


def _again(request: PageRequest, form: Mapping[str, Any]) -> Form:
    """Another code to the same address."""
    query = str(form["Action"]).partition("?")[2]
    return Form(request.reach(f"/resendcode?{query}"), "Send a new code", tuple(form["Hidden"].items()))


def _sign_up_attributes(pool: UserPool) -> tuple[str, ...]:
    """The fields of attributes that every user of the pool has, but for what the username is already."""
    taken = ("sub", *pool.username_attributes)
    return tuple(f"{_REQUIRED}{each.name}]" for each in pool.schema if each.required and each.name not in taken)


def _field(request: PageRequest, pool: UserPool, page: str, name: str, body: Mapping[str, Any]) -> Field:
    typed = request.form.get(name, "")
    if name == "username":
        given = typed or body.get("LoginHint") or ""
        return Field(name, _username_label(pool, page), autocomplete="username", value=given)
    if name in ("password", "NEW_PASSWORD"):
        new = page != "login"
        hint = _password_hint(pool) if new else ""
        label = "New password" if new and page != "signup" else "Password"
        return Field(name, label, "password", "new-password" if new else "current-password", hint=hint)
    if name in _CODES:
        return Field(name, "Code", autocomplete="one-time-code", numeric=True)
    if name == "ANSWER":
        offered = json.loads(body.get("Parameters", {}).get("MFAS_CAN_CHOOSE") or "[]") or list(_FACTORS)
        return Field(name, "How?", choices=tuple((each, _FACTORS.get(each, each)) for each in offered))
    attribute = name.removeprefix(_REQUIRED).rstrip("]").removeprefix(_ASKED)
    return Field(name, _words(attribute), _TYPES.get(attribute, "text"), value=typed)


def _words(attribute: str) -> str:
    bare = attribute.rpartition(":")[2].replace("_", " ")
    return bare[:1].upper() + bare[1:]


def _username_label(pool: UserPool, page: str) -> str:
    names = [_words(each) for each in pool.username_attributes]
    if not names and page != "signup":
        names = ["Username", *(_words(each) for each in pool.alias_attributes)]
    return " or ".join([*names[:1], *(each.lower() for each in names[1:])]) or "Username"


def _password_hint(pool: UserPool) -> str:
    policy = pool.password_policy
    wanted = (
        ("a lowercase letter", policy.require_lowercase),
        ("an uppercase letter", policy.require_uppercase),
        ("a number", policy.require_numbers),
        ("a symbol", policy.require_symbols),
    )
    parts = [words for words, asked in wanted if asked]
    listed = ", ".join(parts[:-1]) + (" and " if len(parts) > 1 else "") + "".join(parts[-1:])
    return f"At least {policy.minimum_length} characters" + (f", with {listed}." if listed else ".")


def _links(request: PageRequest, pool: UserPool, name: str, native: bool) -> tuple[tuple[str, str], ...]:
    asked = f"?{urlencode(request.query)}" if request.query else ""
    if name == "login":
        forgot = ("Forgot your password?", request.reach(f"/forgotPassword{asked}"))
        new = ("Need an account? Sign up", request.reach(f"/signup{asked}"))
        return () if not native else (forgot,) if pool.admin_create_user_only else (forgot, new)
    return (("Back to the sign-in", request.reach(f"/login{asked}")),)
