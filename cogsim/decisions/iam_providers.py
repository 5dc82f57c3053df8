"""The identity providers an account registers: addresses, audiences, metadata. # ug:oidc-provider; ug:saml-provider"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.iam_entities import EXISTS, INVALID_INPUT, NO_SUCH_ENTITY, Owner, held, unseen
from cogsim.decisions.iam_quotas import THUMBPRINTS_PER_PROVIDER, room_for
from cogsim.decisions.refusals import Check, all_of, passed, refused
from cogsim.tokens.saml_encryption import load_private_key
from cogsim.tokens.saml_metadata import read_metadata
from cogsim.world.iam import OidcProvider, SamlPrivateKey, SamlProvider
from cogsim.world.world import World

_MOST_PRIVATE_KEYS = 2


def oidc_acceptable(world: World, owner: Owner, url: str, clients: tuple[str, ...], prints: tuple[str, ...]) -> Check:
    """Whether a provider of that address may be made."""
    taken = f"Provider with url {url} already exists."
    held_now = held(world.oidc_providers, owner)
    there = any(provider.url.casefold() == url.casefold() for provider in held_now)
    question = "is the address registered already?"
    free = passed(question, url, "ug:oidc-provider", answer="no")
    return all_of(
        _address(url),
        refused(Refusal(EXISTS, taken), question, url, "ug:oidc-provider", answer="yes") if there else free,
        thumbprints_acceptable(prints),
        room_for("ClientIdsPerOpenIdConnectProvider", max(len(set(clients)) - 1, 0)),
        room_for("OpenIDConnectProvidersPerAccount", len(held_now)),
    )


def _address(url: str) -> Check:
    """An address is https, has no port and no query; a path is part of it. # ug:oidc-provider §url"""
    question = "is it the address of an issuer?"
    try:
        parts = urlsplit(url)
        sound = parts.scheme == "https" and bool(parts.hostname) and parts.port is None
    except ValueError:
        sound = False
    if sound and "@" not in parts.netloc and not parts.query and not parts.fragment and "?" not in url:
        return passed(question, url, "ug:oidc-provider")
    return refused(
        Refusal("ValidationError", "Invalid Open ID Connect Provider URL"), question, url, "ug:oidc-provider"
    )


def thumbprints_acceptable(thumbprints: tuple[str, ...]) -> Check:
    """At most five, each forty hexadecimal digits."""
    question = "are the thumbprints acceptable?"
    if len(thumbprints) > THUMBPRINTS_PER_PROVIDER:
        text = f"Thumbprint list must contain fewer than {THUMBPRINTS_PER_PROVIDER + 1} entries."
        return unseen(INVALID_INPUT, text, question, f"{len(thumbprints)}", "ug:quotas")
    odd = next((each for each in thumbprints if set(each) - set("0123456789abcdefABCDEF")), None)
    if odd is not None:
        return unseen(INVALID_INPUT, "Thumbprint must be hexadecimal", question, odd, "ug:oidc-provider")
    return passed(question, f"{len(thumbprints)}", "ug:oidc-provider")


def existing_oidc(world: World, owner: Owner, arn: str) -> Decision[OidcProvider | Refusal]:
    """The provider behind `arn`, or the refusal."""
    found = world.oidc_providers.get(arn)
    return _existing(found if owner.has(arn) else None, "OpenIDConnect Provider", "oidc-provider", arn)


def existing_saml(world: World, owner: Owner, arn: str) -> Decision[SamlProvider | Refusal]:
    """The provider behind `arn`, or the refusal."""
    found = world.saml_providers.get(arn)
    return _existing(found if owner.has(arn) else None, "SAMLProvider", "saml-provider", arn)


def _existing(found: Any, word: str, kind: str, arn: str) -> Decision[Any]:
    question = "is there such a provider?"
    if found is not None:
        return decided(found, Step(question, "yes", arn, "iam:api"))
    fields = arn.split(":", 5)
    if len(fields) != 6 or fields[2] != "iam" or not fields[5].startswith(f"{kind}/"):
        return unseen(INVALID_INPUT, f"Invalid ARN: {arn}", question, arn)
    return refused(Refusal(NO_SUCH_ENTITY, f"{word} not found for arn {arn}"), question, arn, "iam:api")


def saml_acceptable(world: World, owner: Owner, name: str, metadata: str) -> Check:
    """Whether a SAML provider of that name may be made."""
    question = "is the name free for a SAML provider?"
    others = held(world.saml_providers, owner)
    taken = any(each.name.casefold() == name.casefold() for each in others)
    text = f"SAMLProvider with name {name} already exists."
    free = unseen(EXISTS, text, question, name) if taken else passed(question, name, "ug:quotas")
    return all_of(metadata_acceptable(metadata), free, room_for("SAMLProvidersPerAccount", len(others)))


def keys_after(
    provider: SamlProvider, added: str | None, removed: str | None, now: float
) -> Decision[tuple[SamlPrivateKey, ...] | Refusal]:
    """The provider's private keys once one is removed and one is added: two at most, so that one can replace another.
    # ug:saml-provider §encryption"""
    question, keys = "which private keys has the provider?", provider.private_keys
    if removed is not None:
        if removed not in [key.id for key in keys]:
            return unseen(NO_SUCH_ENTITY, f"Private key {removed} not found", question, removed, "ug:saml-provider")
        keys = tuple(key for key in keys if key.id != removed)
    if added is not None:
        if load_private_key(added) is None:
            return unseen(INVALID_INPUT, "Could not parse private key", question, "no RSA key", "ug:saml-provider")
        if len(keys) >= _MOST_PRIVATE_KEYS:
            text = f"Cannot exceed quota for PrivateKeysPerSAMLProvider: {_MOST_PRIVATE_KEYS}"
            return unseen("LimitExceeded", text, question, f"{len(keys)}", "ug:saml-provider")
        keys = (*keys, SamlPrivateKey(added, now))
    return decided(keys, Step(question, ", ".join(key.id for key in keys) or "none", "", "ug:saml-provider"))


def metadata_acceptable(metadata: str) -> Check:
    """Whether it is the metadata of an identity provider: an EntityDescriptor with a name, an IDPSSODescriptor, and a
    certificate to verify assertions by. # ug:saml-provider

    The document is parsed without entities, DTDs or network; its own signature is not looked at, and neither is IAM's.
    """
    question = "is it the metadata of an identity provider?"
    lacking = _lacking(metadata)
    if lacking is None:
        return passed(question, f"{len(metadata)} characters", "ug:saml-provider")
    return unseen(INVALID_INPUT, "Could not parse metadata", question, lacking, "ug:saml-provider")


def _lacking(metadata: str) -> str | None:
    found = read_metadata(metadata)
    return found if isinstance(found, str) else None
