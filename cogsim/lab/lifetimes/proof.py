"""What somebody outside a user pool proves themselves by: an AD FS's response, a provider's token, an identity pool's.

A proof is had (by signing in at the provider, or from one's own server), taken by STS or by identity pools for AWS
credentials, and had anew as long as whoever gives it knows the person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from cogsim.actors.adfs import AdFsServer
from cogsim.actors.app import identity_session
from cogsim.actors.oidc_provider import AtProvider, workload_token
from cogsim.analysis.developers import servers_of
from cogsim.analysis.directory_people import for_aws, registered_at
from cogsim.analysis.naming import called, called_by
from cogsim.analysis.outside import AccountHolder, DeveloperUser, DirectoryPerson, Outside, Workload, issuer_name
from cogsim.analysis.straight_sessions import roles_trusting
from cogsim.analysis.who import BrokerClient
from cogsim.aws.call import Credentials
from cogsim.decision import Refusal
from cogsim.decisions.identity_federated import LEGACY_PROVIDERS
from cogsim.decisions.oidc_token import find_issuer
from cogsim.decisions.open_id_token import DEVELOPER_LIFETIME, cognito_principal
from cogsim.decisions.saml_attributes import role_pairs
from cogsim.decisions.saml_session import believe
from cogsim.decisions.web_bearer import GOOGLE
from cogsim.errors import InputError
from cogsim.lab.lifetimes.operator import operator_for
from cogsim.simulation import Simulation
from cogsim.tokens.jwt import UnverifiedToken, read
from cogsim.world.external_oidc import OidcClient
from cogsim.world.external_saml import RelyingParty
from cogsim.world.iam import SamlProvider
from cogsim.world.identity_pool import IdentityPool
from cogsim.world.world import World

#: The source of credentials that STS gave for the proof itself.
STRAIGHT = "STS"
#: Seconds that STS takes a response for. # ug:troubleshoot-saml
_RESPONSE_LIFE = 300
_SESSION_NAME = "lifetimes"


@dataclass(frozen=True, slots=True)
class Way:
    """A way from a proof to AWS credentials: by which identity pool or (STRAIGHT) STS, in words, and how it goes."""

    key: str
    source: str
    shown: str
    brief: str
    take: Callable[[Simulation, str], Credentials] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof by its `key`, in words, with what it is had anew by (None: it is not), and its ends (seconds).

    `kind` is saml, oidc, job, developer, guest or broker; `giver` names who makes it: an entity id, an issuer, a pool's
    id, a broker's name; `name` is the person's name there, `registered` the ARNs of the IAM providers that it is taken
    by. A broker hands out credentials and nothing to hold before.
    """

    key: str
    kind: str
    giver: str
    name: str
    shown: str
    brief: str
    text: str = field(repr=False)
    ends: tuple[float, ...]
    ways: tuple[Way, ...]
    again: str
    had_by: Callable[[Simulation], str] | None = field(default=None, repr=False)
    registered: tuple[str, ...] = ()


def proofs(sim: Simulation, who: Outside | BrokerClient | IdentityPool) -> Iterator[Proof]:
    """Every proof that the person, the job, or (a pool) its guest can have now; InputError where the provider refuses
    them."""
    match who:
        case DirectoryPerson():
            yield from _of_directory(sim, who)
        case AccountHolder():
            yield from _of_account(sim, who)
        case Workload():
            yield from _of_job(sim, who)
        case DeveloperUser():
            yield _of_developer(sim, who)
        case BrokerClient():
            yield _of_broker(sim.world, who)
        case IdentityPool():
            yield _of_guest(sim, who)


# SAML


