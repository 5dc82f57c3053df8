"""The tokens that identity pools make for the matrix: for a user who signed in, for a guest, for a developer's user."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cogsim.analysis.naming import called
from cogsim.analysis.passage import NOW
from cogsim.analysis.token_kinds import Use
from cogsim.analysis.token_offers import Offer
from cogsim.analysis.token_targets import SOMEBODY, Target
from cogsim.analysis.user_tokens import shaped_pair
from cogsim.decision import Refusal
from cogsim.decisions.attribute_mapping import principal_tags
from cogsim.decisions.identity import admit_guest
from cogsim.decisions.identity_logins import accept_login
from cogsim.decisions.login import AcceptedLogin, accept_claims
from cogsim.decisions.open_id_token import DEVELOPER_LIFETIME, LIFETIME, open_id_claims, signed, signing_key
from cogsim.entropy import named
from cogsim.persistent import Map
from cogsim.world.identity_pool import Identity, IdentityPool
from cogsim.world.origin import NOWHERE
from cogsim.world.world import World

#: The developer provider of an identity pool that is made up.
_MADE_UP = "login.example.com"


def for_user(target: Target, outside: Callable[[Target], Offer]) -> Offer:
    """What GetOpenIdToken gives for the target's login, where the identity pool believes it; `outside` makes the token
    of a provider outside AWS."""
    pool = target.identity_pool or next(iter(target.world.identity_pools.values()), None)
    if pool is None:
        return _none("identity-pool", target, Refusal("NotFound", "the world has no identity pool"))
    login = _login(target, pool, outside)
    if isinstance(login, Refusal):
        return _none("identity-pool", target, login)
    identity = target.world.identity_of(pool.id, login.provider_name, login.subject)
    return _signed("identity-pool", target, pool, identity, login)


def for_guest(target: Target) -> Offer:
    """What GetOpenIdToken gives without a login, where the identity pool admits guests."""
    pool = target.identity_pool or _first(target.world, lambda each: each.allow_unauthenticated)
    if pool is None:
        return _none("guest", target, Refusal("NotFound", "no identity pool of the world admits guests"))
    admitted = admit_guest(pool)
    if admitted.value is not None:
        return _none("guest", target, admitted.value)
    return _signed("guest", target, pool, target.world.identity_of(pool.id, "guest", "0"), None)


def for_developer(target: Target) -> Offer:
    """What the developer gets for a user of its own; the identity is put into the world of the offer."""
    own = target.identity_pool
    pool = own or _first(target.world, lambda each: each.developer_provider_name is not None)
    if pool is None or pool.developer_provider_name is None:
        named_pool = (
            f"identity pool {called(target.world, pool)}" if pool is not None else "no identity pool of the world"
        )
        text = f"{named_pool} has {'no' if pool is not None else 'a'} developer provider"
        return _none("developer", target, Refusal("NotFound", text))
    identity = developer_identity(target.world, pool)
    held = replace(target, world=target.world.with_identity(identity))
    login = AcceptedLogin(pool.developer_provider_name, "", SOMEBODY, Map(), "developer")
    return _signed("developer", held, pool, identity.id, login)


def developer_identity(world: World, pool: IdentityPool) -> Identity:
    """The identity of the developer's user whom tokens are made for: the one that the world has, or a new one."""
    provider = str(pool.developer_provider_name)
    name = world.identity_of(pool.id, provider, SOMEBODY)
    made = Identity(name, pool.id, created=NOW, developer_users=Map({SOMEBODY: provider}))
    return world.identities.get(name, made)


def by_other_identity_pool(target: Target, use: Use) -> Target:
    """The same by another identity pool that makes such tokens: one that anybody could make, where there is none."""
    own, world = target.identity_pool, target.world
    if own is None:
        return target

    def fits(pool: IdentityPool) -> bool:
        makes = pool.developer_provider_name is not None if use == "developer" else pool.allow_unauthenticated
        return makes and pool.id != own.id and pool.region == own.region

    other = _first(world, fits)
    if other is not None:
        return replace(target, identity_pool=other)
    number = f"{own.region}:{named('analysis/identity-pool', own.id).uuid()}"
    arn = f"{own.arn.rpartition('/')[0]}/{number}"
    made = replace(
        own,
        id=number,
        arn=arn,
        name="elsewhere",
        allow_unauthenticated=True,
        allow_classic_flow=True,
        developer_provider_name=own.developer_provider_name or _MADE_UP,
        origin=NOWHERE,
    )
    note = "the world has no other identity pool of that kind: one is made up"
    return replace(target, world=world.with_identity_pool(made), identity_pool=made, notes=(*target.notes, note))


def _first(world: World, fits: Callable[[IdentityPool], bool]) -> IdentityPool | None:
    return next((pool for pool in world.identity_pools.values() if fits(pool)), None)


def _none(use: Use, target: Target, refused: Refusal) -> Offer:
    return Offer(use, None, target.world, notes=target.notes, refused=refused)


def _signed(use: Use, target: Target, pool: IdentityPool, identity: str, login: AcceptedLogin | None) -> Offer:
    notes, lifetime = target.notes, DEVELOPER_LIFETIME if use == "developer" else LIFETIME
    if not pool.allow_classic_flow and use != "developer":
        name = called(target.world, pool)
        notes += (f"identity pool {name} keeps this token between itself and STS: AllowClassicFlow is off",)
    tags = principal_tags(pool, login).value if use != "developer" else {}
    text = signed(open_id_claims(pool, identity, login, tags, NOW, lifetime=lifetime), pool.region)
    return Offer(use, text, target.world, NOW, NOW + lifetime, None, signing_key(pool.region), notes=notes)


def _login(target: Target, pool: IdentityPool, outside: Callable[[Target], Offer]) -> AcceptedLogin | Refusal:
    """The login behind the token, or why the identity pool does not believe it."""
    if target.issuer is not None and target.provider_name:
        made = outside(target)
        text, revoked = made.text or "", made.revoked
        return accept_login(target.world, pool, target.provider_name, text, now=NOW, revoked=revoked).value
    if not pool.cognito_providers:
        return Refusal("NotFound", f"identity pool {called(target.world, pool)} lists no user pool")
    shaped = shaped_pair(target.world, target.pool, target.client, target.user)
    if isinstance(shaped.value, Refusal):
        return shaped.value
    return accept_claims(target.world, pool, target.pool.provider_name, shaped.value[0]).value
