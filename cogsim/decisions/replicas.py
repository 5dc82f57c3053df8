"""Replicas of a pool in other regions: which a pool may have, and in which state they may go. # idp:multi-region

1. Replication needs the Essentials or Plus plan and a key of the customer's own, which the other region must have too.
2. There is one secondary replica. It begins inactive, and only an inactive one is deleted: none goes while it serves.
"""

from __future__ import annotations

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.feature_plans import check_plan
from cogsim.decisions.refusals import INVALID_PARAMETER, NOT_FOUND, UNSEEN_TEXTS, Check, all_of, passed, refused
from cogsim.world.pool_members import PoolDocument
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

REPLICA = "UserPoolReplica"
_SOURCE = "idp:multi-region"


def check_new_replica(world: World, pool: UserPool, region: str) -> Check:
    """Whether the pool may have a replica in the region."""
    return all_of(
        check_plan(pool, iter([("Multi-Region Replication", "ESSENTIALS")])),
        _check_key(pool),
        _check_region(pool, region),
        _check_alone(world, pool),
    )


def replica(world: World, pool: UserPool, region: str) -> Decision[PoolDocument | Refusal]:
    """The pool's secondary replica in the region, or the refusal."""
    question = "does the pool have a replica there?"
    found = world.pool_documents.get((pool.id, REPLICA, region))
    if found is None:
        refusal = Refusal(NOT_FOUND, f"User pool {pool.id} has no replica in {region}.")
        return refused(refusal, question, region, _SOURCE, assumption=UNSEEN_TEXTS)
    return decided(found, Step(question, "yes", region, _SOURCE, location=found.origin.location))


def check_deletable(document: PoolDocument) -> Check:
    """Whether the replica serves nobody."""
    question, status = "is the replica inactive?", str(document.content.get("Status"))
    if status == "INACTIVE":
        return passed(question, status, _SOURCE)
    refusal = Refusal(INVALID_PARAMETER, "Only an INACTIVE replica can be deleted.")
    return refused(refusal, question, status, _SOURCE, assumption=UNSEEN_TEXTS)


def _check_key(pool: UserPool) -> Check:
    question = "does the pool have a key of the customer's own?"
    key = pool.further.get("KeyConfiguration") or {}
    place = pool.origin.at("KeyConfiguration")
    if key.get("KeyType") == "CUSTOMER_MANAGED_KEY":
        return passed(question, str(key.get("KmsKeyArn", "")), _SOURCE, location=place)
    text = "Multi-Region replication requires a user pool with a multi-Region customer managed key."
    found = str(key.get("KeyType", "AWS_OWNED_KEY"))
    return refused(Refusal(INVALID_PARAMETER, text), question, found, _SOURCE, location=place, assumption=UNSEEN_TEXTS)


def _check_region(pool: UserPool, region: str) -> Check:
    question = "is it another region?"
    if region != pool.region:
        return passed(question, region, _SOURCE)
    refusal = Refusal(INVALID_PARAMETER, "A replica cannot be created in the Region of the primary user pool.")
    return refused(refusal, question, region, _SOURCE, assumption=UNSEEN_TEXTS)


def _check_alone(world: World, pool: UserPool) -> Check:
    question = "has the pool no secondary replica yet?"
    held = next((key for pool_id, kind, key in world.pool_documents if (pool_id, kind) == (pool.id, REPLICA)), None)
    if held is None:
        return passed(question, pool.id, _SOURCE)
    refusal = Refusal("LimitExceededException", "Maximum number of replicas (1) reached.")
    return refused(refusal, question, held, _SOURCE, assumption=UNSEEN_TEXTS)