def _of_directory(sim: Simulation, who: DirectoryPerson) -> Iterator[Proof]:
    world = sim.world
    for registered in registered_at(world, who.provider):
        for party in who.provider.parties.values():
            if not for_aws(registered, party):
                continue
            name = called(world, registered)
            directory = called_by(world, who.provider.origin, who.provider.entity_id)
            had_by = partial(_response, who.provider.entity_id, party, who.user.upn, who.user.password)
            text = had_by(sim)
            yield Proof(
                f"saml:{name}",
                "saml",
                who.provider.entity_id,
                who.user.upn,
                f"SAML response of {directory}",
                "SAML response",
                text,
                (sim.now + _RESPONSE_LIFE, sim.now + party.lifetime),
                (*_saml_roles(sim, registered, text), *_saml_pools(world, registered)),
                f"password at {directory}",
                had_by,
                (registered.arn,),
            )


def _response(entity_id: str, party: RelyingParty, upn: str, password: str, sim: Simulation) -> str:
    server = AdFsServer(entity_id)
    return server.start(sim.world, party.identifier, upn, password, now=sim.now).saml_response


def _saml_roles(sim: Simulation, registered: SamlProvider, text: str) -> Iterator[Way]:
    assertion = believe(sim.world, registered.arn, text, now=sim.now).value
    if isinstance(assertion, Refusal):
        return
    for arn in dict.fromkeys(role for role, provider in role_pairs(assertion) if provider == registered.arn):
        role = sim.world.roles.get(arn)
        name = called(sim.world, role) if role is not None else arn
        yield Way(name, STRAIGHT, f"STS as {name}", f"STS as {name}", partial(_assume_saml, registered.arn, arn))


def _assume_saml(provider_arn: str, role_arn: str, sim: Simulation, text: str) -> Credentials:
    asked = {"RoleArn": role_arn, "PrincipalArn": provider_arn, "SAMLAssertion": text}
    return _keys(sim.call("sts:AssumeRoleWithSAML", asked))


def _saml_pools(world: World, registered: SamlProvider) -> Iterator[Way]:
    for pool in world.identity_pools.values():
        if registered.arn in pool.saml_provider_arns:
            yield _at_pool(world, pool, registered.arn)


# OpenID Connect


def _of_account(sim: Simulation, who: AccountHolder) -> Iterator[Proof]:
    issuer = who.issuer
    for client in issuer.clients.values():
        if not client.redirect_uris:
            continue
        had_by = partial(_token, issuer.url, client, who.user.username, who.user.password or "")
        text = had_by(sim)
        ways = (*_token_roles(sim, issuer.url, text), *_token_pools(sim.world, issuer.url, client.id))
        kind = "ID token" if isinstance(read(text), UnverifiedToken) else "access token"
        shown = f"{kind} of {issuer_name(sim.world, issuer)} for {client.id}"
        again = f"password at {issuer_name(sim.world, issuer)}"
        ends = _ends(text, sim.now + issuer.token_lifetime)
        registered = _registered(sim.world, issuer.url)
        key = f"oidc:{issuer_name(sim.world, issuer)}/{client.id}"
        yield Proof(
            key, "oidc", issuer.url, who.user.username, shown, kind, text, ends, ways, again, had_by, registered
        )


def _token(url: str, client: OidcClient, username: str, password: str, sim: Simulation) -> str:
    """The ID token where the provider gives one, else the access token."""
    issuer = find_issuer(sim.world, url)
    if issuer is None:
        raise InputError(f"no provider {url!r}")
    got = AtProvider(sim, issuer, client, client.redirect_uris[0]).sign_in(username, password)
    return got.id_token or got.access_token


def _of_job(sim: Simulation, who: Workload) -> Iterator[Proof]:
    issuer, job = who.issuer, who.job
    said = {"Ref": job.ref, "Environment": job.environment, "Event": job.event}
    stated = {name: value for name, value in said.items() if value}
    registered = [each for each in sim.world.oidc_providers.values() if each.url.rstrip("/") == issuer.url.rstrip("/")]
    for audience in dict.fromkeys(name for provider in registered for name in provider.client_ids):
        had_by = partial(_job_token, issuer.url, job.repository, audience, stated)
        text = had_by(sim)
        name, ways = issuer_name(sim.world, issuer), tuple(_token_roles(sim, issuer.url, text))
        if ways:
            shown, again = f"token of {name} for {audience}", f"job at {name}"
            ends, arns = _ends(text, sim.now), _registered(sim.world, issuer.url)
            key, person = f"job:{name}/{audience}", job.repository
            yield Proof(
                key, "job", issuer.url, person, shown, "token of the job", text, ends, ways, again, had_by, arns
            )


