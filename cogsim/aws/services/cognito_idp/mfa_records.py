"""What a user pool remembers of second factors and devices that expires or waits."""

from __future__ import annotations

from dataclasses import dataclass, field

from cogsim.aws.context import CallContext
from cogsim.aws.state import Table
from cogsim.world.pool_user import PoolUser

#: (pool id, sub) to the secret of an authenticator app that has still to be proved.
ASSOCIATED: Table[tuple[str, str], Associated] = Table("cognito-idp/associated-software-tokens")

#: (pool id, sub) to the periods whose codes were taken.
USED_CODES: Table[tuple[str, str], tuple[int, ...]] = Table("cognito-idp/used-totp-codes")

#: (pool id, sub, device key) to the group key that was given with it, until the device is confirmed.
OFFERED_DEVICES: Table[tuple[str, str, str], str] = Table("cognito-idp/offered-devices")

#: What a device's open step is known as, to the SHA-256 of its Session: apps that prove devices need not send one.
KNOWN_STEPS: Table[str, str] = Table("cognito-idp/known-steps")


@dataclass(frozen=True, slots=True)
class Associated:
    """The secret, in base32, of an app that has still to be proved."""

    secret: str = field(repr=False)


def owner(user: PoolUser) -> tuple[str, str]:
    """The key under which a user's own things are kept."""
    return (user.pool_id, user.sub)


def mark_used(ctx: CallContext, user: PoolUser, steps: tuple[int, ...]) -> None:
    """Remember the periods whose codes were taken."""
    ctx.update_state(lambda state: USED_CODES.put(state, owner(user), steps))
