"""The tags of IAM's nouns: keys are one without regard to case, and keep the case they were given. # ug:tags"""

from __future__ import annotations

from collections.abc import Mapping

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.iam_entities import INVALID_INPUT, unseen
from cogsim.decisions.iam_quotas import TAGS_PER_ENTITY
from cogsim.decisions.refusals import refused
from cogsim.persistent import Map

_QUESTION = "may it have these tags?"


def tagged(old: Map[str, str], new: tuple[tuple[str, str], ...]) -> Decision[Map[str, str] | Refusal]:
    """The tags after `new` were put onto `old`, or the refusal; a key in another case replaces the one there."""
    folded = [key.casefold() for key, _ in new]
    if len(set(folded)) < len(folded):
        text = "Duplicate tag keys found. Please note that Tag keys are case insensitive."
        return refused(Refusal(INVALID_INPUT, text), _QUESTION, ", ".join(key for key, _ in new), "ug:tags")
    reserved = next((key for key, _ in new if key.casefold().startswith("aws:")), None)
    if reserved is not None:
        text = f"The tag key {reserved} is reserved: it must not begin with aws:"
        return unseen(INVALID_INPUT, text, _QUESTION, reserved, "ug:tags")
    kept = {key: value for key, value in old.items() if key.casefold() not in set(folded)}
    made = {**kept, **dict(new)}
    if len(made) > TAGS_PER_ENTITY:
        text = f"The number of tags has reached the maximum limit of {TAGS_PER_ENTITY}."
        return unseen("LimitExceeded", text, _QUESTION, f"{len(made)} tags", "ug:quotas")
    return decided(Map(made), Step(_QUESTION, "yes", ", ".join(key for key, _ in new) or "none", "ug:tags"))


def untagged(old: Map[str, str], keys: tuple[str, ...]) -> Map[str, str]:
    """The tags without those of `keys`, which are compared without case; keys that are not there do not matter."""
    gone = {key.casefold() for key in keys}
    return Map({key: value for key, value in old.items() if key.casefold() not in gone})


def tag_pairs(tags: list[Mapping[str, str]] | None) -> tuple[tuple[str, str], ...]:
    """A list of Key and Value as pairs, in order."""
    return tuple((tag["Key"], tag["Value"]) for tag in tags or ())