def _job_token(url: str, repository: str, audience: str, stated: Mapping[str, str], sim: Simulation) -> str:
    issuer = find_issuer(sim.world, url)
    if issuer is None:
        raise InputError(f"no provider {url!r}")
    return workload_token(sim, issuer, repository, audience, **stated)


def _registered(world: World, url: str) -> tuple[str, ...]:
    held = world.oidc_providers.values()
    return tuple(each.arn for each in held if each.url.rstrip("/") == url.rstrip("/"))


def _token_roles(sim: Simulation, url: str, text: str) -> Iterator[Way]:
    """The roles that STS gives for the token now: each is tried in a copy."""
    issuer = find_issuer(sim.world, url)
    built_in = issuer.quirks.opaque_name if issuer is not None else None
    opaque = built_in if not isinstance(read(text), UnverifiedToken) else None
    principals = [*_registered(sim.world, url), *([GOOGLE] if issuer is not None and issuer.preset == "google" else [])]
    principals += [built_in] if built_in is not None else []
    yield from _assumable(sim, principals, opaque, text)


def _assumable(sim: Simulation, principals: list[str], provider_id: str | None, text: str) -> Iterator[Way]:
    for role in roles_trusting(sim.world, principals):
        take, name = partial(_assume_token, role.arn, provider_id), called(sim.world, role)
        outcome = sim.fork().submit("sts:AssumeRoleWithWebIdentity", _asked(role.arn, provider_id, text))
        if outcome.error is None:
            yield Way(name, STRAIGHT, f"STS as {name}", f"STS as {name}", take)


def _asked(role_arn: str, provider_id: str | None, text: str) -> dict[str, str]:
    named = {"ProviderId": provider_id} if provider_id is not None else {}
    return {"RoleArn": role_arn, "RoleSessionName": _SESSION_NAME, "WebIdentityToken": text, **named}


def _assume_token(role_arn: str, provider_id: str | None, sim: Simulation, text: str) -> Credentials:
    return _keys(sim.call("sts:AssumeRoleWithWebIdentity", _asked(role_arn, provider_id, text)))


def _token_pools(world: World, url: str, audience: str) -> Iterator[Way]:
    issuer = find_issuer(world, url)
    for pool in world.identity_pools.values():
        for name, audiences in pool.supported_login_providers.items():
            own = issuer is not None and name not in LEGACY_PROVIDERS and find_issuer(world, name) == issuer
            if own and audience in audiences.split(";"):
                yield _at_pool(world, pool, name)
        for arn in pool.open_id_connect_provider_arns:
            provider = world.oidc_providers.get(arn)
            if provider is not None and provider.arn in _registered(world, url) and audience in provider.client_ids:
                yield _at_pool(world, pool, arn.partition(":oidc-provider/")[2])


# Identity pools


def _at_pool(world: World, pool: IdentityPool, name: str) -> Way:
    source = called(world, pool)
    return Way(source, source, f"identity pool {source}", source, partial(_exchange, pool.id, pool.region, name))


def _exchange(pool_id: str, region: str, name: str, sim: Simulation, text: str) -> Credentials:
    here, logins = sim.calling_from(region=region), {name: text}
    asked = {"IdentityPoolId": pool_id, "Logins": logins}
    identity = here.call("cognito-identity:GetId", asked)["IdentityId"]
    given = {"IdentityId": identity, "Logins": logins}
    return identity_session(here.call("cognito-identity:GetCredentialsForIdentity", given)).credentials


