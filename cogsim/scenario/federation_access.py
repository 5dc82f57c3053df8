"""The credentials that somebody outside AWS gets, through the door: every way that providers and pools leave open.

All ways are walked on one fork, one after the other; one that somebody refuses gives none. Static answers to the same
question are `analysis`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from cogsim.actors.adfs import AdFsRefusal, AdFsServer
from cogsim.actors.oidc_provider import AtProvider, ProviderTokens, workload_token
from cogsim.actors.signing import Signer
from cogsim.aws.call import Credentials
from cogsim.errors import AwsError, InputError
from cogsim.simulation import Simulation
from cogsim.world.world import World

if TYPE_CHECKING:
    from cogsim.analysis.outside import AccountHolder, DeveloperUser, DirectoryPerson, Outside, Workload
    from cogsim.world.external_oidc import OidcClient

_BY_SAML, _BY_TOKEN = "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"
_COGNITO = "cognito-identity.amazonaws.com"
_SESSION = "session"
#: How many roles a chain has beyond the first session.
_MOST_HOPS = 3

#: Walks one way: the credentials, or the error of whoever refuses.
Way = Callable[[Simulation], Credentials]
#: What is brought along: an assertion or a token, fetched anew.
Proof = Callable[[Simulation], str]


def federated_signers(world: World, who: str, fork: Simulation) -> tuple[Signer, ...] | None:
    """Who the person or job `who` outside AWS can sign as, on a fork; None where `who` names nobody there."""
    from cogsim.analysis.outside import AccountHolder, DeveloperUser, DirectoryPerson, Workload
    from cogsim.analysis.who import resolve

    try:
        found = resolve(world, who)
    except InputError:
        return None
    if not isinstance(found, DirectoryPerson | AccountHolder | Workload | DeveloperUser):
        return None
    return outside_signers(fork, found)


def outside_signers(fork: Simulation, who: Outside) -> tuple[Signer, ...]:
    """Every session that the door gives `who`, those of role chains last."""
    from cogsim.analysis.outside import AccountHolder, DirectoryPerson, Workload

    match who:
        case DirectoryPerson():
            ways = _of_directory(fork.world, who)
        case AccountHolder():
            ways = _of_account(fork.world, who)
        case Workload():
            ways = _of_workload(fork.world, who)
        case _:
            ways = _of_developer(fork.world, who)
    return tuple(_with_chains(fork, _opened(fork, ways)))


def _opened(fork: Simulation, ways: Iterator[Way]) -> list[Credentials]:
    found = []
    for way in ways:
        try:
            found.append(way(fork))
        except (AwsError, AdFsRefusal, InputError):
            continue
    return found


def _with_chains(fork: Simulation, first: list[Credentials]) -> Iterator[Credentials]:
    """The sessions, and those that go on from them by sts:AssumeRole, a role never twice in a chain."""
    layer = [(signer, frozenset[str]()) for signer in first]
    for _ in range(_MOST_HOPS + 1):
        yield from (signer for signer, _ in layer)
        following = []
        for signer, taken in layer:
            for role in (each for each in fork.world.roles if each not in taken):
                asked = {"RoleArn": role, "RoleSessionName": _SESSION}
                made = _opened(fork, iter((partial(_called, operation="sts:AssumeRole", params=asked, signer=signer),)))
                following += [(each, taken | {role}) for each in made]
        layer = following


def _called(at: Simulation, *, operation: str, params: Mapping[str, Any], signer: Signer = None) -> Credentials:
    keys = at.call(operation, params, signer)["Credentials"]
    return Credentials(keys["AccessKeyId"], keys.get("SecretAccessKey") or keys["SecretKey"], keys["SessionToken"])


def _of_directory(world: World, who: DirectoryPerson) -> Iterator[Way]:
    """Straight with every provider and role, by every identity pool, and on the pages of every user pool."""
    for party in who.provider.parties:
        proof = partial(_response, who=who, party=party)
        for registered in world.saml_providers:
            for role in world.roles:
                yield partial(_with_assertion, proof=proof, registered=registered, role=role)
            for pool in world.identity_pools:
                yield from _by_login(world, pool, registered, proof)
    yield from _by_pages(world, who.user.upn, who.user.password)


def _response(at: Simulation, *, who: DirectoryPerson, party: str) -> str:
    server = AdFsServer(who.provider.entity_id)
    return server.start(at.world, party, who.user.upn, who.user.password, now=at.now).saml_response


def _with_assertion(at: Simulation, *, proof: Proof, registered: str, role: str) -> Credentials:
    asked = {"RoleArn": role, "PrincipalArn": registered, "SAMLAssertion": proof(at)}
    return _called(at, operation=_BY_SAML, params=asked)


def _of_account(world: World, who: AccountHolder) -> Iterator[Way]:
    for client in who.issuer.clients.values():
        if client.redirect_uris:
            yield from _by_token(world, partial(_identity, who=who, client=client))
            opaque = who.issuer.quirks.opaque_name
            if opaque is not None:
                yield from _by_token(world, partial(_access, who=who, client=client), opaque)
    yield from _by_pages(world, who.user.username, who.user.password)


def _tokens(at: Simulation, who: AccountHolder, client: OidcClient) -> ProviderTokens:
    return AtProvider(at, who.issuer, client, client.redirect_uris[0]).sign_in(
        who.user.username, who.user.password or ""
    )


def _identity(at: Simulation, *, who: AccountHolder, client: OidcClient) -> str:
    token = _tokens(at, who, client).id_token
    if token is None:
        raise InputError("the provider gives no ID token")
    return token


def _access(at: Simulation, *, who: AccountHolder, client: OidcClient) -> str:
    return _tokens(at, who, client).access_token


def _of_workload(world: World, who: Workload) -> Iterator[Way]:
    for audience in sorted({name for provider in world.oidc_providers.values() for name in provider.client_ids}):
        yield from _by_token(world, partial(_of_job, who=who, audience=audience))


def _of_job(at: Simulation, *, who: Workload, audience: str) -> str:
    job = who.job
    told = {"Ref": job.ref, "Event": job.event, **({"Environment": job.environment} if job.environment else {})}
    return workload_token(at, who.issuer, job.repository, audience, **told)


def _by_token(world: World, token: Proof, provider_id: str | None = None) -> Iterator[Way]:
    """Straight into every role, and by every identity pool under every name that it may take."""
    for role in world.roles:
        yield partial(_with_token, token=token, role=role, provider_id=provider_id)
    for pool in world.identity_pools.values():
        names = [arn.partition(":oidc-provider/")[2] for arn in pool.open_id_connect_provider_arns]
        for name in (*pool.supported_login_providers, *names):
            yield from _by_login(world, pool.id, name, token)


def _with_token(at: Simulation, *, token: Proof, role: str, provider_id: str | None = None) -> Credentials:
    named = {"ProviderId": provider_id} if provider_id is not None else {}
    asked = {"RoleArn": role, "RoleSessionName": _SESSION, "WebIdentityToken": token(at), **named}
    return _called(at, operation=_BY_TOKEN, params=asked)


def _by_login(world: World, pool: str, name: str, token: Proof) -> Iterator[Way]:
    """The role that the identity pool chooses, each that may be asked for, and each by the basic flow."""
    yield partial(_enhanced, pool=pool, name=name, token=token, role=None)
    for role in world.roles:
        yield partial(_enhanced, pool=pool, name=name, token=token, role=role)
        yield partial(_with_token, token=partial(_own_token, pool=pool, name=name, token=token), role=role)


def _enhanced(at: Simulation, *, pool: str, name: str, token: Proof, role: str | None) -> Credentials:
    logins = {name: token(at)}
    identity = at.call("cognito-identity:GetId", {"IdentityPoolId": pool, "Logins": logins})["IdentityId"]
    asked = {"IdentityId": identity, "Logins": logins, **({"CustomRoleArn": role} if role is not None else {})}
    return _called(at, operation="cognito-identity:GetCredentialsForIdentity", params=asked)


def _own_token(at: Simulation, *, pool: str, name: str, token: Proof) -> str:
    """The identity pool's own token: the basic flow."""
    logins = {name: token(at)}
    identity = at.call("cognito-identity:GetId", {"IdentityPoolId": pool, "Logins": logins})["IdentityId"]
    return str(at.call("cognito-identity:GetOpenIdToken", {"IdentityId": identity, "Logins": logins})["Token"])


