"""What somebody holds after signing in every way there is: tokens, a browser's session, AWS credentials."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from cogsim.actors.app import SignedIn
from cogsim.actors.authenticator_app import AuthenticatorApp
from cogsim.actors.browser import Browser
from cogsim.analysis.naming import called
from cogsim.analysis.probes import Probe, probes, survey
from cogsim.analysis.straight_sessions import roles_trusting
from cogsim.analysis.who import sign_in_name
from cogsim.aws.authenticate import ISSUED_SESSIONS
from cogsim.aws.call import Credentials
from cogsim.decisions.caller import RoleSession
from cogsim.errors import AwsError, CogsimError, InputError
from cogsim.lab.lifetimes.front_doors import AtBalancer, balancers
from cogsim.lab.lifetimes.operator import operator_for
from cogsim.simulation import Simulation
from cogsim.world.identity_pool import IdentityPool
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

#: The source of credentials that STS gave for the ID token itself.
STRAIGHT = "STS"
_READS = ("Get", "Query", "List")


@dataclass(frozen=True, slots=True)
class AwsSession:
    """AWS credentials that were vended at the sign-in: of which role, by which identity pool (STS: straight), until
    when (seconds)."""

    source: str
    role_arn: str
    tags: tuple[tuple[str, str], ...]
    expires_at: float
    credentials: Credentials = field(repr=False)
    #: What they may do with something that the world holds; None where nothing was found.
    probe: Probe | None = None


@dataclass(frozen=True, slots=True)
class Holding:
    """Who signed in through which client, and what of it is held; `missing` says what could not be had, and why."""

    user: PoolUser
    pool: UserPool
    client: UserPoolClient
    api: SignedIn | None = None
    hosted: SignedIn | None = None
    browser: Browser | None = None
    sessions: tuple[AwsSession, ...] = ()
    balancers: tuple[AtBalancer, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def signed_in(self) -> SignedIn:
        """The tokens that are tried: those of the API, else those of the pages."""
        found = self.api or self.hosted
        assert found is not None
        return found

    def identity_pools(self, world: World) -> Iterator[IdentityPool]:
        """The identity pools that list the client."""
        listed = (self.pool.provider_name, self.client.id)
        for pool in world.identity_pools.values():
            if any((each.provider_name, each.client_id) == listed for each in pool.cognito_providers):
                yield pool


def hold(sim: Simulation, user: PoolUser, client: UserPoolClient) -> Holding:
    """Sign in at the API and on the pages, as far as the client allows, and vend credentials by every identity pool and
    role that takes the ID token. InputError where the person gets in by neither."""
    pool, missing = sim.world.user_pools[client.pool_id], list[str]()
    here = sim.calling_from(region=pool.region)
    api = _tried("the API", missing, lambda: _at_the_api(here, user, pool, client))
    browser = here.browser()
    hosted = None
    if client.callback_urls and client.allowed_oauth_flows_user_pool_client:
        name, app = sign_in_name(sim.world, user), _authenticator(user)
        hosted = _tried(
            "the pages",
            missing,
            lambda: here.sign_in_hosted(name, client.id, browser=browser, authenticator=app),
        )
    else:
        missing.append("the pages: the client has no CallbackURLs, or no OAuth")
    if api is None and hosted is None:
        raise InputError(f"{user.username!r} cannot sign in through {client.name!r}: {'; '.join(missing)}")
    held = Holding(user, pool, client, api, hosted, browser if hosted is not None else None)
    sessions = tuple(_sessions(sim, held, missing))
    signed_in = tuple(balancers(sim, user, pool, missing))
    return replace(held, sessions=sessions, balancers=signed_in, missing=tuple(missing))


def _tried(where: str, missing: list[str], sign_in: Any) -> SignedIn | None:
    try:
        found: SignedIn = sign_in()
    except (CogsimError, AwsError) as error:
        missing.append(f"{where}: {error}")
        return None
    return found


def _at_the_api(sim: Simulation, user: PoolUser, pool: UserPool, client: UserPoolClient) -> SignedIn:
    name, operator = sign_in_name(sim.world, user), operator_for(pool.arn)
    return sim.sign_in(name, client.id, operator=operator, authenticator=_authenticator(user))


def _authenticator(user: PoolUser) -> AuthenticatorApp | None:
    if user.software_token is None:
        return None
    app = AuthenticatorApp()
    app.scan(user.software_token.secret)
    return app


def _sessions(sim: Simulation, held: Holding, missing: list[str]) -> Iterator[AwsSession]:
    for pool in held.identity_pools(sim.world):
        name = called(sim.world, pool)
        try:
            made = sim.calling_from(region=pool.region).credentials(held.signed_in, pool.id)
        except (AwsError, CogsimError) as error:
            missing.append(f"identity pool {name}: {error}")
            continue
        yield _probed(sim, aws_session(sim, made.credentials, name))
    for role_arn in straight_roles(sim.world, held):
        try:
            given = assume_straight(sim, held, role_arn)
        except AwsError as error:
            missing.append(f"role {called(sim.world, sim.world.roles[role_arn])} straight from STS: {error}")
            continue
        yield _probed(sim, aws_session(sim, given, STRAIGHT))


def _probed(sim: Simulation, session: AwsSession) -> AwsSession:
    """With the first thing that the credentials may do, reading before writing."""
    caller = ISSUED_SESSIONS.rows(sim.state)[session.credentials.access_key_id].caller
    found = probes(sim.world, survey(sim.world, (caller,)), caller)
    for probe in sorted(found, key=lambda probe: not probe.action.partition(":")[2].startswith(_READS)):
        if sim.can(session.credentials, probe.action, probe.resource, probe.context).value.allowed:
            return replace(session, probe=probe)
    return session


def straight_roles(world: World, held: Holding) -> list[str]:
    """The roles that STS gives for the ID token itself: the pool is registered with IAM."""
    providers = [each.arn for each in world.oidc_providers.values() if each.url.rstrip("/") == held.pool.issuer]
    return [role.arn for role in roles_trusting(world, providers)] if providers else []


def assume_straight(sim: Simulation, held: Holding, role_arn: str) -> Credentials:
    """The credentials that STS gives for the ID token; AwsError where it refuses."""
    asked = {"RoleArn": role_arn, "RoleSessionName": "lifetimes", "WebIdentityToken": held.signed_in.id_token}
    made = sim.call("sts:AssumeRoleWithWebIdentity", asked)["Credentials"]
    return Credentials(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])


def aws_session(sim: Simulation, credentials: Credentials, source: str) -> AwsSession:
    """What STS keeps of credentials that it gave."""
    issued = ISSUED_SESSIONS.rows(sim.state)[credentials.access_key_id]
    caller = issued.caller
    assert isinstance(caller, RoleSession)
    tags = tuple(sorted(caller.session_tags.items()))
    return AwsSession(source, caller.role_arn, tags, issued.expires_at, credentials)
