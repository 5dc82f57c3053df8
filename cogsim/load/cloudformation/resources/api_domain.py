"""Domain names that APIs answer at, of REST and HTTP APIs, and the mappings that join them."""

from __future__ import annotations

from dataclasses import replace

from cogsim.load.cloudformation.adapter import Adapter, Resource
from cogsim.load.cloudformation.draft import ATTACHMENTS
from cogsim.load.cloudformation.intrinsics import Reference
from cogsim.world.api_domain import ApiDomain, ApiMapping


def read_domain(resource: Resource) -> Reference:
    """A domain name; Ref gives the name itself."""
    properties, env = resource.properties, resource.environment
    name = properties.needed("DomainName").casefold()
    stated = properties.child("MutualTlsAuthentication")
    domain = ApiDomain(
        name=name,
        account=env.account,
        region=env.region,
        partition=env.partition,
        mutual_tls=stated.text("TruststoreUri", ""),
        origin=resource.origin,
    )
    resource.define("API domain name", name)
    resource.draft.world = resource.draft.world.with_api_domain(domain)
    return Reference(resource.adapter.type, name, {}, resource.adapter.withheld)


def _map(resource: Resource, base: str, mapping: ApiMapping) -> None:
    """Join the mapping to its domain, once all are there."""
    name, draft = resource.properties.needed("DomainName").casefold(), resource.draft

    def apply() -> None:
        domain = draft.world.api_domains.get(name)
        if domain is None:
            sentence = f"{resource.logical_id} belongs to the domain name {name}, which is not there"
            draft.notes.warn(resource.place, sentence)
            return
        draft.world = draft.world.with_api_domain(replace(domain, mappings=domain.mappings.set(base, mapping)))

    resource.define("mapping", f"{name}/{base}")
    draft.later(ATTACHMENTS, apply)


def read_base_path(resource: Resource) -> Reference:
    """A base path of a REST API; `(none)` is the root. # apigw:domain-names"""
    properties = resource.properties
    base = properties.text("BasePath", "").strip("/")
    mapping = ApiMapping(properties.text("RestApiId", ""), properties.text("Stage", ""), resource.origin)
    _map(resource, "" if base == "(none)" else base, mapping)
    return resource.reference(resource.stack.generated_name(resource.logical_id))


def read_mapping(resource: Resource) -> Reference:
    """A mapping of an HTTP, REST or WebSocket API."""
    properties = resource.properties
    mapping = ApiMapping(properties.needed("ApiId"), properties.needed("Stage"), resource.origin)
    _map(resource, properties.text("ApiMappingKey", "").strip("/"), mapping)
    made = resource.stack.draw("apigateway/mapping", resource.logical_id).lower_alnum(6)
    return resource.reference(made, ApiMappingId=made)


_MUTUAL = {"DomainName": "name", "MutualTlsAuthentication.TruststoreUri": "mutual_tls"}
_CERTIFICATES = ("MutualTlsAuthentication.TruststoreVersion", "RoutingMode")

ADAPTERS = (
    Adapter(
        type="AWS::ApiGateway::DomainName",
        read=read_domain,
        taken=_MUTUAL,
        ignored=(
            *_CERTIFICATES,
            *("CertificateArn", "EndpointAccessMode", "EndpointConfiguration.IpAddressType"),
            *("EndpointConfiguration.Types", "OwnershipVerificationCertificateArn", "RegionalCertificateArn"),
            *("SecurityPolicy", "Tags.Key", "Tags.Value"),
        ),
        required=("DomainName",),
        withheld=(
            *("DistributionDomainName", "DistributionHostedZoneId", "DomainNameArn", "RegionalDomainName"),
            "RegionalHostedZoneId",
        ),
    ),
    Adapter(
        type="AWS::ApiGateway::BasePathMapping",
        read=read_base_path,
        taken=dict.fromkeys(("BasePath", "DomainName", "RestApiId", "Stage"), "mappings"),
        required=("DomainName",),
    ),
    Adapter(
        type="AWS::ApiGatewayV2::DomainName",
        read=read_domain,
        taken=_MUTUAL,
        ignored=(*_CERTIFICATES, *(f"DomainNameConfigurations.{name}" for name in (
            "CertificateArn", "CertificateName", "EndpointType", "IpAddressType", "OwnershipVerificationCertificateArn",
            "SecurityPolicy",
        )), "Tags"),
        required=("DomainName",),
        withheld=("DomainNameArn", "RegionalDomainName", "RegionalHostedZoneId"),
    ),
    Adapter(
        type="AWS::ApiGatewayV2::ApiMapping",
        read=read_mapping,
        taken=dict.fromkeys(("ApiId", "ApiMappingKey", "DomainName", "Stage"), "mappings"),
        required=("DomainName", "Stage", "ApiId"),
        attributes=("ApiMappingId",),
    ),
)  # fmt: skip
