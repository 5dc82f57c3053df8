"""Service-linked roles: which services have one, and whether it can be made. # ug:service-linked-roles

A role is what the service defines: who trusts it and what it may do are not the account's to say. The names are facts
of each service; of a service that is not listed here they are unknown.
"""

from __future__ import annotations

from dataclasses import dataclass

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.iam_entities import INVALID_INPUT, Owner, find, unseen
from cogsim.decisions.refusals import Check, passed, refused
from cogsim.world.iam import Role
from cogsim.world.world import World

PATH = "/aws-service-role/"
_PREFIX = "AWSServiceRoleFor"


@dataclass(frozen=True, slots=True)
class Linked:
    """What a service calls its role after the common prefix, and its policy; `suffixed` where it takes a suffix."""

    name: str
    policy: str
    suffixed: bool = False


_SERVICES = {
    "autoscaling": Linked("AutoScaling", "AutoScalingServiceRolePolicy", suffixed=True),
    "cognito-idp": Linked("AmazonCognitoIdp", "AmazonCognitoIdpServiceRolePolicy"),
    "config": Linked("Config", "AWSConfigServiceRolePolicy"),
    "dynamodb.application-autoscaling": Linked(
        "ApplicationAutoScaling_DynamoDBTable", "AWSApplicationAutoscalingDynamoDBTablePolicy"
    ),
    "ecs": Linked("ECS", "AmazonECSServiceRolePolicy"),
    "ecs.application-autoscaling": Linked(
        "ApplicationAutoScaling_ECSService", "AWSApplicationAutoscalingECSServicePolicy"
    ),
    "eks": Linked("AmazonEKS", "AmazonEKSServiceRolePolicy"),
    "elasticache": Linked("ElastiCache", "ElastiCacheServiceRolePolicy"),
    "elasticbeanstalk": Linked("ElasticBeanstalk", "AWSElasticBeanstalkServiceRolePolicy"),
    "elasticloadbalancing": Linked("ElasticLoadBalancing", "AWSElasticLoadBalancingServiceRolePolicy"),
    "email.cognito-idp": Linked("AmazonCognitoIdpEmailService", "AmazonCognitoIdpEmailServiceRolePolicy"),
    "es": Linked("AmazonElasticsearchService", "AmazonElasticsearchServiceRolePolicy"),
    "guardduty": Linked("AmazonGuardDuty", "AmazonGuardDutyServiceRolePolicy"),
    "opensearchservice": Linked("AmazonOpenSearchService", "AmazonOpenSearchServiceRolePolicy"),
    "ops.apigateway": Linked("APIGateway", "APIGatewayServiceRolePolicy"),
    "organizations": Linked("Organizations", "AWSOrganizationsServiceTrustPolicy"),
    "rds": Linked("RDS", "AmazonRDSServiceRolePolicy"),
    "replication.dynamodb": Linked("DynamoDBReplication", "DynamoDBReplicationServiceRolePolicy"),
    "spot": Linked("EC2Spot", "AWSEC2SpotServiceRolePolicy"),
    "support": Linked("Support", "AWSSupportServiceRolePolicy"),
    "trustedadvisor": Linked("TrustedAdvisor", "AWSTrustedAdvisorServiceRolePolicy"),
}


def linked(service: str) -> Linked | None:
    """What is known of the role of a service principal; None of one that is not listed."""
    return _SERVICES.get(service.removesuffix(".amazonaws.com"))


def service_named(service: str) -> Check:
    """Whether it is a service principal at all."""
    question = "is it a service?"
    if service.endswith(".amazonaws.com"):
        return passed(question, service, "ug:service-linked-roles")
    text = f"Service role creation failed: {service} is not a valid service principal"
    return unseen(INVALID_INPUT, text, question, service, "ug:service-linked-roles")


def linked_role_name(
    world: World, owner: Owner, service: str, known: Linked, suffix: str | None
) -> Decision[str | Refusal]:
    """The name of the role to be made, or the refusal: of a suffix where none is taken, or of a name in use."""
    question = "can the service-linked role be made?"
    if suffix is not None and not known.suffixed:
        text = f"Custom suffix is not allowed for {service}"
        return refused(Refusal(INVALID_INPUT, text), question, suffix, "ug:service-linked-roles")
    name = f"{_PREFIX}{known.name}{'' if suffix is None else f'_{suffix}'}"
    if find(world.roles, owner, name) is not None:
        text = f"Service role name {name} has been taken in this account, please try a different suffix."
        return refused(Refusal(INVALID_INPUT, text), question, name, "ug:service-linked-roles")
    return decided(name, Step(question, "yes", name, "ug:service-linked-roles"))


def deletion_known(task: str, *, done: bool) -> Check:
    """Whether the account has such a deletion; another account's are not there for it."""
    question = "has the account such a deletion?"
    if done:
        return passed(question, task, "ug:service-linked-roles")
    text = f"Deletion task {task} cannot be found."
    return unseen("NoSuchEntity", text, question, task, "ug:service-linked-roles")


def is_linked(role: Role) -> Check:
    """Whether the role is service-linked: no other is deleted that way."""
    question = "is it a service-linked role?"
    if role.path.startswith(PATH):
        return passed(question, role.path, "ug:service-linked-roles")
    text = f"The role with name {role.name} is not a service-linked role"
    return unseen("NoSuchEntity", text, question, role.arn, "ug:service-linked-roles")
