"""Where a pool sends its logs. # idp:log-delivery"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cogsim.arn import Arn
from cogsim.decision import Refusal
from cogsim.decisions.feature_plans import check_plan
from cogsim.decisions.refusals import INVALID_PARAMETER, UNSEEN_TEXTS, Check, all_of, passed, refused
from cogsim.world.user_pool import UserPool

_SOURCE = "idp:log-delivery"
#: The level of each source of events.
_LEVELS = {"userNotification": "ERROR", "userAuthEvents": "INFO"}
#: Each destination, where its ARN stands in it, and the service that the ARN is of.
_DESTINATIONS = {
    "CloudWatchLogsConfiguration": ("LogGroupArn", "logs"),
    "S3Configuration": ("BucketArn", "s3"),
    "FirehoseConfiguration": ("StreamArn", "firehose"),
}


def check_log_configurations(pool: UserPool, entries: Sequence[Mapping[str, Any]]) -> Check:
    """Whether the pool may send its logs so."""
    sources = [entry["EventSource"] for entry in entries]
    question = "does each source of events stand once?"
    if len(set(sources)) < len(sources):
        return _invalid("Each EventSource can be configured only once.", question, ", ".join(sources))
    return all_of(passed(question, ", ".join(sources), _SOURCE), *(_check_entry(pool, entry) for entry in entries))


def _check_entry(pool: UserPool, entry: Mapping[str, Any]) -> Check:
    source, level = entry["EventSource"], entry["LogLevel"]
    question = f"may {source} be sent so?"
    if level != _LEVELS[source]:
        return _invalid(f"LogLevel {level} is not valid for EventSource {source}.", question, level)
    stated = [name for name in _DESTINATIONS if entry.get(name)]
    if len(stated) != 1:
        return _invalid("Exactly one log destination must be specified.", question, ", ".join(stated) or "none")
    destination, (member, service) = stated[0], _DESTINATIONS[stated[0]]
    if source == "userNotification" and destination != "CloudWatchLogsConfiguration":
        return _invalid(f"{destination} is not valid for EventSource {source}.", question, destination)
    text = entry[destination].get(member) or ""
    arn = Arn.try_parse(text)
    if arn is None or arn.service != service or (arn.account not in ("", Arn.parse(pool.arn).account)):
        return _invalid(f"{member} is not valid.", question, text or "no ARN")
    sound = passed(question, f"{level} to {text}", _SOURCE)
    if source == "userNotification":
        return sound
    return all_of(sound, check_plan(pool, iter([("User Activity Export", "PLUS")])))


def _invalid(text: str, question: str, found: str) -> Check:
    return refused(Refusal(INVALID_PARAMETER, text), question, found, _SOURCE, assumption=UNSEEN_TEXTS)
