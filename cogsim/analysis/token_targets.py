"""Whom the tokens of the matrix speak for: somebody of the world, or somebody made up where the world has nobody.

Whatever is made up (a user, another app client, another pool, an application at a provider) is put into a copy of the
world, and a note says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from cogsim.analysis.naming import called
from cogsim.analysis.outside import Workload
from cogsim.analysis.outside_crowds import contexts
from cogsim.arn import Arn
from cogsim.entropy import named
from cogsim.persistent import Map
from cogsim.world.external_oidc import OidcClient, OidcIssuer, OidcUser, Repository, subject_at
from cogsim.world.external_saml import AdFs, DirectoryUser, RelyingParty
from cogsim.world.identity_pool import IdentityPool
from cogsim.world.load_balancer_actions import Authenticate
from cogsim.world.origin import NOWHERE
from cogsim.world.pool_user import PoolUser, UserStatus
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

#: What somebody made up is called.
SOMEBODY = "somebody"
#: People, or repositories, that are looked at to find one whom a component takes.
MOST = 20
_OWN_TOKENS = "ALLOW_CLIENT_TOKEN_AUTH"
_ELSEWHERE = "https://issuer.example.com"


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a load balancer says in its tokens: which one it is (ARN and Region), for which issuer and client. With
    `cookie` its session cookie is meant."""

    signer: str
    region: str
    issuer: str
    client_id: str
    cookie: Cookie | None = None


@dataclass(frozen=True, slots=True)
class Cookie:
    """A session cookie: by which load balancer, at which listener, for which action it was sealed."""

    balancer_arn: str
    listener_arn: str
    action: Authenticate


@dataclass(frozen=True, slots=True)
class Letter:
    """A SAML response that a person of an AD FS would bring: to which receiver, at which of its addresses, in answer to
    which request (None: to none)."""

    provider: AdFs
    party: RelyingParty
    person: DirectoryUser
    address: str
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """Whose tokens are offered: a user of a pool by one of its clients.

    At a provider outside it is an account, for one of its applications (`opaque`: its access token is wanted;
    `provider_name`: the login's at an identity pool), or a job; `letter` is a SAML response.
    `sealed` is what a load balancer puts into its own. `missing` says why the world has no token of the kind that the
    component is for.
    `scopes` are those that the component wants, `notes` say what was made up in `world`.
    """

    world: World
    pool: UserPool
    client: UserPoolClient
    user: PoolUser
    scopes: tuple[str, ...] = ()
    issuer: OidcIssuer | None = None
    application: OidcClient | None = None
    account: OidcUser | None = None
    provider_name: str = ""
    job: Workload | None = None
    opaque: bool = False
    identity_pool: IdentityPool | None = None
    letter: Letter | None = None
    sealed: Sealed | None = None
    missing: str = ""
    notes: tuple[str, ...] = ()


def target_of(
    world: World,
    pool: UserPool | None,
    client: UserPoolClient | None = None,
    *,
    who: PoolUser | None = None,
    scopes: tuple[str, ...] = (),
) -> Target:
    """Somebody of `pool` (None: of the world's first, or of one made up) through `client` (None: through its first that
    signs people in); `who` where he is of that pool, else the first user who could sign in."""
    notes: tuple[str, ...] = ()
    if pool is None:
        pool = next(iter(world.user_pools.values()), None)
    if pool is None:
        pool = _made_up_pool(world, "nobodys")
        world, notes = world.with_user_pool(pool), ("the world has no user pool: one is made up",)
        pool = world.user_pools[pool.id]
    if client is None:
        client = _client_for(world, pool, scopes)
    if client is None:
        client = _made_up_client(pool, "only")
        notes += (f"{called(world, pool)} has no app client: one is made up",)
    if client.id not in world.clients:
        world = world.with_client(client)
    user = who if who is not None and who.pool_id == pool.id else _user_of(world, pool)
    if user is None:
        user = _made_up_user(pool)
        world = world.with_pool_user(user)
        notes += (f"{called(world, pool)} has no user who could sign in: one is made up",)
    return Target(world, pool, client, user, scopes, notes=notes)


