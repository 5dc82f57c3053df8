"""The actions and conditions of listeners and rules, as they stand in a template."""

from __future__ import annotations

from functools import partial

from cogsim.load.cloudformation.properties import Properties
from cogsim.world.load_balancer_actions import (
    LONGEST_SESSION,
    SESSION_COOKIE,
    UNAUTHENTICATED,
    Action,
    AuthenticateCognito,
    AuthenticateOidc,
    FixedResponse,
    Forward,
    JwtClaim,
    JwtValidation,
    Redirect,
)
from cogsim.world.load_balancer_conditions import CONDITION_CONFIGS, FIELDS, WITH_EXPRESSIONS, Condition
from cogsim.world.load_balancer_transforms import TRANSFORMS, Transform

_TYPES = (*("authenticate-cognito", "authenticate-oidc", "forward", "fixed-response", "redirect"), "jwt-validation")
#: The configuration of each field's condition, and what its values are called where the field has them beside it.


def read_actions(properties: Properties, name: str) -> tuple[Action, ...]:
    """The actions in the order in which they are taken; several without an Order keep the order of the list."""
    found = [(each.number("Order", 0), number, _action(each)) for number, each in enumerate(properties.children(name))]
    return tuple(action for _, _, action in sorted(found, key=lambda entry: entry[:2]))


def _action(stated: Properties) -> Action:
    if not stated.has("Type"):
        raise stated.error("Type", "is required")
    match stated.choice("Type", _TYPES, "forward"):
        case "authenticate-cognito":
            return _cognito(stated.child("AuthenticateCognitoConfig"))
        case "authenticate-oidc":
            return _oidc(stated.child("AuthenticateOidcConfig"))
        case "fixed-response":
            return _fixed(stated.child("FixedResponseConfig"))
        case "redirect":
            return _redirect(stated.child("RedirectConfig"))
        case "jwt-validation":
            return _jwt(stated.child("JwtValidationConfig"))
    return _forward(stated)


def _cognito(stated: Properties) -> AuthenticateCognito:
    return stated.make(
        lambda: AuthenticateCognito(
            client_id=stated.needed("UserPoolClientId"),
            user_pool_arn=stated.needed("UserPoolArn"),
            user_pool_domain=stated.needed("UserPoolDomain"),
            scope=stated.text("Scope", "openid"),
            cookie_name=stated.text("SessionCookieName", SESSION_COOKIE),
            timeout=stated.number("SessionTimeout", LONGEST_SESSION),
            on_unauthenticated=stated.choice("OnUnauthenticatedRequest", UNAUTHENTICATED, "authenticate"),
            extra_params=stated.map("AuthenticationRequestExtraParams"),
        )
    )


def _oidc(stated: Properties) -> AuthenticateOidc:
    return stated.make(
        lambda: AuthenticateOidc(
            client_id=stated.needed("ClientId"),
            client_secret=stated.text("ClientSecret"),
            issuer=stated.needed("Issuer"),
            authorization_endpoint=stated.needed("AuthorizationEndpoint"),
            token_endpoint=stated.needed("TokenEndpoint"),
            user_info_endpoint=stated.needed("UserInfoEndpoint"),
            scope=stated.text("Scope", "openid"),
            cookie_name=stated.text("SessionCookieName", SESSION_COOKIE),
            timeout=stated.number("SessionTimeout", LONGEST_SESSION),
            on_unauthenticated=stated.choice("OnUnauthenticatedRequest", UNAUTHENTICATED, "authenticate"),
            extra_params=stated.map("AuthenticationRequestExtraParams"),
        )
    )


def _forward(stated: Properties) -> Forward:
    groups = tuple(
        (each.needed("TargetGroupArn"), each.number("Weight", 1))
        for each in stated.child("ForwardConfig").children("TargetGroups")
    )
    lone = stated.text("TargetGroupArn")
    return stated.make(lambda: Forward(groups or (((lone, 1),) if lone else ())))


def _jwt(stated: Properties) -> JwtValidation:
    claims = tuple(
        each.make(partial(JwtClaim, each.needed("Name"), each.needed("Format"), each.texts("Values")))
        for each in stated.children("AdditionalClaims")
    )
    return stated.make(lambda: JwtValidation(stated.needed("Issuer"), stated.needed("JwksEndpoint"), claims))


def read_transforms(properties: Properties) -> tuple[Transform, ...]:
    """What a rule writes anew before it forwards."""
    return tuple(found for each in properties.children("Transforms") for found in _transforms(each))


def _transforms(stated: Properties) -> list[Transform]:
    kind = stated.choice("Type", tuple(TRANSFORMS), "url-rewrite")
    rewrites = stated.child(TRANSFORMS[kind]).children("Rewrites")
    return [each.make(partial(Transform, kind, each.needed("Regex"), each.text("Replace", ""))) for each in rewrites]


