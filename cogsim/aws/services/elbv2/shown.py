"""Load balancers, listeners, rules and target groups as the API describes them. # elb:api"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cogsim.aws.services.elbv2.read_parts import ACTION_CONFIGS
from cogsim.clock import at
from cogsim.decisions.load_balancer_configuration import default_rule_arn
from cogsim.world.load_balancer import Listener, ListenerRule, LoadBalancer, TargetGroup
from cogsim.world.load_balancer_actions import (
    Action,
    Authenticate,
    AuthenticateCognito,
    AuthenticateOidc,
    FixedResponse,
    Forward,
    JwtValidation,
    Redirect,
)
from cogsim.world.load_balancer_conditions import CONDITION_CONFIGS, Condition
from cogsim.world.load_balancer_transforms import TRANSFORMS, Transform
from cogsim.world.world import World

Shown = dict[str, Any]
_NUMBERS = (
    *("HealthCheckIntervalSeconds", "HealthCheckTimeoutSeconds"),
    *("HealthyThresholdCount", "UnhealthyThresholdCount"),
)
#: What is in force where a target group states nothing.
_HEALTH = {
    "HealthCheckEnabled": "true",
    "HealthCheckIntervalSeconds": "30",
    "HealthCheckPath": "/",
    "HealthCheckPort": "traffic-port",
    "HealthCheckTimeoutSeconds": "5",
    "HealthyThresholdCount": "5",
    "UnhealthyThresholdCount": "2",
}


def balancer_shown(noun: LoadBalancer) -> Shown:
    """A load balancer; in which zones and network its subnets lie is not known here."""
    return {
        "LoadBalancerArn": noun.arn,
        "DNSName": noun.dns_name,
        "CreatedTime": at(noun.created),
        "LoadBalancerName": noun.name,
        "Scheme": noun.scheme,
        "State": {"Code": "active"},
        "Type": noun.type,
        "AvailabilityZones": [{"SubnetId": each, "LoadBalancerAddresses": []} for each in noun.subnets],
        "SecurityGroups": list(noun.security_groups),
        "IpAddressType": noun.ip_address_type,
    }


def listener_shown(noun: Listener) -> Shown:
    """A listener; of its certificates the default one."""
    shown: Shown = {
        "ListenerArn": noun.arn,
        "LoadBalancerArn": noun.load_balancer_arn,
        "Port": noun.port,
        "Protocol": noun.protocol,
        "DefaultActions": actions_shown(noun.actions),
    }
    if noun.certificates:
        shown["Certificates"] = [{"CertificateArn": noun.certificates[0]}]
    return {**shown, "SslPolicy": noun.ssl_policy} if noun.ssl_policy is not None else shown


def rule_shown(noun: ListenerRule) -> Shown:
    """A rule."""
    return {
        "RuleArn": noun.arn,
        "Priority": str(noun.priority),
        "Conditions": [condition_shown(each) for each in noun.conditions],
        "Actions": actions_shown(noun.actions),
        "IsDefault": False,
        "Transforms": [transform_shown(each) for each in noun.transforms],
    }


def default_rule_shown(noun: Listener) -> Shown:
    """A listener's own rule, which every request meets that no other takes."""
    return {
        "RuleArn": default_rule_arn(noun),
        "Priority": "default",
        "Conditions": [],
        "Actions": actions_shown(noun.actions),
        "IsDefault": True,
        "Transforms": [],
    }


def actions_shown(actions: tuple[Action, ...]) -> list[Shown]:
    """Actions with everything that is in force, but for secrets."""
    several = len(actions) > 1
    return [{**_action(action), **({"Order": number} if several else {})} for number, action in enumerate(actions, 1)]


def _action(action: Action) -> Shown:
    match action:
        case Forward():
            groups = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in action.groups]
            lone = {"TargetGroupArn": action.groups[0][0]} if len(action.groups) == 1 else {}
            config = {"TargetGroups": groups, "TargetGroupStickinessConfig": {"Enabled": False}}
            return {"Type": "forward", **lone, "ForwardConfig": config}
        case AuthenticateCognito():
            own = {"UserPoolArn": action.user_pool_arn, "UserPoolDomain": action.user_pool_domain}
            return _typed("authenticate-cognito", {**own, "UserPoolClientId": action.client_id, **_shared(action)})
        case AuthenticateOidc():
            return _typed("authenticate-oidc", {**_endpoints(action), "ClientId": action.client_id, **_shared(action)})
        case FixedResponse():
            stated = {"ContentType": action.content_type, "MessageBody": action.body}
            return _typed("fixed-response", {"StatusCode": str(action.status_code), **_present(stated)})
        case Redirect():
            parts = {"Protocol": action.protocol, "Host": action.host, "Port": action.port, "Path": action.path}
            code = f"HTTP_{action.status_code}"
            return _typed("redirect", {**parts, "Query": action.query, "StatusCode": code})
        case JwtValidation():
            claims = [{"Name": each.name, "Format": each.format, "Values": list(each.values)} for each in action.claims]
            own = {"Issuer": action.issuer, "JwksEndpoint": action.jwks_endpoint}
            return _typed("jwt-validation", {**own, **({"AdditionalClaims": claims} if claims else {})})


