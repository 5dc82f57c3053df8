"""The pages and OAuth endpoints of a user pool's domain, which AWS publishes no model for: a service `cognito-domain`.

Each operation is one method at one path (`ROUTES`). Its members are the request as a browser or an app sends it, taken
apart: `Domain` is the host, `Query` and `Form` are the parameters by name, `Cookies` those sent along, `Authorization`
the header. A server that stands in front refuses a parameter that comes twice. The answer is the response, in parts:

- `Status`, an HTTP status; `Location`, where a redirect leads; `Headers`, others by name;
- `Cookies`: those set, each with `Value` and `MaxAge` (seconds; 0 takes it away);
- `Body`: what the page or the JSON holds. A page has `Page`, its name, and where it asks for something `Form`: its
  `Action` (a path with query), the `Fields` to fill in and the `Hidden` ones that go back as they are.

`Register`, where apps make clients of their own (RFC 7591), is not modelled.

An answer that refuses is an answer too, with its status: AWS's errors belong to the API.
"""

from __future__ import annotations

from typing import Any

#: The name of the service.
DOMAIN_SERVICE = "cognito-domain"

#: Method and path to the operation.
ROUTES: dict[tuple[str, str], str] = {
    ("GET", "/oauth2/authorize"): "Authorize",
    ("POST", "/oauth2/token"): "Token",
    ("GET", "/oauth2/userInfo"): "UserInfo",
    ("POST", "/oauth2/userInfo"): "UserInfo",
    ("POST", "/oauth2/revoke"): "Revoke",
    ("POST", "/oauth2/register"): "Register",
    ("GET", "/oauth2/idpresponse"): "OAuthResponse",
    ("POST", "/oauth2/idpresponse"): "OAuthFormResponse",
    ("POST", "/saml2/idpresponse"): "SamlResponse",
    ("POST", "/saml2/logout"): "SamlLogoutResponse",
    ("GET", "/login"): "ShowLogin",
    ("POST", "/login"): "Login",
    ("POST", "/challenge"): "AnswerChallenge",
    ("GET", "/signup"): "ShowSignUp",
    ("POST", "/signup"): "SignUp",
    ("POST", "/confirm"): "Confirm",
    ("POST", "/resendcode"): "ResendCode",
    ("GET", "/forgotPassword"): "ShowForgotPassword",
    ("POST", "/forgotPassword"): "ForgotPassword",
    ("POST", "/confirmForgotPassword"): "ConfirmForgotPassword",
    ("GET", "/logout"): "Logout",
    ("GET", "/error"): "ShowError",
}

_PAGE = ("Domain*", "Query", "Cookies")
_FORM = (*_PAGE, "Form*")
_MEMBERS = {
    "Token": ("Domain*", "Form*", "Authorization"),
    "Revoke": ("Domain*", "Form*", "Authorization"),
    "Register": ("Domain*", "Authorization"),
    "UserInfo": ("Domain*", "Authorization"),
    **dict.fromkeys(("OAuthFormResponse", "SamlResponse", "SamlLogoutResponse"), ("Domain*", "Cookies", "Form*")),
    **dict.fromkeys(("Login", "AnswerChallenge", "SignUp", "Confirm", "ResendCode"), _FORM),
    **dict.fromkeys(("ForgotPassword", "ConfirmForgotPassword"), _FORM),
}
_ANSWERED = {"Status": "Number", "Location": "Any", **dict.fromkeys(("Headers", "Cookies", "Body"), "Held")}
_SHAPES = {"Domain": "Text", "Query": "Texts", "Cookies": "Secrets", "Form": "Secrets", "Authorization": "Secret"}


def _operation(name: str, method: str, path: str) -> dict[str, Any]:
    return {
        "name": name,
        "http": {"method": method, "requestUri": path},
        "authtype": "none",
        "input": {"shape": f"{name}Request"},
        "output": {"shape": "Response"},
    }


def _request(name: str) -> dict[str, Any]:
    members = _MEMBERS.get(name, _PAGE)
    return {
        "type": "structure",
        "required": [member.rstrip("*") for member in members if member.endswith("*")],
        "members": {member.rstrip("*"): {"shape": _SHAPES[member.rstrip("*")]} for member in members},
    }


def domain_model() -> dict[str, Any]:
    """The service in the form that botocore reads models in."""
    operations = {name: _operation(name, method, path) for (method, path), name in ROUTES.items()}
    return {
        "version": "2.0",
        "metadata": {
            "apiVersion": "2016-04-18",
            "endpointPrefix": DOMAIN_SERVICE,
            "protocol": "json",
            "jsonVersion": "1.1",
            "serviceId": DOMAIN_SERVICE,
            "serviceFullName": "The domain of an Amazon Cognito user pool",
            "signatureVersion": "v4",
            "targetPrefix": DOMAIN_SERVICE,
        },
        "operations": operations,
        "shapes": {
            "Text": {"type": "string", "min": 1},
            "Secret": {"type": "string", "sensitive": True},
            "Any": {"type": "string"},
            "Texts": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Any"}},
            "Secrets": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Secret"}, "sensitive": True},
            "Number": {"type": "integer"},
            "Held": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Any"}},
            "Response": {"type": "structure", "members": {name: {"shape": shape} for name, shape in _ANSWERED.items()}},
            **{f"{name}Request": _request(name) for name in operations},
        },
    }
