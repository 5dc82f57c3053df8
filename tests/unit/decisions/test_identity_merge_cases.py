"""Which identity a set of logins has: the table of cases, asked of the decision alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cogsim.assumptions import assuming
from cogsim.decision import Refusal
from cogsim.decisions.identity_merge import Proof, Resolution, claim_identity, find_identity, merge_identities
from cogsim.persistent import Map
from cogsim.world.identity_pool import Identity, IdentityPool
from cogsim.world.world import World

POOL = IdentityPool(
    "us-east-1:pool", "arn:aws:cognito-identity:us-east-1:123456789012:identitypool/us-east-1:pool", "pool"
)
G, F = "accounts.google.com", "graph.facebook.com"


def identity(name: str, created: float = 1.0, enabled: bool = True, **logins: str) -> Identity:
    named = {{"g": G, "f": F}[key]: subject for key, subject in logins.items()}
    return Identity(f"us-east-1:{name}", POOL.id, Map(named), enabled, created)


WORLD = World().with_identity_pool(POOL)
for each in (
    identity("guest"),
    identity("off", enabled=False),
    identity("old", 1.0, g="old"),
    identity("young", 2.0, f="young"),
    identity("both", 3.0, g="both", f="both"),
):
    WORLD = WORLD.with_identity(each)

#: What is named, the logins, and: the id that stays, its logins, the ids that end; or the code of the refusal.
CASES = {
    "a new login": (None, "g:new", ("made", "g:new", ())),
    "two new logins": (None, "f:new g:new", ("made", "f:new g:new", ())),
    "a known login": (None, "g:old", ("old", "g:old", ())),
    "a known and a new one": (None, "g:old f:new", ("old", "f:new g:old", ())),
    "two known ones": (None, "g:old f:young", ("old", "f:young g:old", ("young",))),
    "two people of one provider": (None, "g:old f:both", "ResourceConflictException"),
    "a guest and a new login": ("guest", "g:new", ("guest", "g:new", ())),
    "a guest and a known login": ("guest", "g:old", ("old", "g:old", ("guest",))),
    "a guest and two known ones": ("guest", "g:old f:young", ("old", "f:young g:old", ("guest", "young"))),
    "one's own": ("old", "g:old", ("old", "g:old", ())),
    "one's own and a new one": ("old", "g:old f:new", ("old", "f:new g:old", ())),
    "one's own and a known one": ("young", "f:young g:old", ("young", "f:young g:old", ("old",))),
    "another login of the provider": ("old", "g:other", "NotAuthorizedException"),
    "only somebody else's": ("old", "f:young", "NotAuthorizedException"),
    "only a new one": ("old", "f:new", "NotAuthorizedException"),
    "what is disabled": ("off", "g:old", "NotAuthorizedException"),
    "one's own and somebody's of the same provider": ("young", "f:young g:both", "ResourceConflictException"),
}


def written(found: Identity) -> str:
    return " ".join(sorted(f"{'g' if name == G else 'f'}:{subject}" for name, subject in found.logins.items()))


@pytest.mark.parametrize(("named", "logins", "expected"), CASES.values(), ids=CASES.keys())
def test_the_identity_of_logins(named: str | None, logins: str, expected: object) -> None:
    proven = tuple(Proof({"g": G, "f": F}[text[0]], text[2:]) for text in logins.split())
    if named is None:
        found = find_identity(WORLD, POOL, proven, now=9.0).value
    else:
        held = WORLD.identities[f"us-east-1:{named}"]
        found = claim_identity(WORLD, POOL, held, proven, now=9.0).value
    if isinstance(found, Refusal):
        assert found.code == expected
        return
    assert isinstance(found, Resolution)
    ended = tuple(sorted(each.id.partition(":")[2] for each in found.changed if not each.enabled))
    short = found.identity.id.partition(":")[2]
    assert (short if short in ("guest", "old", "young") else "made", written(found.identity), ended) == expected
    assert all(each.merged_into == found.identity.id for each in found.changed if not each.enabled)


def test_which_of_two_stays_is_named_in_the_steps() -> None:
    proven = (Proof(F, "young"), Proof(G, "old"))
    held = WORLD.identities["us-east-1:young"]
    decision = claim_identity(WORLD, POOL, held, proven, now=9.0)
    assert decision.assumptions == ("identity.mergeSurvivor",)
    with assuming({"identity.mergeSurvivor": "oldest"}):
        found = claim_identity(WORLD, POOL, held, proven, now=9.0).value
    assert isinstance(found, Resolution)
    assert found.identity.id == "us-east-1:old"


def test_developers_users_do_not_clash() -> None:
    one = replace(identity("one"), developer_users=Map({"u1": "login.acme"}))
    two = replace(identity("two"), developer_users=Map({"u2": "login.acme"}))
    found = merge_identities(one, two, now=9.0).value
    assert isinstance(found, Resolution)
    assert dict(found.identity.developer_users) == {"u1": "login.acme", "u2": "login.acme"}
    assert merge_identities(one, one, now=9.0).value == Resolution(one)