def _typed(kind: str, config: Shown) -> Shown:
    return {"Type": kind, ACTION_CONFIGS[kind]: config}


def _shared(action: Authenticate) -> Shown:
    shown: Shown = {
        "SessionCookieName": action.cookie_name,
        "Scope": action.scope,
        "SessionTimeout": action.timeout,
        "OnUnauthenticatedRequest": action.on_unauthenticated,
    }
    extra = dict(action.extra_params.items())
    return {**shown, "AuthenticationRequestExtraParams": extra} if extra else shown


def _endpoints(action: AuthenticateOidc) -> Shown:
    return {
        "Issuer": action.issuer,
        "AuthorizationEndpoint": action.authorization_endpoint,
        "TokenEndpoint": action.token_endpoint,
        "UserInfoEndpoint": action.user_info_endpoint,
    }


def condition_shown(noun: Condition) -> Shown:
    """A condition; hosts and paths stand beside the field too."""
    if noun.pairs:
        pairs = [_present({"Key": key, "Value": value}) for key, value in noun.pairs]
        return {"Field": noun.field, CONDITION_CONFIGS[noun.field]: {"Values": pairs}}
    word = "RegexValues" if noun.regex else "Values"
    config = _present({"HttpHeaderName": noun.header}) | {word: list(noun.values)}
    beside = {word: list(noun.values)} if noun.field in ("host-header", "path-pattern") else {}
    return {"Field": noun.field, **beside, CONDITION_CONFIGS[noun.field]: config}


def transform_shown(noun: Transform) -> Shown:
    """A transform."""
    rewrites = {"Rewrites": [{"Regex": noun.regex, "Replace": noun.replace}]}
    return {"Type": noun.type, TRANSFORMS[noun.type]: rewrites}


def group_shown(world: World, noun: TargetGroup) -> Shown:
    """A target group, with the load balancers that forward to it."""
    held = {**(_HEALTH if noun.type != "lambda" else {}), **dict(noun.health.items())}
    health: Shown = {name: _read(name, held[name]) for name in sorted(held) if "." not in name}
    if noun.type != "lambda":
        health.setdefault("HealthCheckProtocol", "HTTP")
    matcher = {name[8:]: value for name, value in held.items() if name.startswith("Matcher.")} or {"HttpCode": "200"}
    stated = {
        "Protocol": noun.protocol if noun.type != "lambda" else None,
        "Port": noun.port,
        "VpcId": noun.vpc_id,
        "ProtocolVersion": (noun.protocol_version or "HTTP1") if noun.type != "lambda" else None,
    }
    return {
        "TargetGroupArn": noun.arn,
        "TargetGroupName": noun.name,
        **_present(stated),
        **health,
        "Matcher": matcher,
        "LoadBalancerArns": sorted(set(_forwarding(world, noun.arn))),
        "TargetType": noun.type,
        "IpAddressType": "ipv4",
    }


def _forwarding(world: World, group_arn: str) -> Iterable[str]:
    for listener in world.listeners.values():
        rules = (each for each in world.listener_rules.values() if each.listener_arn == listener.arn)
        holders: list[Listener | ListenerRule] = [listener, *rules]
        for holder in holders:
            if any(group_arn == arn for each in holder.actions if isinstance(each, Forward) for arn, _ in each.groups):
                yield listener.load_balancer_arn


def _read(name: str, value: str) -> object:
    if name in _NUMBERS:
        return int(value) if value.isdecimal() else value
    return value == "true" if name == "HealthCheckEnabled" else value


def _present(stated: Mapping[str, Any]) -> Shown:
    return {name: value for name, value in stated.items() if value is not None}


def tags_shown(tags: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Tags as a list of Key and Value."""
    return [{"Key": key, "Value": value} for key, value in tags]