def by_other_client(target: Target) -> Target:
    """The same user through another client of the pool."""
    pool, held = target.pool, target.world
    others = [each for each in held.clients.values() if each.pool_id == pool.id and each.id != target.client.id]
    other = next((each for each in others if _signs_people_in(each)), None)
    if other is not None:
        return replace(target, client=other)
    other = replace(target.client, id=_client_id(pool, "another"), name="another", secret=None, origin=NOWHERE)
    note = f"{called(held, pool)} has no other app client: one is made up"
    return replace(target, world=held.with_client(other), client=other, notes=(*target.notes, note))


def by_other_balancer(target: Target) -> Target:
    """The same said by another load balancer of the Region, which anybody can have."""
    sealed = target.sealed
    if sealed is None:
        return target
    other = f"{sealed.signer.rpartition('/')[0]}/0000000000000000"
    cookie = replace(sealed.cookie, balancer_arn=other) if sealed.cookie is not None else None
    return replace(target, sealed=replace(sealed, signer=other, cookie=cookie))


def by_other_sealed_client(target: Target) -> Target:
    """The same said of a sign-in through another client."""
    sealed = target.sealed
    if sealed is None:
        return target
    other = _client_id(target.pool, "another")
    cookie = sealed.cookie
    if cookie is not None:
        cookie = replace(cookie, action=replace(cookie.action, client_id=other))
    return replace(target, sealed=replace(sealed, client_id=other, cookie=cookie))


def by_other_application(target: Target) -> Target:
    """The same account through another application of the provider."""
    issuer, own = target.issuer, target.application
    if issuer is None or own is None:
        return target
    other = next((each for each in issuer.clients.values() if each.id != own.id), None)
    if other is not None:
        return replace(target, application=other)
    other = OidcClient("another-application", redirect_uris=("https://app.example.com/back",))
    note = f"{issuer.url} has no other application: one is made up"
    changed = replace(issuer, clients=issuer.clients.set(other.id, other))
    world = target.world.with_oidc_issuer(changed)
    return replace(target, world=world, issuer=changed, application=other, notes=(*target.notes, note))


def of_other_pool(target: Target) -> Target:
    """Somebody of another user pool: one that anybody could make, where the world has no other."""
    world = target.world
    other = next((each for each in world.user_pools.values() if each.id != target.pool.id), None)
    if other is not None:
        return replace(target_of(world, other), scopes=target.scopes, identity_pool=target.identity_pool)
    made = _made_up_pool(world, "elsewhere")
    made = replace(made, issuer_base=target.pool.issuer_base)
    found = target_of(world.with_user_pool(made), made)
    notes = (*target.notes, "the world has no other user pool: one is made up")
    return replace(found, scopes=target.scopes, identity_pool=target.identity_pool, notes=notes)


def of_other_issuer(target: Target) -> Target:
    """The account's namesake at another provider outside, which is made up."""
    note = "the other provider is made up"
    return replace(_at_made_up_issuer(target, "https://elsewhere.example.com"), notes=(*target.notes, note))


def with_issuer(target: Target, issuer: OidcIssuer | None, audiences: tuple[str, ...] = ()) -> Target:
    """The target with an account at `issuer` (None: the world's first with people, or one made up), for an application
    that is among `audiences` where there is one."""
    if issuer is None:
        everybody = target.world.oidc_issuers.values()
        issuer = next((each for each in everybody if each.quirks.people and each.reachable), None)
        issuer = issuer or next((each for each in everybody if each.repositories), None)
    if issuer is None:
        note = "the world has no provider outside AWS: one is made up"
        return replace(_at_made_up_issuer(target, _ELSEWHERE), notes=(*target.notes, note))
    world, notes = target.world, target.notes
    if not issuer.quirks.people:
        return replace(target, issuer=issuer, job=_job_of(world, issuer))
    application = next((each for each in issuer.clients.values() if each.id in audiences or not audiences), None)
    if application is None:
        application = OidcClient((*audiences, "application")[0], redirect_uris=("https://app.example.com/back",))
        notes += (f"{issuer.url} has no application of that name: one is made up",)
    if not any(user.enabled for user in issuer.users.values()):
        notes += (f"{issuer.url} has nobody with an account: somebody is made up",)
    issuer = _peopled(issuer, application)
    world, account = world.with_oidc_issuer(issuer), _account_of(issuer)
    return replace(target, world=world, issuer=issuer, application=application, account=account, notes=notes)


