"""Load balancers with their listeners, rules and target groups, and the applications that stand behind these."""

from __future__ import annotations

from cogsim.arn import Arn
from cogsim.errors import InputError, InvalidValue
from cogsim.load.cloudformation.adapter import Adapter, Resource
from cogsim.load.cloudformation.draft import ATTACHMENTS
from cogsim.load.cloudformation.intrinsics import Reference
from cogsim.load.cloudformation.properties import Properties
from cogsim.load.cloudformation.resources.load_balancer_rules import (
    IGNORED_ACTIONS,
    TAKEN_ACTIONS,
    TAKEN_CONDITIONS,
    TAKEN_TRANSFORMS,
    read_actions,
    read_conditions,
    read_transforms,
)
from cogsim.persistent import Map
from cogsim.world.load_balancer import (
    HEALTH_CHECKS,
    PROTOCOLS,
    Listener,
    ListenerRule,
    LoadBalancer,
    TargetGroup,
    authentication,
)
from cogsim.world.load_balancer_actions import Action, AuthenticateCognito, check_actions
from cogsim.world.load_balancer_target import BELIEVED, GROUPS_FROM, REACHABLE, Target
from cogsim.world.origin import is_placeholder

_TYPES = ("application", "network", "gateway")
#: The words that stand for each type in ARNs.
_SHORT = {"application": "app", "network": "net", "gateway": "gwy"}


def read_load_balancer(resource: Resource) -> Reference:
    """A load balancer, under its own name and those that the DNS gives it."""
    properties, env = resource.properties, resource.environment
    name, type_name = resource.name("Name", 32), properties.choice("Type", _TYPES, "application")
    scheme = properties.choice("Scheme", ("internet-facing", "internal"), "internet-facing")
    drawn = resource.stack.draw("elb/load-balancer", resource.logical_id)
    ends = "amazonaws.com.cn" if env.partition == "aws-cn" else "amazonaws.com"
    prefix = "internal-" if scheme == "internal" else ""
    full = f"{_SHORT[type_name]}/{name}/{drawn.bytes(8).hex()}"
    arn = f"arn:{env.partition}:elasticloadbalancing:{env.region}:{env.account}:loadbalancer/{full}"
    balancer = properties.make(
        lambda: LoadBalancer(
            arn=resource.pins.text("Arn", arn),
            name=name,
            dns_name=resource.pins.text("DnsName", f"{prefix}{name}-{drawn.digits(10)}.{env.region}.elb.{ends}"),
            type=type_name,
            scheme=scheme,
            hosts=resource.pins.texts("Hosts"),
            subnets=properties.texts("Subnets"),
            security_groups=properties.texts("SecurityGroups"),
            ip_address_type=properties.text("IpAddressType", "ipv4"),
            created=resource.pins.instant("Created"),
            attributes=properties.tags("LoadBalancerAttributes"),
            tags=properties.tags("Tags"),
            origin=resource.origin,
        )
    )
    resource.define("load balancer", balancer.arn)
    resource.draft.world = resource.draft.world.with_load_balancer(balancer)
    names = {"LoadBalancerArn": balancer.arn, "LoadBalancerName": name, "DNSName": balancer.dns_name}
    full_name = balancer.arn.partition(":loadbalancer/")[2]
    return resource.reference(balancer.arn, LoadBalancerFullName=full_name, **names)


def read_listener(resource: Resource) -> Reference:
    """A listener; one that authenticates is HTTPS."""
    properties, balancer = resource.properties, resource.properties.needed("LoadBalancerArn")
    arn = resource.pins.text("Arn", _below(resource, balancer, "loadbalancer", "listener"))
    protocol = properties.choice("Protocol", PROTOCOLS, "HTTP")
    listener = properties.make(
        lambda: Listener(
            arn=arn,
            load_balancer_arn=balancer,
            port=properties.number("Port", 443 if protocol == "HTTPS" else 80),
            protocol=protocol,
            actions=read_actions(properties, "DefaultActions"),
            certificates=tuple(each.text("CertificateArn", "") for each in properties.children("Certificates")),
            ssl_policy=properties.text("SslPolicy"),
            tags=properties.tags("Tags"),
            origin=resource.origin,
        )
    )
    resource.define("listener", arn)
    resource.draft.world = resource.draft.world.with_listener(listener)
    _check_later(resource, "DefaultActions", listener.actions)
    return resource.reference(arn, ListenerArn=arn)


