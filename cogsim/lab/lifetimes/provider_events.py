"""What happens where people have their accounts, and to who is trusted with them: directories, keys, identity pools."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cogsim.analysis.naming import called
from cogsim.lab.lifetimes.holding import Holding, NotHere
from cogsim.lab.lifetimes.operator import operator_for
from cogsim.lab.lifetimes.proof import STRAIGHT
from cogsim.simulation import Simulation
from cogsim.world.identity_pool import IdentityPool


def replace_keys(sim: Simulation, held: Holding) -> None:
    """Every key that signed something of what is held: the user pool's, the AD FS's, the provider's. What IAM keeps of
    an AD FS stays as it was given."""
    changed = False
    if held.member is not None:
        here = sim.calling_from(region=held.member.pool.region)
        here.call("cogsim:RotateSigningKeys", {"UserPoolId": held.member.pool.id, "Retire": True})
        changed = True
    for entity in _people(held):
        for stage in ("Add", "Promote", "Retire"):
            sim.call("cogsim:RollOverAdFsCertificate", {"EntityId": entity, "Stage": stage})
        changed = True
    for url in _issuers(held):
        sim.call("cogsim:RollOverOidcKeys", {"Issuer": url, "Retire": True})
        changed = True
    if not changed:
        raise NotHere("nothing that is held was signed by a key that anybody replaces")


def disable_account(sim: Simulation, held: Holding) -> None:
    """The person's account at the AD FS or the provider: what the user pool keeps of them stays."""
    people, accounts = _people(held), _accounts(held)
    if not people and not accounts:
        raise NotHere("nobody outside AWS keeps the account")
    for entity, upn in people.items():
        sim.call("cogsim:SetDirectoryUserEnabled", {"EntityId": entity, "Upn": upn, "Enabled": False})
    for url, username in accounts.items():
        sim.call("cogsim:SetOidcAccountEnabled", {"Issuer": url, "Username": username, "Enabled": False})


def leave_groups(sim: Simulation, held: Holding) -> None:
    """The person is taken out of every group of the directory."""
    groups = [
        (entity, upn, group)
        for entity, upn in _people(held).items()
        for group in sim.world.ad_fs[entity].users[upn.lower()].groups
    ]
    if not groups:
        raise NotHere("the person is in no group of an AD FS")
    for entity, upn, group in groups:
        sim.call("cogsim:LeaveDirectoryGroup", {"EntityId": entity, "Upn": upn, "Group": group})


def delete_pool_provider(sim: Simulation, held: Holding) -> None:
    """The user pool no longer takes people of the provider."""
    member = held.pooled
    if member.provider is None:
        raise NotHere("the user signed in at the user pool itself")
    asked = {"UserPoolId": member.pool.id, "ProviderName": member.provider}
    here = sim.calling_from(region=member.pool.region)
    here.call("cognito-idp:DeleteIdentityProvider", asked, operator_for(member.pool.arn))


def delete_iam_providers(sim: Simulation, held: Holding) -> None:
    """The providers registered with IAM that what is held was taken by are deleted."""
    arns = list(dict.fromkeys(arn for proof in held.proofs for arn in proof.registered))
    if held.member is not None:
        issuer = held.member.pool.issuer
        arns += [each.arn for each in sim.world.oidc_providers.values() if each.url.rstrip("/") == issuer]
    if not arns:
        raise NotHere("no provider of IAM stands behind what is held")
    for arn in arns:
        if arn in sim.world.saml_providers:
            sim.call("iam:DeleteSAMLProvider", {"SAMLProviderArn": arn}, operator_for(arn))
        else:
            sim.call("iam:DeleteOpenIDConnectProvider", {"OpenIDConnectProviderArn": arn}, operator_for(arn))


# Identity pools


def give_no_role(sim: Simulation, held: Holding) -> None:
    """Every identity pool that gave credentials is left without a role."""
    for pool in _identity_pools(sim, held):
        _on_pool(sim, pool, "SetIdentityPoolRoles", Roles={})


def take_no_login(sim: Simulation, held: Holding) -> None:
    """Every identity pool that gave credentials lists no provider and admits no guest."""
    for pool in _identity_pools(sim, held):
        _on_pool(sim, pool, "UpdateIdentityPool", IdentityPoolName=pool.name, AllowUnauthenticatedIdentities=False)


def delete_identities(sim: Simulation, held: Holding) -> None:
    """The identities that credentials were given for; the next login gets another."""
    names = list(dict.fromkeys(session.identity for session in held.sessions if session.identity))
    if not names:
        raise NotHere("no identity pool gave what is held")
    for name in names:
        pool = sim.world.identity_pools[sim.world.identities[name].pool_id]
        here, asked = sim.calling_from(region=pool.region), {"IdentityIdsToDelete": [name]}
        here.call("cognito-identity:DeleteIdentities", asked, operator_for(pool.arn))


def _on_pool(sim: Simulation, pool: IdentityPool, operation: str, **params: Any) -> Mapping[str, Any]:
    asked = {"IdentityPoolId": pool.id, **params}
    here = sim.calling_from(region=pool.region)
    return here.call(f"cognito-identity:{operation}", asked, operator_for(pool.arn))


def _identity_pools(sim: Simulation, held: Holding) -> list[IdentityPool]:
    """Those that gave what is held."""
    sources = {session.source for session in held.sessions if session.source != STRAIGHT}
    found = [pool for pool in sim.world.identity_pools.values() if called(sim.world, pool) in sources]
    if not found:
        raise NotHere("no identity pool gave what is held")
    return found


# Who keeps the account


def _accounts_kept(held: Holding) -> Iterator[tuple[str, str, str]]:
    """Kind (saml, oidc or job), who keeps it, and the person's name there."""
    yield from ((proof.kind, proof.giver, proof.name) for proof in held.proofs)
    member = held.member
    if member is not None and member.kept_by is not None:
        yield (*member.kept_by, member.name)


def _people(held: Holding) -> dict[str, str]:
    """Entity ids of AD FS, with the name there."""
    return {giver: name for kind, giver, name in _accounts_kept(held) if kind == "saml"}


def _accounts(held: Holding) -> dict[str, str]:
    """Addresses of issuers, with the name there."""
    return {giver: name for kind, giver, name in _accounts_kept(held) if kind == "oidc"}


def _issuers(held: Holding) -> list[str]:
    return list(dict.fromkeys(giver for kind, giver, _ in _accounts_kept(held) if kind in ("oidc", "job")))
