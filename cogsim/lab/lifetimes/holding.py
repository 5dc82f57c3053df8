"""What somebody holds after signing in every way there is: tokens, a browser's session, AWS credentials.

Somebody may be a user of a pool, a person of an AD FS or of a provider of OpenID Connect (who comes into user pools and
to AWS itself), a job, a user whom a server of one's own names to an identity pool, or a guest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from cogsim.actors.app import SignedIn
from cogsim.actors.authenticator_app import AuthenticatorApp
from cogsim.actors.browser import Browser
from cogsim.analysis.directory_people import pool_metadata
from cogsim.analysis.naming import called
from cogsim.analysis.outside import AccountHolder, Outside
from cogsim.analysis.probes import PROBE, Probe, probes, survey
from cogsim.analysis.straight_sessions import roles_trusting
from cogsim.analysis.who import BrokerClient, sign_in_name
from cogsim.aws.authenticate import ISSUED_SESSIONS
from cogsim.aws.call import Credentials
from cogsim.decisions.caller import FederatedUser, RoleSession
from cogsim.decisions.federated_oidc import issuer_of
from cogsim.errors import AwsError, CogsimError, InputError, NotModelled
from cogsim.lab.lifetimes.front_doors import AtBalancer, balancers, routes
from cogsim.lab.lifetimes.operator import operator_for
from cogsim.lab.lifetimes.proof import STRAIGHT, Proof, proofs
from cogsim.policy.document import Effect
from cogsim.simulation import Simulation
from cogsim.world.identity_pool import IdentityPool
from cogsim.world.pool_members import UserPoolIdentityProvider
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

_READS = ("Get", "Query", "List")
#: Names of a bucket that are looked at to find an object for somebody.
_MOST_OBJECTS = 200


class NotHere(Exception):
    """The event can't happen in this world, to this person; its text says why."""


@dataclass(frozen=True, slots=True)
class AwsSession:
    """AWS credentials that were vended at the sign-in: of which role (or IAM user, for a federated user of hers), by
    which identity pool (STS: straight), for which of its identities (empty: none), when and until when (seconds)."""

    source: str
    role_arn: str
    tags: tuple[tuple[str, str], ...]
    identity: str
    began: float
    expires_at: float
    credentials: Credentials = field(repr=False)
    #: What they may do with something that the world holds; None where nothing was found.
    probe: Probe | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A user of a pool who signed in through a client, at the API or on the pages; `provider` is where they have their
    account, and `name` what they sign in as there; `kept_by` says what keeps it: saml and an entity id, or oidc and an
    issuer."""

    user: PoolUser
    pool: UserPool
    client: UserPoolClient
    name: str
    api: SignedIn | None = None
    hosted: SignedIn | None = None
    browser: Browser | None = None
    provider: str | None = None
    kept_by: tuple[str, str] | None = None

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


@dataclass(frozen=True, slots=True)
class Holding:
    """Who signed in, and what of it is held: as a user of a pool, by proofs of elsewhere, or both; `missing` says what
    could not be had, and why."""

    member: Member | None = None
    proofs: tuple[Proof, ...] = ()
    sessions: tuple[AwsSession, ...] = ()
    balancers: tuple[AtBalancer, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def pooled(self) -> Member:
        """The user of a pool; NotHere where there is none."""
        if self.member is None:
            raise NotHere("nobody signed in to a user pool")
        return self.member

    @property
    def proof_tokens(self) -> tuple[str, ...]:
        """The tokens of providers outside, which APIs may take."""
        return tuple(proof.text for proof in self.proofs if proof.kind in ("oidc", "job"))

    @property
    def through(self) -> str:
        """By what they came in, in words."""
        member = self.member
        by = [f"{member.client.origin.logical_id or member.client.name}"] if member is not None else []
        if member is not None and member.provider is not None:
            by = [f"{by[0]} from {member.provider}"]
        return ", ".join([*by, *(proof.shown for proof in self.proofs)])


def hold(sim: Simulation, user: PoolUser, client: UserPoolClient) -> Holding:
    """Sign in at the API and on the pages, as far as the client allows, and vend credentials by every identity pool and
    role that takes the ID token. InputError where the person gets in by neither."""
    pool, missing = sim.world.user_pools[client.pool_id], list[str]()
    here = sim.calling_from(region=pool.region)
    api = _tried("the API", missing, lambda: _at_the_api(here, user, pool, client))
    browser, name = here.browser(), sign_in_name(sim.world, user)
    hosted = None
    if client.callback_urls and client.allowed_oauth_flows_user_pool_client:
        app = authenticator_of(user)
        hosted = _tried(
            "the pages",
            missing,
            lambda: here.sign_in_hosted(name, client.id, browser=browser, authenticator=app),
        )
    else:
        missing.append("the pages: the client has no CallbackURLs, or no OAuth")
    if api is None and hosted is None:
        raise InputError(f"{user.username!r} cannot sign in through {client.name!r}: {'; '.join(missing)}")
    member = Member(user, pool, client, name, api, hosted, browser if hosted is not None else None)
    return _held(sim, member, (), missing, tuple(balancers(sim, name, pool.issuer, missing)))


def hold_from(sim: Simulation, name: str, provider: str, client: UserPoolClient) -> Member:
    """Sign in to the client's pool at the provider of that name; InputError where that does not come to an end."""
    pool, missing = sim.world.user_pools[client.pool_id], list[str]()
    here = sim.calling_from(region=pool.region)
    browser = here.browser()
    hosted = _tried(
        f"{called(sim.world, client)} from {provider}",
        missing,
        lambda: here.sign_in_hosted(name, client.id, provider, browser=browser),
    )
    if hosted is None:
        raise InputError("; ".join(missing))
    user = sim.world.pool_users[pool.id, hosted.username]
    kept_by = keeper_of(sim.world, sim.world.pool_providers[pool.id, provider])
    return Member(user, pool, client, name, None, hosted, browser, provider, kept_by)