def read_rule(resource: Resource) -> Reference:
    """A rule; one that authenticates stands on a listener of HTTPS."""
    properties, listener_arn = resource.properties, resource.properties.needed("ListenerArn")
    arn = resource.pins.text("Arn", _below(resource, listener_arn, "listener", "listener-rule"))
    rule = properties.make(
        lambda: ListenerRule(
            arn=arn,
            listener_arn=listener_arn,
            priority=properties.number("Priority", 1),
            conditions=read_conditions(properties),
            actions=read_actions(properties, "Actions"),
            transforms=read_transforms(properties),
            tags=properties.tags("Tags"),
            origin=resource.origin,
        )
    )
    resource.define("listener rule", arn)
    resource.define("priority", f"{rule.priority} of {listener_arn}")
    resource.draft.world = resource.draft.world.with_listener_rule(rule)
    _check_later(resource, "Actions", rule.actions, listener_arn)
    return resource.reference(arn, RuleArn=arn)


def _below(resource: Resource, parent: str, old: str, new: str) -> str:
    """The ARN of what stands below `parent`."""
    drawn = resource.stack.draw(f"elb/{new}", resource.logical_id).bytes(8).hex()
    found, env = Arn.try_parse(parent), resource.environment
    if found is None or not found.resource.startswith(f"{old}/"):
        where = f"arn:{env.partition}:elasticloadbalancing:{env.region}:{env.account}"
        return f"{where}:{new}/app/{resource.logical_id}/{drawn}"
    return parent.replace(f":{old}/", f":{new}/", 1) + f"/{drawn}"


def _check_later(resource: Resource, name: str, actions: tuple[Action, ...], listener_arn: str = "") -> None:
    """What load balancers refuse of an action that authenticates, when everything it names is there.
    # elb:authenticate"""
    action, draft = authentication(actions), resource.draft

    def check() -> None:
        listener, place = draft.world.listeners.get(listener_arn), resource.origin.at(name)
        if listener is not None:
            try:
                check_actions(actions, listener.protocol, name)
            except InvalidValue as error:
                raise InputError(f"{resource.logical_id}: {error}", place) from None
        client = draft.world.clients.get(action.client_id) if isinstance(action, AuthenticateCognito) else None
        if client is not None and client.secret is None:
            raise InputError(f"{resource.logical_id} needs an app client with a secret", place)

    draft.later(ATTACHMENTS, check)


def read_target_group(resource: Resource) -> Reference:
    """A target group; its members and health are not modelled, what stands behind it is a Cogsim::Target."""
    properties, env = resource.properties, resource.environment
    name = resource.name("Name", 32)
    drawn = resource.stack.draw("elb/target-group", resource.logical_id).bytes(8).hex()
    arn = f"arn:{env.partition}:elasticloadbalancing:{env.region}:{env.account}:targetgroup/{name}/{drawn}"
    group = TargetGroup(
        arn=resource.pins.text("Arn", arn),
        name=name,
        protocol=properties.text("Protocol", "HTTP"),
        port=properties.number("Port"),
        type=properties.choice("TargetType", ("instance", "ip", "lambda", "alb"), "instance"),
        vpc_id=properties.text("VpcId"),
        protocol_version=properties.text("ProtocolVersion"),
        health=_health(properties),
        attributes=properties.tags("TargetGroupAttributes"),
        tags=properties.tags("Tags"),
        origin=resource.origin,
    )
    resource.define("target group", group.arn)
    resource.draft.world = resource.draft.world.with_target_group(group)
    full = group.arn.rpartition(":")[2]
    return resource.reference(group.arn, TargetGroupArn=group.arn, TargetGroupName=name, TargetGroupFullName=full)


def _health(properties: Properties) -> Map[str, str]:
    """What is stated of health checks."""
    stated = {name: properties.text(name) for name in HEALTH_CHECKS}
    matcher = properties.child("Matcher")
    stated |= {f"Matcher.{name}": matcher.text(name) for name in ("HttpCode", "GrpcCode")}
    return Map({name: value for name, value in stated.items() if value is not None})


def read_target(resource: Resource) -> Reference:
    """An application behind target groups."""
    properties = resource.properties
    target = properties.make(
        lambda: Target(
            host=properties.needed("Host"),
            region=properties.text("Region", resource.environment.region),
            target_groups=properties.texts("TargetGroupArns"),
            reachable_from=properties.choice("ReachableFrom", REACHABLE, "load-balancer"),
            believes=properties.choice("Believes", BELIEVED, "x-amzn-oidc-data"),
            skips=properties.texts("Skips"),
            signer=properties.text("Signer"),
            issuer=properties.text("Issuer"),
            client_id=properties.text("ClientId"),
            required_group=properties.text("RequiredGroup"),
            groups_from=properties.choice("GroupsFrom", GROUPS_FROM, "access-token"),
            groups_claim=properties.text("GroupsClaim", "cognito:groups"),
            groups_header=properties.text("GroupsHeader", "x-groups"),
            guests=properties.flag("Guests"),
            logout_path=properties.text("LogoutPath"),
            logout_redirect=properties.text("LogoutRedirect"),
            keeps_cookie=properties.flag("KeepsCookie"),
            reads_underscores=properties.flag("ReadsUnderscores"),
            origin=resource.origin,
        )
    )
    resource.define("target", target.host)
    for arn in target.target_groups:
        if not is_placeholder(arn):
            resource.define("target of", arn)
    resource.draft.world = resource.draft.world.with_target(target)
    return resource.reference(target.host, Host=target.host)


