"""Domains under which a pool's sign-in pages and OAuth endpoints stand. # idp:domain

A new domain is active at once: the minute that AWS takes is not played.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.arn import Arn
from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.cognito_idp.access import on_pool, operators_pool
from cogsim.clock import at
from cogsim.decisions import domain_configuration as domains
from cogsim.decisions.caller import caller_account
from cogsim.frozen import freeze, thaw
from cogsim.world.pool_members import UserPoolDomain

#: What AWS calls its regions in the names of its buckets: the airport code.
_AIRPORTS = {
    "us-east-1": "iad",
    "us-east-2": "cmh",
    "us-west-1": "sfo",
    "us-west-2": "pdx",
    "ca-central-1": "yul",
    "eu-west-1": "dub",
    "eu-west-2": "lhr",
    "eu-west-3": "cdg",
    "eu-central-1": "fra",
    "eu-north-1": "arn",
    "ap-northeast-1": "nrt",
    "ap-northeast-2": "icn",
    "ap-southeast-1": "sin",
    "ap-southeast-2": "syd",
    "ap-south-1": "bom",
    "sa-east-1": "gru",
}


def _anywhere(_ctx: CallContext, _params: Params) -> tuple[Requirement, ...]:
    """A domain's name says nothing of its pool, so the action is on everything."""
    return (Requirement("cognito-idp:DescribeUserPoolDomain", wildcard_only=True),)


@operation("cognito-idp:CreateUserPoolDomain", requires=on_pool("CreateUserPoolDomain"))
def create_user_pool_domain(
    ctx: CallContext,
    /,
    *,
    UserPoolId: str,
    Domain: str,
    ManagedLoginVersion: int | None = None,
    CustomDomainConfig: Mapping[str, str] | None = None,
    Routing: Mapping[str, Any] | None = None,
) -> Mapping[str, Any]:
    """A prefix, or a domain of one's own with its certificate; without a version it is the classic hosted UI."""
    pool = operators_pool(ctx, UserPoolId)
    ctx.require(domains.check_login_version(ManagedLoginVersion))
    custom = CustomDomainConfig or {}
    domain = UserPoolDomain(
        pool.id,
        Domain,
        custom.get("CertificateArn"),
        ManagedLoginVersion or 1,
        custom.get("SecurityPolicy"),
        freeze(Routing or {}),
        ctx.now,
    )
    ctx.require(domains.check_new_domain(ctx.world, pool, domain))
    ctx.update_world(lambda world: world.with_domain(domain))
    return _answer(domain)


@operation("cognito-idp:DescribeUserPoolDomain", requires=_anywhere, reads_only=True)
def describe_user_pool_domain(ctx: CallContext, /, *, Domain: str) -> Mapping[str, Any]:
    """The domain; one that nobody has is described by nothing, and is no error."""
    domain = ctx.take(domains.account_domain(ctx.world, Domain, ctx.region, caller_account(ctx.caller)))
    if domain is None:
        return {"DomainDescription": {}}
    owner = Arn.parse(ctx.world.user_pools[domain.pool_id].arn)
    members = {
        "UserPoolId": domain.pool_id,
        "AWSAccountId": owner.account,
        "Domain": domain.domain,
        "S3Bucket": f"aws-cognito-prod-{_AIRPORTS[ctx.region]}-assets" if ctx.region in _AIRPORTS else None,
        "CloudFrontDistribution": domain.cloudfront,
        "Version": at(domain.created).strftime("%Y%m%d%H%M%S"),
        "Status": "ACTIVE",
        "CustomDomainConfig": _custom(domain),
        "ManagedLoginVersion": domain.managed_login_version,
        "Routing": thaw(domain.routing) or None,
    }
    return {"DomainDescription": {name: value for name, value in members.items() if value is not None}}


@operation("cognito-idp:UpdateUserPoolDomain", requires=on_pool("UpdateUserPoolDomain"))
def update_user_pool_domain(
    ctx: CallContext,
    /,
    *,
    UserPoolId: str,
    Domain: str,
    ManagedLoginVersion: int | None = None,
    CustomDomainConfig: Mapping[str, str] | None = None,
    Routing: Mapping[str, Any] | None = None,
) -> Mapping[str, Any]:
    """Another version of the pages, another certificate, another routing; the name stays."""
    pool = operators_pool(ctx, UserPoolId)
    domain = ctx.require(domains.pool_domain(ctx.world, pool, Domain))
    ctx.require(domains.check_login_version(ManagedLoginVersion))
    if CustomDomainConfig is not None:
        ctx.require(domains.check_takes_certificate(domain))
        domain = replace(
            domain,
            certificate_arn=CustomDomainConfig["CertificateArn"],
            security_policy=CustomDomainConfig.get("SecurityPolicy", domain.security_policy),
        )
    routing = domain.routing if Routing is None else freeze(Routing)
    version = ManagedLoginVersion or domain.managed_login_version
    changed = replace(domain, managed_login_version=version, routing=routing)
    ctx.require(domains.check_domain_settings(pool, changed))
    ctx.update_world(lambda world: world.with_domain(changed))
    return _answer(changed)


@operation("cognito-idp:DeleteUserPoolDomain", requires=on_pool("DeleteUserPoolDomain"))
def delete_user_pool_domain(ctx: CallContext, /, *, UserPoolId: str, Domain: str) -> Mapping[str, Any]:
    """Give the name up: whoever comes next may take it."""
    pool = operators_pool(ctx, UserPoolId)
    domain = ctx.require(domains.pool_domain(ctx.world, pool, Domain))
    ctx.update_world(lambda world: world.without_domain(pool.id, domain.domain))
    return {}


def _custom(domain: UserPoolDomain) -> dict[str, str] | None:
    if domain.certificate_arn is None:
        return None
    policy = {"SecurityPolicy": domain.security_policy} if domain.security_policy else {}
    return {"CertificateArn": domain.certificate_arn, **policy}


def _answer(domain: UserPoolDomain) -> dict[str, Any]:
    """What creation and change answer: a prefix has no CloudFront name of its own to point at."""
    members = {
        "ManagedLoginVersion": domain.managed_login_version,
        "CloudFrontDomain": domain.cloudfront if domain.custom else None,
        "Routing": thaw(domain.routing) or None,
    }
    return {name: value for name, value in members.items() if value is not None}