def keeper_of(world: World, provider: UserPoolIdentityProvider) -> tuple[str, str] | None:
    """The AD FS (saml, entity id) or the issuer (oidc, address) behind a user pool's provider; None where the world has
    none."""
    if provider.type == "SAML":
        metadata = pool_metadata(world, provider)
        return ("saml", metadata.entity_id) if metadata is not None and metadata.entity_id in world.ad_fs else None
    try:
        return ("oidc", issuer_of(world, provider).url)
    except NotModelled:
        return None


def hold_outside(
    sim: Simulation, who: Outside | BrokerClient | IdentityPool, members: tuple[tuple[str, str, UserPoolClient], ...]
) -> Holding:
    """Everything that somebody whom no user pool keeps can have: into the first user pool of `members` (their name,
    the provider, the client) that lets them in, and by their proofs. InputError where there is neither."""
    missing, member = list[str](), None
    for name, provider, client in members:
        twin = sim.fork()
        try:
            hold_from(twin, name, provider, client)
        except (InputError, AwsError) as error:
            missing.append(str(error))
            continue
        member = hold_from(sim, name, provider, client)
        break
    try:
        held = tuple(proofs(sim, who))
    except (CogsimError, AwsError) as error:
        missing.append(str(error))
        held = ()
    at = balancers(sim, who.user.username, who.issuer.url, missing) if isinstance(who, AccountHolder) else ()
    found = _held(sim, member, held, missing, tuple(at))
    if member is None and not (found.sessions or found.balancers or any(routes(sim, None, found.proof_tokens))):
        told = "; ".join(found.missing) or "nothing that leads to a user pool or to credentials takes them"
        raise InputError(told)
    return found


def _held(
    sim: Simulation,
    member: Member | None,
    held: tuple[Proof, ...],
    missing: list[str],
    signed_in: tuple[AtBalancer, ...],
) -> Holding:
    own = list(_sessions(sim, member, missing)) if member is not None else []
    sessions = (*own, *_by_proofs(sim, held, missing))
    return Holding(member, held, tuple(sessions), signed_in, tuple(missing))


def _by_proofs(sim: Simulation, held: tuple[Proof, ...], missing: list[str]) -> Iterator[AwsSession]:
    for proof in held:
        for way in proof.ways:
            try:
                given = way.take(sim, proof.text)
            except (AwsError, CogsimError) as error:
                missing.append(f"{proof.shown} at {way.shown}: {error}")
                continue
            yield _probed(sim, aws_session(sim, given, way.source))


def _tried(where: str, missing: list[str], sign_in: Any) -> SignedIn | None:
    try:
        found: SignedIn = sign_in()
    except (CogsimError, AwsError) as error:
        missing.append(f"{where}: {error}")
        return None
    return found


