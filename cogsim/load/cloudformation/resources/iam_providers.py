"""The SAML and OpenID Connect providers registered with IAM."""

from __future__ import annotations

from cogsim.load.cloudformation.adapter import Adapter, Resource
from cogsim.load.cloudformation.intrinsics import Reference
from cogsim.world.iam import OidcProvider, SamlProvider


def read_saml_provider(resource: Resource) -> Reference:
    """A SAML provider; its ARN is made of its name."""
    properties, env = resource.properties, resource.environment
    name = resource.name("Name")
    provider = SamlProvider(
        arn=f"arn:{env.partition}:iam::{env.account}:saml-provider/{name}",
        name=name,
        metadata=properties.text("SamlMetadataDocument", ""),
        origin=resource.origin,
    )
    resource.define("SAML provider", provider.arn)
    resource.draft.world = resource.draft.world.with_saml_provider(provider)
    return resource.reference(provider.arn, Arn=provider.arn)


def read_oidc_provider(resource: Resource) -> Reference:
    """A provider; its ARN carries the address without the scheme. # ug:oidc-provider"""
    properties, env = resource.properties, resource.environment
    url = properties.needed("Url")
    host = url.removeprefix("https://")
    provider = properties.make(
        lambda: OidcProvider(
            arn=f"arn:{env.partition}:iam::{env.account}:oidc-provider/{host}",
            url=url,
            client_ids=properties.texts("ClientIdList"),
            thumbprints=properties.texts("ThumbprintList"),
            origin=resource.origin,
        )
    )
    resource.define("OpenID Connect provider", provider.arn)
    resource.draft.world = resource.draft.world.with_oidc_provider(provider)
    return resource.reference(provider.arn, Arn=provider.arn)


ADAPTERS = (
    Adapter(
        type="AWS::IAM::SAMLProvider",
        read=read_saml_provider,
        taken={"Name": "name", "SamlMetadataDocument": "metadata"},
        ignored=("AddPrivateKey", "AssertionEncryptionMode", "PrivateKeyList", "RemovePrivateKey", "Tags"),
        attributes=("Arn",),
        withheld=("SamlProviderUUID",),
    ),
    Adapter(
        type="AWS::IAM::OIDCProvider",
        read=read_oidc_provider,
        taken={"ClientIdList": "client_ids", "ThumbprintList": "thumbprints", "Url": "url"},
        ignored=("Tags",),
        attributes=("Arn",),
    ),
)
