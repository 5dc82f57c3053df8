"""The SAML and OpenID Connect providers registered with IAM."""

from __future__ import annotations

from cogsim.load.cloudformation.adapter import Adapter, Resource
from cogsim.load.cloudformation.intrinsics import Reference
from cogsim.tokens.saml_encryption import load_private_key
from cogsim.tokens.saml_metadata import read_metadata, readable_certificates
from cogsim.world.iam import OidcProvider, SamlPrivateKey, SamlProvider
from cogsim.world.origin import is_placeholder


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
        encryption=_encryption(resource),
        private_keys=_private_keys(resource),
    )
    resource.define("SAML provider", provider.arn)
    _warn_of_metadata(resource, provider.metadata)
    resource.draft.world = resource.draft.world.with_saml_provider(provider)
    return resource.reference(provider.arn, Arn=provider.arn)


def _warn_of_metadata(resource: Resource, document: str) -> None:
    """A document that AWS would refuse, or that no assertion can be verified by, is loaded, and somebody is told."""
    if is_placeholder(document) or not document:
        return
    found = read_metadata(document)
    reason = found if isinstance(found, str) else "" if readable_certificates(found) else "no certificate can be read"
    if reason:
        sentence = f"SamlMetadataDocument of {resource.logical_id}: {reason}; nobody is believed by it"
        resource.draft.notes.warn(resource.origin.at("SamlMetadataDocument"), sentence)


def _encryption(resource: Resource) -> str | None:
    if not resource.properties.has("AssertionEncryptionMode"):
        return None
    return resource.properties.choice("AssertionEncryptionMode", ("Allowed", "Required"), "Allowed")


def _private_keys(resource: Resource) -> tuple[SamlPrivateKey, ...]:
    """The keys that are pinned, which a run may have added, or the one of the template."""
    if resource.pins.has("PrivateKeys"):
        stated = resource.pins.children("PrivateKeys")
        return tuple(SamlPrivateKey(each.needed("Pem"), each.instant("Added")) for each in stated)
    pem = resource.properties.text("AddPrivateKey")
    if pem is None:
        return ()
    if load_private_key(pem) is None and not is_placeholder(pem):
        raise resource.properties.error("AddPrivateKey", "is no RSA private key in PEM")
    return (SamlPrivateKey(pem, resource.pins.instant("Created")),)


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
        taken={
            **_TAGS,
            "AddPrivateKey": "private_keys",
            "AssertionEncryptionMode": "encryption",
            "Name": "name",
            "SamlMetadataDocument": "metadata",
        },
        ignored=("PrivateKeyList", "RemovePrivateKey"),
        attributes=("Arn",),
        withheld=("SamlProviderUUID",),
        pins=("Created", "PrivateKeys"),
    ),
    Adapter(
        type="AWS::IAM::OIDCProvider",
        read=read_oidc_provider,
        taken={**_TAGS, "ClientIdList": "client_ids", "ThumbprintList": "thumbprints", "Url": "url"},
        attributes=("Arn",),
        pins=("Created",),
    ),
)
