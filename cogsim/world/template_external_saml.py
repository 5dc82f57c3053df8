"""SAML providers outside AWS as the resources that they load from."""

from __future__ import annotations

from cogsim.world.external_saml import NAME_ID_FORMATS, AdFs, ClaimRule, DirectoryUser, RelyingParty
from cogsim.world.template_parts import Json, present, resource, some

_FORMAT_WORDS = {uri: word for word, uri in NAME_ID_FORMATS.items()}


def ad_fs(noun: AdFs) -> Json:
    """Cogsim::AdFs, with its people; its receivers are resources of their own."""
    properties: Json = {
        "EntityId": noun.entity_id,
        "BaseUrl": noun.base_url,
        "Certificates": some({"Generation": each.generation, "Since": each.since} for each in noun.certificates),
        "Users": some(_user(each) for each in noun.users.values()),
    }
    return resource("Cogsim::AdFs", properties)


def _user(user: DirectoryUser) -> Json:
    return present(
        {
            "Upn": user.upn,
            "Name": user.name,
            "Sid": user.sid,
            "Password": user.password,
            "Groups": some(user.groups),
            "Attributes": {name: list(values) for name, values in user.attributes.items()} or None,
            "Enabled": None if user.enabled else False,
        }
    )


def relying_party(noun: RelyingParty, entity_id: str) -> Json:
    """Cogsim::AdFsRelyingParty of the provider of that entity id."""
    name_id = {"Format": _FORMAT_WORDS[noun.name_id.format], "Attribute": noun.name_id.attribute}
    properties: Json = {
        "AdFs": entity_id,
        "Identifier": noun.identifier,
        "Endpoints": list(noun.endpoints),
        "NameId": present(dict(name_id)),
        "ClaimRules": some(_rule(rule) for rule in noun.rules),
        "Sign": noun.sign,
        "Lifetime": noun.lifetime,
        "SessionLifetime": noun.session_lifetime,
        "EncryptionCertificate": noun.encryption_certificate,
        "RequestSigningCertificates": some(noun.signing_certificates),
        "SignedRequestsRequired": noun.signed_requests or None,
        "IdpInitiated": None if noun.idp_initiated else False,
    }
    return resource("Cogsim::AdFsRelyingParty", properties)


def _rule(rule: ClaimRule) -> Json:
    return present(
        {
            "Claim": rule.claim,
            "Attribute": rule.attribute,
            "Value": rule.value,
            "Matches": rule.matches,
            "Replacement": rule.replacement,
        }
    )
