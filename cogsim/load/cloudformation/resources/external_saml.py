"""SAML providers outside AWS: an AD FS over its directory, and the receivers it issues responses for.

A receiver is a resource of its own, because it names roles and providers that need the AD FS's metadata first.
"""

from __future__ import annotations

from dataclasses import replace

from cogsim.load.cloudformation.adapter import Adapter, Resource
from cogsim.load.cloudformation.draft import ATTACHMENTS
from cogsim.load.cloudformation.intrinsics import Reference
from cogsim.load.cloudformation.properties import Properties
from cogsim.load.nodes import Scalar, Series, kind_of
from cogsim.persistent import Map
from cogsim.world.external_saml import (
    NAME_ID_FORMATS,
    SIGNED_PARTS,
    AdFs,
    ClaimRule,
    DirectoryUser,
    NameIdRule,
    RelyingParty,
    SigningCertificate,
)
from cogsim.world.origin import is_placeholder


def read_ad_fs(resource: Resource) -> Reference:
    """The provider and its directory; `Metadata` is what it publishes now."""
    properties = resource.properties
    base_url = properties.needed("BaseUrl")
    entity_id = properties.text(
        "EntityId", f"{base_url.replace('https://', 'http://', 1).rstrip('/')}/adfs/services/trust"
    )
    stated = tuple(_certificate(each) for each in properties.children("Certificates"))
    users: dict[str, DirectoryUser] = {}
    for each in properties.children("Users"):
        user = _user(resource, each)
        if user.upn.lower() in users:
            raise each.error("Upn", f"is {user.upn!r}, as another user's is")
        users[user.upn.lower()] = user
    resource.define("SAML provider", entity_id)
    provider = properties.make(
        lambda: AdFs(
            entity_id=entity_id,
            base_url=base_url,
            users=Map(users),
            certificates=stated or (SigningCertificate(1),),
            origin=resource.origin,
        )
    )
    resource.draft.world = resource.draft.world.with_ad_fs(provider)
    return resource.reference(
        entity_id, EntityId=entity_id, Metadata=provider.metadata(), SignInUrl=provider.sign_in_url
    )


def _certificate(stated: Properties) -> SigningCertificate:
    return SigningCertificate(stated.number("Generation", 1), stated.instant("Since"))


def _user(resource: Resource, stated: Properties) -> DirectoryUser:
    upn = stated.needed("Upn")
    name = stated.text("Name", upn.partition("@")[0])
    return stated.make(
        lambda: DirectoryUser(
            upn=upn,
            name=name,
            sid=stated.text("Sid", f"S-1-5-21-{name}"),
            password=stated.needed("Password"),
            groups=stated.texts("Groups"),
            attributes=_attributes(stated),
            enabled=stated.flag("Enabled", True),
            origin=replace(resource.origin, location=stated.node.location, places={}),
        )
    )


def _attributes(stated: Properties) -> Map[str, tuple[str, ...]]:
    """Attributes with one value or a list of them."""
    inner = stated.child("Attributes")
    found: dict[str, tuple[str, ...]] = {}
    for name, value in inner.node:
        if isinstance(value, Scalar):
            found[name] = (inner.text(name, ""),)
        elif isinstance(value, Series):
            found[name] = inner.texts(name)
        else:
            raise value.error(f"Attributes.{name} is {kind_of(value)}, and must be a text or a list of texts")
    return Map(found)


def read_relying_party(resource: Resource) -> Reference:
    """A receiver of an AD FS; it is entered when all providers are there."""
    properties = resource.properties
    entity_id, identifier = properties.needed("AdFs"), properties.needed("Identifier")
    resource.define(f"receiver of {entity_id},", identifier)
    name_id = properties.child("NameId")
    rules = tuple(_rule(resource, each) for each in properties.children("ClaimRules"))
    format_name = name_id.choice("Format", tuple(NAME_ID_FORMATS), "unspecified")
    source = name_id.text("Attribute") or (None if format_name in ("persistent", "transient") else "upn")
    party = properties.make(
        lambda: RelyingParty(
            identifier=identifier,
            endpoints=properties.texts("Endpoints"),
            name_id=NameIdRule(NAME_ID_FORMATS[format_name], source),
            rules=rules,
            sign=properties.choice("Sign", SIGNED_PARTS, "assertion"),
            lifetime=properties.number("Lifetime", 3600),
            session_lifetime=properties.number("SessionLifetime"),
            encryption_certificate=properties.text("EncryptionCertificate"),
            signing_certificates=properties.texts("RequestSigningCertificates"),
            signed_requests=properties.flag("SignedRequestsRequired"),
            idp_initiated=properties.flag("IdpInitiated", True),
            origin=resource.origin,
        )
    )

    def enter() -> None:
        world = resource.draft.world
        provider = world.ad_fs.get(entity_id)
        if provider is not None:
            resource.draft.world = world.with_ad_fs(provider.with_party(party))
        elif is_placeholder(entity_id):
            resource.draft.notes.warn(
                resource.place, f"{resource.logical_id} is left out: which AD FS it is of is not known"
            )
        else:
            raise properties.error("AdFs", f"is {entity_id!r}, and no AD FS of that entity id is here")

    resource.draft.later(ATTACHMENTS, enter)
    return resource.reference(identifier)


def _rule(resource: Resource, stated: Properties) -> ClaimRule:
    return stated.make(
        lambda: ClaimRule(
            claim=stated.needed("Claim"),
            attribute=stated.text("Attribute"),
            value=stated.text("Value"),
            matches=stated.text("Matches"),
            replacement=stated.text("Replacement"),
            origin=replace(resource.origin, location=stated.node.location, places={}),
        )
    )


_USER = ("Attributes", "Enabled", "Groups", "Name", "Password", "Sid", "Upn")
_RULE = ("Attribute", "Claim", "Matches", "Replacement", "Value")

ADAPTERS = (
    Adapter(
        type="Cogsim::AdFs",
        read=read_ad_fs,
        taken={
            "BaseUrl": "base_url",
            "Certificates.Generation": "certificates.generation",
            "Certificates.Since": "certificates.since",
            "EntityId": "entity_id",
            **{f"Users.{name}": f"users.{name.lower()}" for name in _USER},
        },
        required=("BaseUrl",),
        attributes=("EntityId", "Metadata", "SignInUrl"),
    ),
    Adapter(
        type="Cogsim::AdFsRelyingParty",
        read=read_relying_party,
        taken={
            "AdFs": "provider",
            **{f"ClaimRules.{name}": f"rules.{name.lower()}" for name in _RULE},
            "EncryptionCertificate": "encryption_certificate",
            "Endpoints": "endpoints",
            "Identifier": "identifier",
            "IdpInitiated": "idp_initiated",
            "Lifetime": "lifetime",
            "NameId.Attribute": "name_id.attribute",
            "NameId.Format": "name_id.format",
            "RequestSigningCertificates": "signing_certificates",
            "SessionLifetime": "session_lifetime",
            "Sign": "sign",
            "SignedRequestsRequired": "signed_requests",
        },
        required=("AdFs", "Endpoints", "Identifier"),
    ),
)