def _at_the_api(sim: Simulation, user: PoolUser, pool: UserPool, client: UserPoolClient) -> SignedIn:
    name, operator = sign_in_name(sim.world, user), operator_for(pool.arn)
    return sim.sign_in(name, client.id, operator=operator, authenticator=authenticator_of(user))


def authenticator_of(user: PoolUser) -> AuthenticatorApp | None:
    """The app that shows the codes of the second factor that the world gives the user; None where it gives none."""
    if user.software_token is None:
        return None
    app = AuthenticatorApp()
    app.scan(user.software_token.secret)
    return app


def _sessions(sim: Simulation, held: Member, missing: list[str]) -> Iterator[AwsSession]:
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
    """With the first thing that the credentials may do: with what the world holds, reading before writing, else what a
    policy of the role speaks of."""
    caller = ISSUED_SESSIONS.rows(sim.state)[session.credentials.access_key_id].caller
    found = probes(sim.world, survey(sim.world, (caller,)), caller)
    reading_first = sorted(found, key=lambda probe: not probe.action.partition(":")[2].startswith(_READS))
    for probe in (*_objects(sim.world), *reading_first, *_spoken_of(sim.world, session.role_arn)):
        if sim.can(session.credentials, probe.action, probe.resource, probe.context).value.allowed:
            return replace(session, probe=probe)
    return session


def holder_of(world: World, session: AwsSession) -> str:
    """What tables call the role, or the IAM user, of the credentials."""
    arn = session.role_arn
    noun = world.roles.get(arn) or world.users.get(arn)
    return called(world, noun) if noun is not None else arn


def _objects(world: World) -> Iterator[Probe]:
    """An object for each first part of the names in each bucket, as far as its first names go."""
    for bucket in world.buckets.values():
        parts: dict[str, str] = {}
        for key in islice(world.objects.get(bucket.name, ()), _MOST_OBJECTS):
            parts.setdefault(key.partition("/")[0], key)
        yield from (Probe(name, "s3:GetObject", f"{bucket.arn}/{key}") for name, key in parts.items())


def _spoken_of(world: World, role_arn: str) -> Iterator[Probe]:
    """The actions and resources that the role's own policies allow by name; a wildcard of a resource is filled in."""
    role = world.roles.get(role_arn) or world.users.get(role_arn)
    if role is None:
        return
    managed = (world.managed_policies[arn].policy for arn in role.managed if arn in world.managed_policies)
    for policy in (*role.inline.values(), *managed):
        for statement in policy.statements:
            named = statement.actions.values if statement.effect is Effect.ALLOW else ()
            for action in (each for each in named if "*" not in each and "?" not in each):
                for resource in statement.resources.values if statement.resources is not None else ():
                    if "$" not in resource and "?" not in resource:
                        filled = resource if resource == "*" else resource.replace("*", PROBE)
                        yield Probe(filled, action, filled)


def straight_roles(world: World, held: Member) -> list[str]:
    """The roles that STS gives for the ID token itself: the pool is registered with IAM."""
    providers = [each.arn for each in world.oidc_providers.values() if each.url.rstrip("/") == held.pool.issuer]
    return [role.arn for role in roles_trusting(world, providers)] if providers else []


def assume_straight(sim: Simulation, held: Member, role_arn: str) -> Credentials:
    """The credentials that STS gives for the ID token; AwsError where it refuses."""
    asked = {"RoleArn": role_arn, "RoleSessionName": "lifetimes", "WebIdentityToken": held.signed_in.id_token}
    made = sim.call("sts:AssumeRoleWithWebIdentity", asked)["Credentials"]
    return Credentials(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])


def aws_session(sim: Simulation, credentials: Credentials, source: str) -> AwsSession:
    """What STS keeps of credentials that it gave."""
    issued = ISSUED_SESSIONS.get(sim.state, credentials.access_key_id)
    if issued is None:
        raise InputError(f"{credentials.access_key_id} is a long-term key: no session ends it")
    caller = issued.caller
    tags = tuple(sorted(caller.session_tags.items())) if isinstance(caller, RoleSession | FederatedUser) else ()
    if isinstance(caller, FederatedUser):
        return AwsSession(source, caller.user_arn, tags, "", sim.now, issued.expires_at, credentials)
    assert isinstance(caller, RoleSession)
    subjects = (name for name in caller.federated if name.startswith("cognito-identity") and name.endswith(":sub"))
    identity = next((caller.federated[name].values[0] for name in subjects), "")
    return AwsSession(source, caller.role_arn, tags, identity, sim.now, issued.expires_at, credentials)