def _of_developer(sim: Simulation, who: DeveloperUser) -> Proof:
    pool, name = who.identity_pool, called(sim.world, who.identity_pool)
    had_by = partial(_developer_token, pool, {who.provider: who.user_id}, dict(who.tags), _server(sim.world, pool))
    text = had_by(sim)
    own = Way(name, name, f"identity pool {name}", name, partial(_exchange_own, pool))
    principals = [cognito_principal(pool.partition)]
    return Proof(
        f"developer:{name}",
        "developer",
        pool.id,
        who.user_id,
        f"token for the developer's user {who.user_id}",
        "developer's token",
        text,
        (sim.now + DEVELOPER_LIFETIME,),
        (own, *_assumable(sim, principals, None, text)),
        "the developer's server",
        had_by,
    )


def _server(world: World, pool: IdentityPool) -> str:
    """The IAM user of the world who may name users to the pool; the operator where only roles may, or nobody."""
    keys = {key.user_arn for key in world.access_keys.values()}
    named = (noun.arn for noun, _ in servers_of(world, pool) if noun.arn in keys)
    return next(named, operator_for(pool.arn))


def _developer_token(
    pool: IdentityPool, logins: Mapping[str, str], tags: Mapping[str, str], server: str, sim: Simulation
) -> str:
    asked: dict[str, Any] = {"IdentityPoolId": pool.id, "Logins": logins, **({"PrincipalTags": tags} if tags else {})}
    here = sim.calling_from(region=pool.region)
    return str(here.call("cognito-identity:GetOpenIdTokenForDeveloperIdentity", asked, server)["Token"])


def _exchange_own(pool: IdentityPool, sim: Simulation, text: str) -> Credentials:
    parsed = read(text)
    assert isinstance(parsed, UnverifiedToken)
    asked = {"IdentityId": parsed.claims["sub"], "Logins": {cognito_principal(pool.partition): text}}
    here = sim.calling_from(region=pool.region)
    return identity_session(here.call("cognito-identity:GetCredentialsForIdentity", asked)).credentials


def _of_guest(sim: Simulation, pool: IdentityPool) -> Proof:
    name, had_by = called(sim.world, pool), partial(_guest_identity, pool)
    own = Way(name, name, f"identity pool {name}", name, partial(_exchange_guest, pool))
    shown, text = f"identity of a guest of {name}", had_by(sim)
    return Proof(
        f"guest:{name}", "guest", pool.id, "guest", shown, "guest's identity", text, (), (own,), "a new guest", had_by
    )


def _guest_identity(pool: IdentityPool, sim: Simulation) -> str:
    here = sim.calling_from(region=pool.region)
    return str(here.call("cognito-identity:GetId", {"IdentityPoolId": pool.id})["IdentityId"])


def _exchange_guest(pool: IdentityPool, sim: Simulation, identity: str) -> Credentials:
    here = sim.calling_from(region=pool.region)
    return identity_session(
        here.call("cognito-identity:GetCredentialsForIdentity", {"IdentityId": identity})
    ).credentials


def _of_broker(world: World, who: BrokerClient) -> Proof:
    name, broker = called(world, who.broker), who.broker.name
    way = Way(name, name, f"broker {name}", name, partial(_brokered, broker, who.person.name))
    shown = f"the broker {name}"
    return Proof(
        f"broker:{name}",
        "broker",
        broker,
        who.person.name,
        shown,
        "broker",
        who.person.password,
        (),
        (way,),
        f"password at {name}",
        lambda _: who.person.password,
    )


def _brokered(broker: str, person: str, sim: Simulation, password: str) -> Credentials:
    return sim.broker_session(person, broker, password).credentials


def _keys(answer: Mapping[str, Any]) -> Credentials:
    made = answer["Credentials"]
    return Credentials(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])


def _ends(text: str, otherwise: float) -> tuple[float, ...]:
    parsed = read(text)
    return (float(parsed.claims["exp"]),) if isinstance(parsed, UnverifiedToken) else (otherwise,)
