"""What a pool's feature plan leaves out: a feature of a higher plan is refused. # idp:feature-plans"""

from __future__ import annotations

from cogsim.decision import Refusal
from cogsim.decisions.refusals import UNSEEN_TEXTS, Check, passed, refused
from cogsim.world.user_pool import UserPool

#: The plans, the smallest first.
PLANS = ("LITE", "ESSENTIALS", "PLUS")


def check_plan(pool: UserPool, feature: str, least: str) -> Check:
    """Whether the pool's plan, at least `least`, has the feature."""
    question = f"does the pool's feature plan have {feature}?"
    place = pool.origin.at("UserPoolTier")
    if PLANS.index(pool.tier) >= PLANS.index(least):
        return passed(question, pool.tier, "idp:feature-plans", location=place)
    text = f"{feature} is not available in the {pool.tier} feature plan."
    refusal = Refusal("FeatureUnavailableInTierException", text)
    return refused(refusal, question, pool.tier, "idp:feature-plans", location=place, assumption=UNSEEN_TEXTS)
