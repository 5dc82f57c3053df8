"""What stands in a token or a response, read without believing it: to see what was meant, never to decide.

A token whose issuer is in the world can be issued again with other claims, by the issuer's own key: that is how a cure
is tried which somebody else has to carry out.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cogsim.clock import instant
from cogsim.decision import Refusal
from cogsim.decisions.login import COGNITO_ISSUERS
from cogsim.decisions.oidc_issue import signed as issued
from cogsim.decisions.oidc_token import find_issuer, issuing_pool
from cogsim.decisions.open_id_token import signed as signed_by_identity_pool
from cogsim.decisions.saml_attributes import PREFIX
from cogsim.decisions.token_contents import pool_key
from cogsim.errors import CogsimError, InputError
from cogsim.lab.doctor.question import Question
from cogsim.tokens.jwt import read, sign
from cogsim.tokens.saml_metadata import read_metadata
from cogsim.tokens.saml_xml import MalformedError, parse, q, text_of
from cogsim.world.external_saml import AdFs, RelyingParty
from cogsim.world.world import World


def claims_of(token: str | None) -> Mapping[str, Any]:
    """The claims as they are written; none of what is no token."""
    found = read(token) if token is not None else None
    return {} if found is None or isinstance(found, Refusal) else found.claims


def own_name(world: World, claims: Mapping[str, Any]) -> str:
    """The name that a login with these claims goes by: the issuer without its scheme. # ci:external-providers"""
    issuer = str(claims.get("iss", ""))
    pool = issuing_pool(world, issuer)
    return pool.provider_name if pool is not None else issuer.removeprefix("https://")


def login_name(world: World, question: Question, proof: str) -> str:
    """The key of Logins that the call has: as it was said, or the proof's own."""
    if question.provider is not None:
        return question.provider
    claims = claims_of(proof)
    if claims:
        return own_name(world, claims)
    if read_response(proof) is not None:
        return saml_provider(world, question, proof)
    person = question.person
    issuer = world.oidc_issuers.get(person.home) if person is not None else None
    if issuer is not None and issuer.quirks.opaque_name is not None:
        return issuer.quirks.opaque_name
    raise InputError("the token does not say whose it is: name the provider")


def issued_again(world: World, token: str, now: float, **changes: Any) -> str | None:
    """The token with other claims, issued at `now` for an hour and signed by its issuer; None where the issuer's key is
    not in the world. A claim that is to go is None."""
    claims = {**claims_of(token), "iat": int(now), "exp": int(now) + 3600, **changes}
    claims = {name: value for name, value in claims.items() if value is not None and name != "nbf"}
    url = str(claims.get("iss", ""))
    pool, issuer = issuing_pool(world, url), find_issuer(world, url)
    if pool is not None:
        return sign(claims, pool_key(pool, "access" if claims.get("token_use") == "access" else "id"))
    if issuer is not None:
        return issued(issuer, claims)
    if url in COGNITO_ISSUERS.values():
        return signed_by_identity_pool(claims, str(claims.get("sub", "")).partition(":")[0])
    return None


@dataclass(frozen=True, slots=True)
class Said:
    """What a SAML response says of itself; `issued_at` in seconds."""

    issuer: str
    issued_at: float | None
    name_id: str


def read_response(encoded: str | None) -> Said | None:
    """What the Base64 of a response says; None where it is none."""
    try:
        root = parse(base64.b64decode("".join((encoded or "").split()), validate=True))
    except (ValueError, binascii.Error, MalformedError):
        return None
    issuers = [text_of(each) for each in root.iter(q("saml:Issuer"))]
    names = [text_of(each) for each in root.iter(q("saml:NameID"))]
    stated = [each.get("IssueInstant") for each in (*root.iter(q("saml:Assertion")), root)]
    return Said(issuers[-1] if issuers else "", _instant(stated[0] if stated else None), names[0] if names else "")


def _instant(text: str | None) -> float | None:
    try:
        return instant(text) if text else None
    except CogsimError:
        return None


def said_at(question: Question) -> float | None:
    """The instant at which a given proof was issued, where it says so."""
    if question.assertion is not None:
        said = read_response(question.assertion)
        return said.issued_at if said is not None else None
    issued_at = claims_of(question.token).get("iat")
    sound = isinstance(issued_at, int | float) and not isinstance(issued_at, bool) and 0 <= issued_at < 253_402_300_799
    return float(issued_at) if sound else None  # type: ignore[arg-type]


def saml_provider(world: World, question: Question, response: str) -> str:
    """The ARN of the IAM provider that the response is presented with: the one named, or the one of its issuer."""
    if question.provider is not None:
        return question.provider
    said, pool = read_response(response), world.identity_pools.get(question.pool_id or "")
    if pool is not None and len(pool.saml_provider_arns) == 1:
        return pool.saml_provider_arns[0]
    for arn, provider in world.saml_providers.items():
        metadata = read_metadata(provider.metadata)
        if said is not None and not isinstance(metadata, str) and metadata.entity_id == said.issuer:
            return arn
    if len(world.saml_providers) == 1:
        return next(iter(world.saml_providers))
    raise InputError(f"say the SAML provider: the world has {len(world.saml_providers)}")


def aws_party(provider: AdFs) -> RelyingParty:
    """The receiver of an AD FS that stands for AWS: by its name, its address, or the claims it is given."""
    parties = list(provider.parties.values())
    if len(parties) == 1:
        return parties[0]
    for party in parties:
        addressed = any("signin.aws" in each or "signin.amazonaws" in each for each in party.endpoints)
        claims = any(rule.claim.startswith(PREFIX) for rule in party.rules)
        if addressed or claims or party.identifier.startswith("urn:amazon:webservices"):
            return party
    raise InputError(f"{provider.entity_id} has no receiver that stands for AWS")