def _by_pages(world: World, username: str, password: str | None) -> Iterator[Way]:
    """A sign-in on the pages of every user pool, at each of its providers, and on through the identity pools."""
    for client in world.clients.values():
        for provider in client.supported_identity_providers:
            if (client.pool_id, provider) in world.pool_providers:
                name = world.user_pools[client.pool_id].provider_name
                proof = partial(_hosted, username=username, password=password, client=client.id, provider=provider)
                token = _Once(proof)
                for pool in world.identity_pools:
                    yield from _by_login(world, pool, name, token)


class _Once:
    """A proof that is fetched once and brought along each time: a page takes another assertion of the same instant,
    which has the same id, for a replay."""

    def __init__(self, proof: Proof) -> None:
        self.proof = proof
        self.held: str | None = None

    def __call__(self, at: Simulation) -> str:
        if self.held is None:
            self.held = self.proof(at)
        return self.held


def _hosted(at: Simulation, *, username: str, password: str | None, client: str, provider: str) -> str:
    return at.sign_in_hosted(username, client, provider, password).id_token


def _of_developer(world: World, who: DeveloperUser) -> Iterator[Way]:
    """With every long-term key of the world that may name users."""
    for key in world.access_keys.values():
        signer = Credentials(key.id, key.secret)
        yield partial(_named_by, who=who, signer=signer)
        for role in world.roles:
            yield partial(_with_token, token=partial(_developer_token, who=who, signer=signer), role=role)


def _developer_answer(at: Simulation, who: DeveloperUser, signer: Credentials) -> Mapping[str, Any]:
    asked: dict[str, Any] = {"IdentityPoolId": who.identity_pool.id, "Logins": {who.provider: who.user_id}}
    if who.tags:
        asked["PrincipalTags"] = dict(who.tags)
    return at.call("cognito-identity:GetOpenIdTokenForDeveloperIdentity", asked, signer)


def _developer_token(at: Simulation, *, who: DeveloperUser, signer: Credentials) -> str:
    return str(_developer_answer(at, who, signer)["Token"])


def _named_by(at: Simulation, *, who: DeveloperUser, signer: Credentials) -> Credentials:
    told = _developer_answer(at, who, signer)
    asked = {"IdentityId": told["IdentityId"], "Logins": {_COGNITO: told["Token"]}}
    return _called(at, operation="cognito-identity:GetCredentialsForIdentity", params=asked)