ADAPTERS = (
    Adapter(
        type="AWS::ElasticLoadBalancingV2::LoadBalancer",
        read=read_load_balancer,
        taken={
            "IpAddressType": "ip_address_type",
            "LoadBalancerAttributes.Key": "attributes",
            "LoadBalancerAttributes.Value": "attributes",
            "Name": "name",
            "Scheme": "scheme",
            "SecurityGroups": "security_groups",
            "Subnets": "subnets",
            "Tags.Key": "tags",
            "Tags.Value": "tags",
            "Type": "type",
        },
        ignored=(
            *("EnableCapacityReservationProvisionStabilize", "EnablePrefixForIpv6SourceNat"),
            *("EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic", "Ipv4IpamPoolId"),
            *("MinimumLoadBalancerCapacity", "SubnetMappings"),
        ),
        attributes=("LoadBalancerArn", "LoadBalancerName", "LoadBalancerFullName", "DNSName"),
        withheld=("CanonicalHostedZoneID",),
        pins=("Arn", "Created", "DnsName", "Hosts"),
    ),
    Adapter(
        type="AWS::ElasticLoadBalancingV2::Listener",
        read=read_listener,
        taken={
            "Certificates.CertificateArn": "certificates",
            "LoadBalancerArn": "load_balancer_arn",
            "Port": "port",
            "Protocol": "protocol",
            "SslPolicy": "ssl_policy",
            "Tags.Key": "tags",
            "Tags.Value": "tags",
            **{f"DefaultActions.{path}": member for path, member in TAKEN_ACTIONS.items()},
        },
        ignored=(
            *("AlpnPolicy", "ListenerAttributes", "MutualAuthentication"),
            *(f"DefaultActions.{path}" for path in IGNORED_ACTIONS),
        ),
        required=("LoadBalancerArn", "DefaultActions"),
        attributes=("ListenerArn",),
        pins=("Arn",),
    ),
    Adapter(
        type="AWS::ElasticLoadBalancingV2::ListenerRule",
        read=read_rule,
        taken={
            "ListenerArn": "listener_arn",
            "Priority": "priority",
            "Tags.Key": "tags",
            "Tags.Value": "tags",
            **TAKEN_CONDITIONS,
            **TAKEN_TRANSFORMS,
            **{f"Actions.{path}": member for path, member in TAKEN_ACTIONS.items()},
        },
        ignored=(
            "Conditions.SourceIpConfig.IpAddressType",
            *(f"Actions.{path}" for path in IGNORED_ACTIONS),
        ),
        required=("ListenerArn", "Priority", "Conditions", "Actions"),
        attributes=("RuleArn",),
        withheld=("IsDefault",),
        pins=("Arn",),
    ),
    Adapter(
        type="AWS::ElasticLoadBalancingV2::TargetGroup",
        read=read_target_group,
        taken={
            "Name": "name",
            "Port": "port",
            "Protocol": "protocol",
            "Tags.Key": "tags",
            "Tags.Value": "tags",
            "TargetType": "type",
            "VpcId": "vpc_id",
            "ProtocolVersion": "protocol_version",
            "TargetGroupAttributes.Key": "attributes",
            "TargetGroupAttributes.Value": "attributes",
            **dict.fromkeys((*HEALTH_CHECKS, "Matcher.HttpCode", "Matcher.GrpcCode"), "health"),
        },
        ignored=(*("IpAddressType", "TargetControlPort", "Targets"),),
        attributes=("TargetGroupArn", "TargetGroupName", "TargetGroupFullName"),
        withheld=("LoadBalancerArns",),
        pins=("Arn",),
    ),
    Adapter(
        type="Cogsim::Target",
        read=read_target,
        taken={
            "Believes": "believes",
            "ClientId": "client_id",
            "GroupsClaim": "groups_claim",
            "GroupsFrom": "groups_from",
            "GroupsHeader": "groups_header",
            "Guests": "guests",
            "Host": "host",
            "Issuer": "issuer",
            "KeepsCookie": "keeps_cookie",
            "LogoutPath": "logout_path",
            "LogoutRedirect": "logout_redirect",
            "ReachableFrom": "reachable_from",
            "ReadsUnderscores": "reads_underscores",
            "Region": "region",
            "RequiredGroup": "required_group",
            "Signer": "signer",
            "Skips": "skips",
            "TargetGroupArns": "target_groups",
        },
        required=("Host",),
        attributes=("Host",),
    ),
)
