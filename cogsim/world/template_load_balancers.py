"""Load balancers, what stands on them and what stands behind them, as the resources that they load from."""

from __future__ import annotations

from cogsim.persistent import Map
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
from cogsim.world.load_balancer_target import Target
from cogsim.world.load_balancer_transforms import TRANSFORMS, Transform
from cogsim.world.template_parts import Json, mapping, present, resource, some, tags

_PREFIX = "AWS::ElasticLoadBalancingV2::"


def load_balancer(noun: LoadBalancer) -> Json:
    """AWS::ElasticLoadBalancingV2::LoadBalancer, its ARN and names pinned."""
    properties: Json = {
        "Name": noun.name,
        "Type": noun.type,
        "Scheme": noun.scheme,
        "Subnets": some(noun.subnets),
        "SecurityGroups": some(noun.security_groups),
        "IpAddressType": noun.ip_address_type,
        "LoadBalancerAttributes": _pairs(noun.attributes),
        "Tags": tags(noun.tags),
    }
    pins: Json = {"Arn": noun.arn, "DnsName": noun.dns_name, "Hosts": some(noun.hosts), "Created": noun.created or None}
    return resource(f"{_PREFIX}LoadBalancer", properties, pins)


def listener(noun: Listener) -> Json:
    """AWS::ElasticLoadBalancingV2::Listener."""
    properties: Json = {
        "LoadBalancerArn": noun.load_balancer_arn,
        "Port": noun.port,
        "Protocol": noun.protocol,
        "DefaultActions": _actions(noun.actions),
        "Certificates": some({"CertificateArn": each} for each in noun.certificates),
        "SslPolicy": noun.ssl_policy,
        "Tags": tags(noun.tags),
    }
    return resource(f"{_PREFIX}Listener", properties, {"Arn": noun.arn})


def rule(noun: ListenerRule) -> Json:
    """AWS::ElasticLoadBalancingV2::ListenerRule."""
    properties: Json = {
        "ListenerArn": noun.listener_arn,
        "Priority": noun.priority,
        "Conditions": [_condition(each) for each in noun.conditions],
        "Actions": _actions(noun.actions),
        "Transforms": some(_transform(each) for each in noun.transforms),
        "Tags": tags(noun.tags),
    }
    return resource(f"{_PREFIX}ListenerRule", properties, {"Arn": noun.arn})


def target_group(noun: TargetGroup) -> Json:
    """AWS::ElasticLoadBalancingV2::TargetGroup."""
    properties: Json = {
        "Name": noun.name,
        "Protocol": noun.protocol,
        "Port": noun.port,
        "TargetType": noun.type,
        "VpcId": noun.vpc_id,
        "ProtocolVersion": noun.protocol_version,
        "TargetGroupAttributes": _pairs(noun.attributes),
        **{name: value for name, value in noun.health.items() if "." not in name},
        "Matcher": {name[8:]: value for name, value in noun.health.items() if name.startswith("Matcher.")} or None,
        "Tags": tags(noun.tags),
    }
    return resource(f"{_PREFIX}TargetGroup", properties, {"Arn": noun.arn})


def target(noun: Target) -> Json:
    """Cogsim::Target."""
    properties: Json = {
        "Host": noun.host,
        "Region": noun.region,
        "TargetGroupArns": some(noun.target_groups),
        "ReachableFrom": noun.reachable_from,
        "Believes": noun.believes,
        "Skips": some(noun.skips),
        "Signer": noun.signer,
        "Issuer": noun.issuer,
        "ClientId": noun.client_id,
        "RequiredGroup": noun.required_group,
        "GroupsFrom": noun.groups_from,
        "GroupsClaim": noun.groups_claim,
        "GroupsHeader": noun.groups_header,
        "Guests": noun.guests,
        "LogoutPath": noun.logout_path,
        "LogoutRedirect": noun.logout_redirect,
        "KeepsCookie": noun.keeps_cookie,
        "ReadsUnderscores": noun.reads_underscores,
    }
    return resource("Cogsim::Target", properties)


def _pairs(entries: Map[str, str]) -> list[object] | None:
    return some({"Key": key, "Value": value} for key, value in entries.items())


def _transform(noun: Transform) -> Json:
    rewrites = {"Rewrites": [{"Regex": noun.regex, "Replace": noun.replace}]}
    return {"Type": noun.type, TRANSFORMS[noun.type]: rewrites}


def _actions(actions: tuple[Action, ...]) -> list[object]:
    return [{"Order": number, **_action(action)} for number, action in enumerate(actions, 1)]


def _action(action: Action) -> Json:
    match action:
        case AuthenticateCognito():
            own: Json = {"UserPoolArn": action.user_pool_arn, "UserPoolDomain": action.user_pool_domain}
            config = {**own, "UserPoolClientId": action.client_id, **_shared(action)}
            return {"Type": "authenticate-cognito", "AuthenticateCognitoConfig": config}
        case AuthenticateOidc():
            return {"Type": "authenticate-oidc", "AuthenticateOidcConfig": _oidc(action)}
        case Forward():
            groups = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in action.groups]
            return {"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}
        case FixedResponse():
            fixed: Json = {"ContentType": action.content_type, "MessageBody": action.body}
            return {
                "Type": "fixed-response",
                "FixedResponseConfig": present({"StatusCode": str(action.status_code), **fixed}),
            }
        case Redirect():
            parts = {"Protocol": action.protocol, "Host": action.host, "Port": action.port, "Path": action.path}
            config = {"StatusCode": f"HTTP_{action.status_code}", **parts, "Query": action.query}
            return {"Type": "redirect", "RedirectConfig": config}
    return {"Type": "jwt-validation", "JwtValidationConfig": _jwt(action)}


def _jwt(action: JwtValidation) -> Json:
    claims = [{"Name": each.name, "Format": each.format, "Values": list(each.values)} for each in action.claims]
    return present({"Issuer": action.issuer, "JwksEndpoint": action.jwks_endpoint, "AdditionalClaims": some(claims)})


def _oidc(action: AuthenticateOidc) -> Json:
    own: Json = {
        "ClientId": action.client_id,
        "ClientSecret": action.client_secret,
        "Issuer": action.issuer,
        "AuthorizationEndpoint": action.authorization_endpoint,
        "TokenEndpoint": action.token_endpoint,
        "UserInfoEndpoint": action.user_info_endpoint,
    }
    return present({**own, **_shared(action)})


def _shared(action: Authenticate) -> Json:
    return present(
        {
            "Scope": action.scope,
            "SessionCookieName": action.cookie_name,
            "SessionTimeout": action.timeout,
            "OnUnauthenticatedRequest": action.on_unauthenticated,
            "AuthenticationRequestExtraParams": mapping(action.extra_params),
        }
    )


def _condition(noun: Condition) -> Json:
    if noun.pairs:
        values: list[object] = [present({"Key": key, "Value": value}) for key, value in noun.pairs]
        return {"Field": noun.field, "QueryStringConfig": {"Values": values}}
    named: Json = {"HttpHeaderName": noun.header} if noun.header else {}
    config: Json = {**named, "RegexValues" if noun.regex else "Values": list(noun.values)}
    return {"Field": noun.field, CONDITION_CONFIGS[noun.field]: config}