def everybody_at(target: Target) -> Iterator[Target]:
    """The target as each account, or each job, of its provider outside, as each user of its pool where it has none."""
    issuer = target.issuer
    if issuer is None:
        people = (user for (pool_id, _), user in target.world.pool_users.items() if pool_id == target.pool.id)
        yield from (replace(target, user=user) for user in islice(people, MOST) if _able(user))
        return
    for account in islice((each for each in issuer.users.values() if each.enabled), MOST):
        for application in issuer.clients.values():
            yield replace(target, account=account, application=application)
    for repository in islice(issuer.repositories.values(), MOST):
        for context in contexts(target.world, repository):
            yield replace(target, job=Workload(issuer, repository, context))


def _job_of(world: World, issuer: OidcIssuer) -> Workload:
    repository = next(iter(issuer.repositories.values()), None) or Repository("somebody/something")
    return Workload(issuer, repository, contexts(world, repository)[0])


def _account_of(issuer: OidcIssuer) -> OidcUser:
    """The first account that is enabled."""
    return next(user for user in issuer.users.values() if user.enabled)


def _at_made_up_issuer(target: Target, url: str) -> Target:
    application = OidcClient("application", redirect_uris=("https://app.example.com/back",))
    issuer = _peopled(OidcIssuer(url), application)
    world, account = target.world.with_oidc_issuer(issuer), _account_of(issuer)
    return replace(target, world=world, issuer=issuer, application=application, account=account, job=None)


def _peopled(issuer: OidcIssuer, application: OidcClient) -> OidcIssuer:
    held = replace(issuer, clients=issuer.clients.set(application.id, application))
    if any(user.enabled for user in held.users.values()):
        return held
    made = OidcUser(SOMEBODY, subject_at(held.preset, held.url, SOMEBODY), password="Made-up-1")
    return replace(held, users=held.users.set(made.username, made))


def _signs_people_in(client: UserPoolClient) -> bool:
    return _OWN_TOKENS not in client.explicit_auth_flows


def _client_for(world: World, pool: UserPool, scopes: tuple[str, ...]) -> UserPoolClient | None:
    """The pool's first client that people sign in through, one that may ask for one of `scopes` before others."""
    found = [each for each in world.clients.values() if each.pool_id == pool.id and _signs_people_in(each)]
    return min(found, key=lambda each: not set(scopes) & set(each.allowed_oauth_scopes), default=None)


def _user_of(world: World, pool: UserPool) -> PoolUser | None:
    users = (user for (pool_id, _), user in world.pool_users.items() if pool_id == pool.id)
    return next((user for user in users if _able(user)), None)


def _able(user: PoolUser) -> bool:
    return user.enabled and user.status in (UserStatus.CONFIRMED, UserStatus.EXTERNAL_PROVIDER)


def _made_up_user(pool: UserPool) -> PoolUser:
    attributes = Map({"email": f"{SOMEBODY}@example.com", "email_verified": "true"})
    sub = named("analysis/sub", pool.id, SOMEBODY).uuid()
    name = sub if pool.username_attributes else SOMEBODY
    return PoolUser(pool.id, name, sub, attributes, UserStatus.CONFIRMED)


def _made_up_pool(world: World, name: str) -> UserPool:
    home = world.home
    number = f"{home.region}_{named('analysis/pool', name).base32(9)}"
    arn = str(Arn(home.partition, "cognito-idp", home.region, home.account, f"userpool/{number}"))
    return UserPool(number, arn, name)


def _made_up_client(pool: UserPool, name: str) -> UserPoolClient:
    return UserPoolClient(_client_id(pool, name), pool.id, name)


def _client_id(pool: UserPool, name: str) -> str:
    return named("analysis/client", pool.id, name).base32(26).lower()
