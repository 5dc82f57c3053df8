"""A person writes the attribute that decides about them, and becomes somebody else's tenant.

1. An identity pool reads an attribute: a role rule tests its claim, or a session tag is made of it.
2. An app client lets the people themselves write that attribute (often because it states no WriteAttributes at all).
3. So: sign in, UpdateUserAttributes to the victim's value, refresh for a new ID token, take new credentials.
4. What was refused before and is granted now is the proof. The check that stops it is the client's write permission.
"""

from __future__ import annotations

from collections.abc import Iterator

from cogsim.actors.app import IdentitySession
from cogsim.attacks.adversary import Adversary
from cogsim.attacks.attack import Attack, Opening
from cogsim.lint.finding import Confidence, Finding, Place, Severity
from cogsim.simulation import Simulation
from cogsim.world.identity_pool import IdentityPool
from cogsim.world.pool_user import PoolUser, UserStatus
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

#: How many objects are tried before and after; a proof needs one that flips.
_MOST_OBJECTS = 500


def openings(world: World) -> Iterator[Opening]:
    """Every attribute that an identity pool reads of a client's tokens, with each value a victim could have."""
    for identity_pool in world.identity_pools.values():
        for provider in identity_pool.cognito_providers:
            client = world.clients.get(provider.client_id)
            pool = world.user_pools.get(client.pool_id) if client else None
            if client is not None and pool is not None and pool.provider_name == provider.provider_name:
                yield from _of_client(world, identity_pool, pool, client)


def _of_client(world: World, identity_pool: IdentityPool, pool: UserPool, client: UserPoolClient) -> Iterator[Opening]:
    for attribute, reader, values in _readers(world, identity_pool, pool, client):
        attacker = _attacker(world, pool, attribute)
        for value in sorted(values):
            if attacker is None or attacker.attributes.get(attribute) == value:
                continue
            details = {
                "attribute": attribute,
                "value": value,
                "client": client.id,
                "identity_pool": identity_pool.id,
                "user": attacker.username,
            }
            written = Place(
                client.origin.at("WriteAttributes"), f"the client that lets people write {attribute}, or not"
            )
            yield Opening(
                f"{attribute}={value} through {client.name}", (reader, written), tuple(sorted(details.items()))
            )


def _readers(
    world: World, identity_pool: IdentityPool, pool: UserPool, client: UserPoolClient
) -> Iterator[tuple[str, Place, set[str]]]:
    """(attribute, where it is read, the values worth having) for rules and for tag maps."""
    mapping = identity_pool.role_mappings.get(f"{pool.provider_name}:{client.id}")
    for attribute in sorted({rule.claim for rule in mapping.rules} if mapping else ()):
        if pool.attribute(attribute) is not None and mapping is not None:
            values = {rule.value for rule in mapping.rules if rule.claim == attribute and rule.match != "NotEqual"}
            yield (
                attribute,
                Place(identity_pool.roles_origin.at("RoleMappings"), f"role rules test {attribute}"),
                values,
            )
    tags = identity_pool.principal_tags.get(pool.provider_name)
    origin = identity_pool.tags_origins.get(pool.provider_name)
    for tag, attribute in sorted(tags.tags.items() if tags else ()):
        if pool.attribute(attribute) is not None:
            place = Place(
                origin.at(f"PrincipalTags.{tag}") if origin else None, f"the session tag {tag} is {attribute}"
            )
            yield attribute, place, _values_of(world, pool, attribute)


def _values_of(world: World, pool: UserPool, attribute: str) -> set[str]:
    people = (user for user in world.pool_users.values() if user.pool_id == pool.id)
    return {value for user in people if (value := user.attributes.get(attribute))}


def _attacker(world: World, pool: UserPool, attribute: str) -> PoolUser | None:
    """An ordinary person whose password the world knows; best one who has a value of the attribute to give up."""
    people = [
        user
        for user in world.pool_users.values()
        if user.pool_id == pool.id
        and (user.pool_id, user.username) in world.known_passwords
        and user.enabled
        and user.status is UserStatus.CONFIRMED
    ]
    with_value = [user for user in people if attribute in user.attributes]
    return next(iter(with_value or people), None)


def play(world: World, opening: Opening) -> Finding | None:
    """Write the attribute, refresh, and see what opens."""
    adversary = Adversary(Simulation(world, seed="a-attr-self-escalation"), opening["user"])
    client, pool = opening["client"], opening["identity_pool"]
    session = adversary.sign_in(client, opening["user"])
    before = adversary.credentials(session, pool)
    unread = [item for item in _objects(world) if before is None or not _reads(adversary.sim, before, item)]
    update = adversary.attempt(
        "cognito-idp:UpdateUserAttributes",
        {
            "AccessToken": session.access_token,
            "UserAttributes": [{"Name": opening["attribute"], "Value": opening["value"]}],
        },
        note=f"{opening['attribute']}={opening['value']}",
    )
    if update.error is not None:
        return None
    after = adversary.credentials(adversary.refresh(session), pool)
    if after is None:
        return None
    opened = next((item for item in unread if _reads(adversary.sim, after, item)), None)
    if opened is None:
        return None
    bucket, key = opened
    adversary.attempt("s3:GetObject", {"Bucket": bucket, "Key": key}, after, note=f"s3://{bucket}/{key}")
    return _finding(opening, adversary, f"s3://{bucket}/{key}")


def _objects(world: World) -> list[tuple[str, str]]:
    """The first objects of every bucket, in order."""
    found = [(bucket, key) for bucket, held in world.objects.items() for key in held]
    return found[:_MOST_OBJECTS]


def _reads(sim: Simulation, session: IdentitySession, item: tuple[str, str]) -> bool:
    """Whether the session may read the object, asked without leaving a trace."""
    bucket, key = item
    partition = sim.world.buckets[bucket].partition if bucket in sim.world.buckets else "aws"
    return sim.can(session, "s3:GetObject", f"arn:{partition}:s3:::{bucket}/{key}").value.allowed


def _finding(opening: Opening, adversary: Adversary, opened: str) -> Finding:
    attribute = opening["attribute"]
    return Finding(
        rule=ATTACK.id,
        title=f"{opening['user']} can become {attribute}={opening['value']} and read {opened}",
        severity=Severity.CRITICAL,
        confidence=Confidence.PROVED,
        summary=f"{ATTACK.summary} {opened} was refused before the change and granted after it.",
        places=opening.places,
        trace=tuple(adversary.trace),
        fix=f"State WriteAttributes on the app client without {attribute}; set it with AdminUpdateUserAttributes.",
        sources=ATTACK.sources,
    )


ATTACK = Attack(
    id="a-attr-self-escalation",
    title="A person writes the attribute that decides about them",
    summary="The app client lets people write an attribute that the identity pool reads.",
    stop="the app client's WriteAttributes, checked by UpdateUserAttributes",
    sources=("idp:app-clients§attribute-permissions", "ci:rbac"),
    openings=openings,
    play=play,
)
