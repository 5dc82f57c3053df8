"""Who may do everything in a served world: the principal that `--open` names, with a key pair, in every partition.

1. The principal gets an inline policy that allows everything. It is written into the world that the run begins with,
   so that every decision cites it and a reset keeps it.
2. An access key opens one partition. A server is one address for all of them, so the principal has a twin of the same
   name in each other partition, and its key goes by another id there: a request that it signs for a Region of that
   partition is the twin's. Nobody else's keys are taken anywhere but at home.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cogsim.arn import Arn
from cogsim.entropy import named
from cogsim.errors import InputError, suggest
from cogsim.policy.document import Policy, PolicyKind
from cogsim.policy.parse import parse
from cogsim.serve.wire.destination import HOME_REGIONS
from cogsim.world.access_key_ids import access_key_id
from cogsim.world.iam import AccessKey, Role, User, unique_id
from cogsim.world.names import find, is_named
from cogsim.world.world import Home, World

POLICY_NAME = "cogsim-serve-open"


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A long-term key pair."""

    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """The world to serve; the key pair that opens it, where there is one; and how the key is called by partition."""

    world: World
    keys: KeyPair | None = None
    elsewhere: Mapping[tuple[str, str], str] = field(default_factory=dict)


def empty_world(account: str, principal: str | None) -> World:
    """A world without anything in it, at home in the principal's partition."""
    if not (account.isascii() and account.isdigit() and len(account) == 12):
        raise InputError(f"an account is twelve digits, not {account!r}")
    arn = Arn.try_parse(principal) if principal else None
    if arn is not None and arn.account != account:
        raise InputError(f"{principal} is not of account {account}")
    partition = arn.partition if arn is not None else "aws"
    if partition not in HOME_REGIONS:
        raise InputError(f"no partition is called {partition!r}", suggestion=suggest(partition, HOME_REGIONS))
    return World(home=Home(partition, account, HOME_REGIONS[partition]))


def open_to(world: World, principal: str, keys: KeyPair | None, *, make: bool) -> Opened:
    """The world with `principal` (an ARN, or the logical id or name of a user or role) allowed everything. With `make`
    a user that is not there is made. InputError where nobody is meant, or a key pair is given to a role."""
    arn = _meant(world, principal, make)
    parsed = Arn.parse(arn)
    if parsed.resource.startswith("role/"):
        if keys is not None:
            raise InputError("a role has no access key: open a user, or assume the role")
        return Opened(_allowed(world, arn))
    known = next((KeyPair(key.id, key.secret) for key in world.access_keys.values() if key.user_arn == arn), None)
    pair = keys or known or _derived(arn, parsed.account)
    _check_pair(world, pair, arn)
    elsewhere: dict[tuple[str, str], str] = {}
    for partition in HOME_REGIONS:
        twin = str(replace(parsed, partition=partition))
        key_id = pair.id
        if partition != parsed.partition:
            key_id = access_key_id("AKIA", parsed.account, named("serve/twin", partition, pair.id))
            elsewhere[partition, pair.id] = key_id
        world = _allowed(world, twin).with_access_key(AccessKey(key_id, twin, pair.secret))
    return Opened(world, pair, elsewhere)


def _meant(world: World, principal: str, make: bool) -> str:
    arn = Arn.try_parse(principal)
    if arn is None:
        found = find(world, principal) if is_named(world, principal) else None
        named_so = [user.arn for user in world.users.values() if user.name == principal]
        named_so += [role.arn for role in world.roles.values() if role.name == principal]
        arns = [found.attributes.get("Arn", "")] if found is not None else named_so
        if len(arns) != 1 or (arns[0] not in world.users and arns[0] not in world.roles):
            known = sorted([*world.users, *world.roles])
            raise InputError(f"no user or role is meant by {principal!r}; there are {', '.join(known) or 'none'}")
        return arns[0]
    kind = arn.resource.partition("/")[0]
    if arn.service != "iam" or kind not in ("user", "role", "root"):
        raise InputError(f"{principal} is no user, role or root user")
    there = principal in world.users or principal in world.roles or kind == "root"
    if not there and not (make and kind == "user"):
        raise InputError(f"the world has no {principal}", suggestion=suggest(principal, [*world.users, *world.roles]))
    return principal


def _allowed(world: World, arn: str) -> World:
    """The world with the policy at the user or role; a user that is not there is made. Root needs none."""
    policy = _everything()
    if arn in world.roles:
        role: Role = world.roles[arn]
        return world.with_role(replace(role, inline=role.inline.set(POLICY_NAME, policy)))
    parsed = Arn.parse(arn)
    if parsed.resource == "root":
        return world
    path, _, name = parsed.resource.removeprefix("user").rpartition("/")
    user = world.users.get(arn) or User(arn, name, f"{path}/", unique_id("AIDA", arn))
    return world.with_user(replace(user, inline=user.inline.set(POLICY_NAME, policy)))


def _everything() -> Policy:
    statement = {"Sid": "Open", "Effect": "Allow", "Action": "*", "Resource": "*"}
    return parse({"Version": "2012-10-17", "Statement": [statement]}, PolicyKind.IDENTITY)


def _derived(arn: str, account: str) -> KeyPair:
    draw = named("serve/key", arn)
    return KeyPair(access_key_id("AKIA", account, draw), named("serve/secret", arn).base64(40))


def _check_pair(world: World, pair: KeyPair, arn: str) -> None:
    if not 1 <= len(pair.id) <= 128 or not (pair.id.isascii() and pair.id.isalnum()):
        raise InputError(f"an access key id is letters and digits, not {pair.id!r}")
    if pair.id.startswith("ASIA"):
        raise InputError("an access key id that begins with ASIA is a temporary one: choose another")
    held = world.access_keys.get(pair.id)
    if held is not None and held.user_arn != arn:
        raise InputError(f"the access key {pair.id} is {held.user_arn}'s")
    if not pair.secret:
        raise InputError("the secret key is empty")
