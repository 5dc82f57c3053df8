"""A provider of OpenID Connect as it is registered with IAM, and one that is registered under a wrong address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from difflib import SequenceMatcher

from cogsim.arn import Arn
from cogsim.decisions.oidc_token import find_issuer, issuing_pool
from cogsim.lab.doctor.cause import Cause, Changed, Cure
from cogsim.lab.doctor.question import Question
from cogsim.lab.doctor.written import in_resource
from cogsim.policy.document import Policy
from cogsim.world.iam import OidcProvider
from cogsim.world.world import World

#: How like two addresses are of which one is the other misspelt.
_NEAR = 0.85


def provider_arn(partition: str, account: str, issuer: str) -> str:
    """The ARN that IAM gives a provider of that address."""
    return f"arn:{partition}:iam::{account}:oidc-provider/{issuer.removeprefix('https://')}"


def registration(issuer: str, audience: str) -> str:
    """The resource that registers a provider, as somebody would write it."""
    properties = f"Properties: {{Url: {issuer}, ClientIdList: [{audience}]}}"
    return f"Provider:\n  Type: AWS::IAM::OIDCProvider\n  {properties}"


def meant_for(world: World, issuer: str, providers: Iterable[OidcProvider]) -> OidcProvider | None:
    """The registration that was most likely meant for the issuer: its address differs by a few letters. None where the
    issuer is nobody of this world: whose address is merely like a trusted one is not to be trusted."""
    if find_issuer(world, issuer) is None and issuing_pool(world, issuer) is None:
        return None
    host = issuer.removeprefix("https://").casefold()
    near = [(_likeness(host, each), each) for each in providers if each.url != issuer]
    best = max(near, key=lambda pair: (pair[0], pair[1].arn), default=None)
    return best[1] if best is not None and best[0] >= _NEAR else None


def _likeness(host: str, provider: OidcProvider) -> float:
    return SequenceMatcher(None, host, provider.url.removeprefix("https://").casefold()).ratio()


def misspelt(old: OidcProvider, issuer: str) -> Cause:
    """The cause of a provider whose Url is not the issuer that its tokens name."""
    parsed = Arn.parse(old.arn)
    arn = provider_arn(parsed.partition, parsed.account, issuer)
    made = replace(old, arn=arn, url=issuer)

    def apply(world: World, question: Question) -> Changed:
        return _renamed(world.without_oidc_provider(old.arn).with_oidc_provider(made), old.arn, arn), question

    return Cause(
        "oidc-provider-url",
        "the OpenID Connect provider is registered under another address than the token's issuer",
        f"the token's iss is {issuer}, the provider's Url {old.url}: they have to be the same, character for character",
        old.origin.at("Url"),
        Cure(
            "write the issuer as it stands in the tokens; what refers to the provider goes along with its ARN",
            in_resource(old.origin, "Provider", {"Url": issuer}),
            apply,
        ),
        source="ug:oidc-provider",
    )


def _renamed(world: World, old: str, new: str) -> World:
    """The world where trust policies and identity pools name the provider by its new ARN, as `!Ref` would."""
    for role in world.roles.values():
        trust = _with_principal(role.trust, old, new)
        if trust != role.trust:
            world = world.with_role(replace(role, trust=trust))
    for pool in world.identity_pools.values():
        if old in pool.open_id_connect_provider_arns:
            arns = tuple(new if each == old else each for each in pool.open_id_connect_provider_arns)
            world = world.with_identity_pool(replace(pool, open_id_connect_provider_arns=arns))
    return world


def _with_principal(policy: Policy, old: str, new: str) -> Policy:
    statements = []
    for each in policy.statements:
        held = each.principals
        if held is not None and ("Federated", old) in held.entries:
            entries = tuple(("Federated", new) if entry == ("Federated", old) else entry for entry in held.entries)
            each = replace(each, principals=replace(held, entries=entries))
        statements.append(each)
    return replace(policy, statements=tuple(statements))
