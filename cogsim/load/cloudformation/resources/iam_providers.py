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
        tags=properties.tags("Tags"),
        created=resource.pins.instant("Created"),
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
            tags=properties.tags("Tags"),
            created=resource.pins.instant("Created"),
            origin=resource.origin,
        )
    )
    resource.define("OpenID Connect provider", provider.arn)
    resource.draft.world = resource.draft.world.with_oidc_provider(provider)
    return resource.reference(provider.arn, Arn=provider.arn)


_TAGS = {"Tags.Key": "tags", "Tags.Value": "tags"}

ADAPTERS = (
    Adapter(
        type="AWS::IAM::SAMLProvider",
        read=read_saml_provider,
        taken={**_TAGS, "Name": "name", "SamlMetadataDocument": "metadata"},
        ignored=("AddPrivateKey", "AssertionEncryptionMode", "PrivateKeyList", "RemovePrivateKey"),
        attributes=("Arn",),
        withheld=("SamlProviderUUID",),
        pins=("Created",),
    ),
    Adapter(
        type="AWS::IAM::OIDCProvider",
        read=read_oidc_provider,
        taken={**_TAGS, "ClientIdList": "client_ids", "ThumbprintList": "thumbprints", "Url": "url"},
        attributes=("Arn",),
        pins=("Created",),
    ),
)