def _fixed(stated: Properties) -> FixedResponse:
    status = stated.needed("StatusCode")
    if not status.isdecimal() or len(status) != 3:
        raise stated.error("StatusCode", f"is {status!r}, and must be a status of three digits")
    return stated.make(lambda: FixedResponse(int(status), stated.text("ContentType"), stated.text("MessageBody")))


def _redirect(stated: Properties) -> Redirect:
    permanent = stated.choice("StatusCode", ("HTTP_301", "HTTP_302"), "HTTP_302") == "HTTP_301"
    return stated.make(
        lambda: Redirect(
            301 if permanent else 302,
            stated.text("Protocol", "#{protocol}"),
            stated.text("Host", "#{host}"),
            stated.text("Port", "#{port}"),
            stated.text("Path", "/#{path}"),
            stated.text("Query", "#{query}"),
        )
    )


def read_conditions(properties: Properties) -> tuple[Condition, ...]:
    """The conditions of a rule."""
    return tuple(_condition(each) for each in properties.children("Conditions"))


def _condition(stated: Properties) -> Condition:
    if not stated.has("Field"):
        raise stated.error("Field", "is required")
    field = stated.choice("Field", FIELDS, "path-pattern")
    config = stated.child(CONDITION_CONFIGS[field])
    if field == "query-string":
        pairs = tuple((each.text("Key"), each.text("Value", "")) for each in config.children("Values"))
        return stated.make(lambda: Condition(field, pairs=pairs))
    regex = stated.texts("RegexValues")
    if field in WITH_EXPRESSIONS:
        regex = config.texts("RegexValues") or regex
    values = config.texts("Values") or stated.texts("Values")
    header = config.text("HttpHeaderName") if field == "http-header" else None
    return stated.make(lambda: Condition(field, regex or values, header, regex=bool(regex)))


#: What is taken of actions, by the noun's members; `Order` sorts them.
TAKEN_ACTIONS = {
    **{
        f"AuthenticateCognitoConfig.{name}": "actions.authenticate"
        for name in (
            *("AuthenticationRequestExtraParams", "OnUnauthenticatedRequest", "Scope", "SessionCookieName"),
            *("SessionTimeout", "UserPoolArn", "UserPoolClientId", "UserPoolDomain"),
        )
    },
    **{
        f"AuthenticateOidcConfig.{name}": "actions.authenticate"
        for name in (
            *("AuthenticationRequestExtraParams", "OnUnauthenticatedRequest", "Scope", "SessionCookieName"),
            *("SessionTimeout", "AuthorizationEndpoint", "ClientId", "ClientSecret", "Issuer", "TokenEndpoint"),
            "UserInfoEndpoint",
        )
    },
    **{f"FixedResponseConfig.{name}": "actions.fixed" for name in ("ContentType", "MessageBody", "StatusCode")},
    **{f"ForwardConfig.TargetGroups.{name}": "actions.forward" for name in ("TargetGroupArn", "Weight")},
    **{
        f"RedirectConfig.{name}": "actions.redirect"
        for name in ("Host", "Path", "Port", "Protocol", "Query", "StatusCode")
    },
    **{f"JwtValidationConfig.{name}": "actions.validate" for name in ("Issuer", "JwksEndpoint")},
    **{f"JwtValidationConfig.AdditionalClaims.{name}": "actions.validate" for name in ("Format", "Name", "Values")},
    **dict.fromkeys(("Order", "TargetGroupArn", "Type"), "actions"),
}
#: What is known of actions and changes no answer.
IGNORED_ACTIONS = (
    "AuthenticateOidcConfig.UseExistingClientSecret",
    "ForwardConfig.TargetGroupStickinessConfig.DurationSeconds",
    "ForwardConfig.TargetGroupStickinessConfig.Enabled",
)
TAKEN_CONDITIONS = {
    **{f"Conditions.{name}": "conditions" for name in ("Field", "RegexValues", "Values")},
    **{
        f"Conditions.{config}.Values": "conditions.values"
        for config in CONDITION_CONFIGS.values()
        if "Query" not in config
    },
    **{
        f"Conditions.{config}.RegexValues": "conditions.values"
        for config in ("HostHeaderConfig", "HttpHeaderConfig", "PathPatternConfig")
    },
    "Conditions.HttpHeaderConfig.HttpHeaderName": "conditions.header",
    "Conditions.QueryStringConfig.Values.Key": "conditions.pairs",
    "Conditions.QueryStringConfig.Values.Value": "conditions.pairs",
}
TAKEN_TRANSFORMS = {
    "Transforms.Type": "transforms.type",
    **{f"Transforms.{config}.Rewrites.Regex": "transforms.regex" for config in TRANSFORMS.values()},
    **{f"Transforms.{config}.Rewrites.Replace": "transforms.replace" for config in TRANSFORMS.values()},
}
