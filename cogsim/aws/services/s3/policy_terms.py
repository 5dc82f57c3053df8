"""The actions of S3 as bucket policies name them, of the service authorization reference."""

from __future__ import annotations

from functools import cache

from cogsim.decisions.s3_policy_terms import S3Action, Vocabulary
from cogsim.load.service_data import actions


@cache
def vocabulary() -> Vocabulary:
    """Every action of S3 that a bucket policy can speak of. # sar:s3"""
    return {
        name: S3Action(
            "bucket" in action.resource_types,
            "object" in action.resource_types,
            frozenset(_stem(key) for key in action.condition_keys),
        )
        for name, action in sorted(actions("s3").items())
    }


def _stem(key: str) -> str:
    stem, slash, _ = key.partition("/")
    return stem + slash
