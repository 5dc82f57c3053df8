"""A sign-in within one call: who tries, at which client, and how far they have come."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.decisions.progress import Progress, Sent
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient


@dataclass(frozen=True, slots=True)
class Attempt:
    """`name` is the USERNAME as sent; `account` the user it means, None where the challenge stands in for nobody.

    `by_operator` tells the signed operations from the apps' own. `conclude` is what a sign-in on a page of the pool's
    domain ends in, in place of tokens. The account is the one read at the last change: whoever stores another goes on
    with `changed`.
    """

    ctx: CallContext
    pool: UserPool
    client: UserPoolClient
    name: str
    account: PoolUser | None
    progress: Progress
    sent: Sent
    by_operator: bool = False
    conclude: Callable[[Attempt], Mapping[str, Any]] | None = None

    @property
    def user(self) -> PoolUser:
        """The account of a sign-in that has one."""
        if self.account is None:
            raise RuntimeError("nobody stands behind this sign-in")
        return self.account

    def having(self, *proofs: str) -> Attempt:
        """This attempt with `proofs` added to what was proved."""
        return replace(self, progress=self.progress.having(*proofs))

    def changed(self, user: PoolUser) -> Attempt:
        """This attempt going on with the account as it is stored now."""
        return replace(self, account=user)


def sent_along(
    metadata: Mapping[str, str] | None, context: Mapping[str, Any] | None, *, believed: bool, origin: str | None
) -> Sent:
    """What came along: `context` is UserContextData or ContextData. An app's word for the address counts only where
    `believed`; else the address is the one the call came from (`origin`). # idp:threat-protection §context"""
    given = context or {}
    address = given.get("IpAddress") if believed else None
    return Sent(dict(metadata or {}), address or origin, given.get("EncodedData"))
