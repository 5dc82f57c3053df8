"""Actions, conditions and transforms from the API's words. # elb:api"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cogsim.aws.operation import Params
from cogsim.errors import InvalidValue, NotModelled
from cogsim.persistent import Map
from cogsim.world.load_balancer_actions import (
    LONGEST_SESSION,
    SESSION_COOKIE,
    Action,
    AuthenticateCognito,
    AuthenticateOidc,
    FixedResponse,
    Forward,
    JwtClaim,
    JwtValidation,
    Redirect,
)
from cogsim.world.load_balancer_conditions import CONDITION_CONFIGS, Condition
from cogsim.world.load_balancer_transforms import TRANSFORMS, Transform

#: The configuration of each action.
ACTION_CONFIGS = {
    "authenticate-cognito": "AuthenticateCognitoConfig",
    "authenticate-oidc": "AuthenticateOidcConfig",
    "fixed-response": "FixedResponseConfig",
    "jwt-validation": "JwtValidationConfig",
    "redirect": "RedirectConfig",
}


#: What gives an action the secret that is there.
Keep = Callable[[AuthenticateOidc], AuthenticateOidc]


def read_actions(stated: Sequence[Params], operation: str, keep: Keep | None = None) -> tuple[Action, ...]:
    """The actions in the order in which they are taken; `keep` is asked where one uses the secret that is there."""
    if len(stated) > 1 and any(each.get("Order") is None for each in stated):
        raise InvalidValue("Actions", "an Order is required where there are several")
    orders = [each.get("Order", 1) for each in stated]
    if len(set(orders)) < len(orders):
        raise InvalidValue("Actions", "two have the same Order")
    return tuple(_action(each, operation, keep) for each in sorted(stated, key=lambda each: each.get("Order", 1)))


def _action(stated: Params, operation: str, keep: Keep | None) -> Action:
    kind, own = stated["Type"], ACTION_CONFIGS.get(stated["Type"])
    strange = [name for name in ACTION_CONFIGS.values() if name != own and stated.get(name) is not None]
    if strange or (kind != "forward" and (stated.get("TargetGroupArn") or stated.get("ForwardConfig"))):
        raise InvalidValue("Actions", f"of type '{kind}' cannot have the configuration of another")
    config: Params = stated.get(own or "") or {}
    if own is not None and not config:
        raise InvalidValue("Actions", f"of type '{kind}' must have {own}")
    match kind:
        case "authenticate-cognito":
            return AuthenticateCognito(
                client_id=config["UserPoolClientId"],
                user_pool_arn=config["UserPoolArn"],
                user_pool_domain=config["UserPoolDomain"],
                **_shared(config),
            )
        case "authenticate-oidc":
            return _oidc(config, keep)
        case "fixed-response":
            return FixedResponse(int(config["StatusCode"]), config.get("ContentType"), config.get("MessageBody"))
        case "redirect":
            return _redirect(config)
        case "jwt-validation":
            return _jwt(config)
    return _forward(stated, operation)


def _shared(config: Params) -> dict[str, Any]:
    return {
        "scope": config.get("Scope", "openid"),
        "cookie_name": config.get("SessionCookieName", SESSION_COOKIE),
        "timeout": config.get("SessionTimeout", LONGEST_SESSION),
        "on_unauthenticated": config.get("OnUnauthenticatedRequest", "authenticate"),
        "extra_params": Map(config.get("AuthenticationRequestExtraParams") or {}),
    }


def _oidc(config: Params, keep: Keep | None) -> AuthenticateOidc:
    """The action; with UseExistingClientSecret it keeps the secret of the one that it replaces."""
    action = AuthenticateOidc(
        client_id=config["ClientId"],
        client_secret=config.get("ClientSecret"),
        issuer=config["Issuer"],
        authorization_endpoint=config["AuthorizationEndpoint"],
        token_endpoint=config["TokenEndpoint"],
        user_info_endpoint=config["UserInfoEndpoint"],
        **_shared(config),
    )
    if not config.get("UseExistingClientSecret"):
        return action
    if action.client_secret is not None:
        raise InvalidValue("Actions", "cannot have both ClientSecret and UseExistingClientSecret")
    return keep(action) if keep is not None else action


def _redirect(config: Params) -> Redirect:
    return Redirect(
        301 if config["StatusCode"] == "HTTP_301" else 302,
        config.get("Protocol", "#{protocol}"),
        config.get("Host", "#{host}"),
        config.get("Port", "#{port}"),
        config.get("Path", "/#{path}"),
        config.get("Query", "#{query}"),
    )


def _jwt(config: Params) -> JwtValidation:
    stated = config.get("AdditionalClaims") or ()
    claims = tuple(JwtClaim(each["Name"], each["Format"], tuple(each["Values"])) for each in stated)
    return JwtValidation(config["Issuer"], config["JwksEndpoint"], claims)


def _forward(stated: Params, operation: str) -> Forward:
    config: Params = stated.get("ForwardConfig") or {}
    if (config.get("TargetGroupStickinessConfig") or {}).get("Enabled"):
        raise NotModelled(operation, "TargetGroupStickinessConfig", "requests of one client to one target group")
    groups = tuple((each["TargetGroupArn"], each.get("Weight", 1)) for each in config.get("TargetGroups") or ())
    lone = stated.get("TargetGroupArn")
    if lone and groups and [arn for arn, _ in groups] != [lone]:
        raise InvalidValue("Actions", "TargetGroupArn and ForwardConfig must name the same target group")
    return Forward(groups or (((lone, 1),) if lone else ()))


def read_conditions(stated: Sequence[Params]) -> tuple[Condition, ...]:
    """The conditions of a rule."""
    return tuple(_condition(each) for each in stated)


def _condition(stated: Params) -> Condition:
    field = stated.get("Field")
    if not field:
        raise InvalidValue("Conditions", "a condition field must be specified")
    own = CONDITION_CONFIGS.get(field)
    if any(name != own and stated.get(name) is not None for name in CONDITION_CONFIGS.values()):
        raise InvalidValue("Conditions", f"of field '{field}' cannot have the configuration of another")
    config: Params = stated.get(own or "") or {}
    if config.get("IpAddressType"):
        raise InvalidValue("Conditions", "IpAddressType is for Network Load Balancers")
    if field == "query-string":
        pairs = tuple((each.get("Key"), each.get("Value", "")) for each in config.get("Values") or ())
        return Condition(field, pairs=pairs)
    regex = tuple(config.get("RegexValues") or stated.get("RegexValues") or ())
    values = tuple(config.get("Values") or _lone(stated, field))
    if regex and values:
        raise InvalidValue("Conditions", f"of field '{field}' cannot have both values and regular expressions")
    return Condition(field, regex or values, config.get("HttpHeaderName"), regex=bool(regex))


def _lone(stated: Params, field: str) -> Sequence[str]:
    """`Values` beside `Field`, which hosts and paths can have alone."""
    values: Sequence[str] = stated.get("Values") or ()
    if values and field not in ("host-header", "path-pattern"):
        raise InvalidValue(
            "Conditions", f"of field '{field}' must have {CONDITION_CONFIGS.get(field, 'a configuration')}"
        )
    return values


def read_transforms(stated: Sequence[Params]) -> tuple[Transform, ...]:
    """The transforms of a rule, one rewrite each."""
    found = []
    for each in stated:
        rewrites: Sequence[Params] = (each.get(TRANSFORMS[each["Type"]]) or {}).get("Rewrites") or ()
        if len(rewrites) != 1:
            raise InvalidValue("Transforms", f"of type '{each['Type']}' must have one rewrite")
        found.append(Transform(each["Type"], rewrites[0]["Regex"], rewrites[0]["Replace"]))
    return tuple(found)


def read_tags(stated: Sequence[Mapping[str, str]] | None) -> Map[str, str]:
    """A list of Key and Value as a map."""
    return Map({tag["Key"]: tag.get("Value", "") for tag in stated or ()})
