"""Whatever people do with their logins, no one of them ever has the identity of another."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cogsim.assumptions import assuming
from cogsim.decision import Refusal
from cogsim.decisions.identity import admit_guest
from cogsim.decisions.identity_merge import (
    MOST_LINKS,
    Proof,
    Resolution,
    claim_identity,
    find_identity,
    merge_identities,
    without_logins,
)
from cogsim.world.identity_pool import Identity, IdentityPool, identity_id
from cogsim.world.world import World

POOL = IdentityPool(
    "us-east-1:pool",
    "arn:aws:cognito-identity:us-east-1:123456789012:identitypool/us-east-1:pool",
    "pool",
    allow_unauthenticated=True,
    developer_provider_name="login.acme",
)
PROVIDERS = ("accounts.google.com", "graph.facebook.com", "www.amazon.com")
PEOPLE = ("alice", "eve")

#: One person's logins: a subset of the providers, each with one account, and the developer's word for that person.
WALLETS = {who: (*(Proof(name, who) for name in PROVIDERS), Proof("login.acme", who, developer=True)) for who in PEOPLE}


class Game:
    """A pool that people use. A person knows every identity id, and every guest is the guest of whoever asked for it.
    Guests are bearer secrets, so that only their owners name them."""

    def __init__(self) -> None:
        self.world = World().with_identity_pool(POOL)
        self.owner: dict[str, str] = {}
        self.guests = 0
        self.now = 1.0

    def save(self, found: Any) -> Identity | None:
        if isinstance(found.value, Refusal):
            return None
        resolution: Resolution = found.value
        for identity in resolution.changed:
            self.world = self.world.with_identity(identity)
        return resolution.identity

    def has(self, who: str, identity: Identity | None) -> None:
        """Somebody was given an identity: it is nobody else's, and stays theirs."""
        if identity is None:
            return
        assert self.owner.setdefault(identity.id, who) == who
        assert identity.enabled
        assert {subject for _, subject in identity.links()} <= {who}
        self.check()

    def check(self) -> None:
        for identity in self.world.identities.values():
            assert len(identity.links()) <= MOST_LINKS
            assert not (identity.merged_into and identity.enabled)
            for provider, subject in identity.links():
                assert identity.enabled
                assert self.world.logins[POOL.id, provider, subject] == identity.id
        assert len(self.world.logins) == sum(len(each.links()) for each in self.world.identities.values())

    def play(self, who: str, move: str, logins: tuple[int, ...], target: int) -> None:
        self.now += 1.0
        proven = tuple(WALLETS[who][number] for number in sorted(set(logins)))
        ids = sorted(self.world.identities)
        named = self.world.identities[ids[target % len(ids)]] if ids else None
        if move == "guest":
            made = Identity(identity_id(POOL.id, "guest", str(self.guests)), POOL.id, created=self.now)
            self.guests += 1
            self.world = self.world.with_identity(made)
            self.owner[made.id] = who
        elif move == "find":
            self.has(who, self.save(find_identity(self.world, POOL, proven, now=self.now)))
        elif move == "claim" and named is not None:
            guests_of_others = not named.authenticated and self.owner.get(named.id) != who
            if not guests_of_others:
                self.has(who, self.save(claim_identity(self.world, POOL, named, proven, now=self.now)))
        elif move == "unlink" and named is not None and self.owner.get(named.id) == who:
            self.world = self.world.with_identity(without_logins(named, (proven[0].provider,), now=self.now))
            self.check()
        elif move == "merge":
            self._merge(who, target)
        elif named is not None and admit_guest(POOL, named).value is None:
            assert not named.links()

    def _merge(self, who: str, target: int) -> None:
        """The developer merges two identities of one person."""
        own = [each for each in self.world.identities.values() if each.links() and self.owner.get(each.id) == who]
        if len(own) > 1:
            source, destination = own[target % len(own)], own[(target + 1) % len(own)]
            self.has(who, self.save(merge_identities(source, destination, now=self.now)))


MOVES = st.tuples(
    st.sampled_from(PEOPLE),
    st.sampled_from(("guest", "find", "claim", "claim", "unlink", "merge", "be a guest")),
    st.lists(st.integers(0, 3), min_size=1, max_size=3).map(tuple),
    st.integers(0, 50),
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(MOVES, min_size=15, max_size=40), st.sampled_from(("named", "oldest")))
def test_nobody_ever_has_the_identity_of_somebody_else(moves: list[Any], survivor: str) -> None:
    game = Game()
    with assuming({"identity.mergeSurvivor": survivor}):
        for who, move, logins, target in moves:
            game.play(who, move, logins, target)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(MOVES, min_size=15, max_size=30))
def test_an_identity_that_was_merged_or_emptied_never_comes_back(moves: list[Any]) -> None:
    game = Game()
    ended: set[str] = set()
    for who, move, logins, target in moves:
        game.play(who, move, logins, target)
        identities = game.world.identities
        assert all(not identities[name].enabled for name in ended)
        ended |= {each.id for each in identities.values() if not each.enabled}
