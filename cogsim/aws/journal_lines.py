"""The lines of a journal as they are written, one by one: the header, calls, moves of the clock, new beginnings.

1. It holds secrets: passwords, codes, tokens, keys. The first line says so and the file is its owner's alone (0600).
2. A value that an earlier answer gave (a token, an id, a session, a key) is written as where it came from, a code as
   the message it was read in: on a changed world the replay uses that world's own values.
3. What is written is enough: calls that services make of one another are not in it, they happen again. Functions given
   in code cannot be written: the header names them, and a replay needs them again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from functools import cache
from typing import Any

from cogsim._version import __version__
from cogsim.assumptions import all_assumptions, choice
from cogsim.aws.call import Credentials, Outcome, ServicePrincipal
from cogsim.aws.cloud import Advance, Cloud
from cogsim.aws.journal_digest import world_digest
from cogsim.aws.journal_references import References, Sayings, Spoken
from cogsim.aws.journal_values import digest, encoded, outline
from cogsim.aws.state import State
from cogsim.decisions.call_origin import CallOrigin
from cogsim.world.world import World

FORMAT = 1
NOTICE = "This file holds secrets (passwords, codes, tokens, keys): keep it to yourself."

_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True)


def botocore_version() -> str:
    """The version of botocore whose models check the calls."""
    import botocore

    return str(botocore.__version__)


def assumed() -> dict[str, str]:
    """The assumptions in force that are not at their default."""
    return {name: choice(name) for name, entry in all_assumptions().items() if choice(name) != entry.default}


def header(world: World, seed: str, start: float, functions: Mapping[str, Any]) -> bytes:
    """The first line of the journal of a run that began with `world` at `start`, in seconds since the epoch."""
    line = {
        "cogsim-journal": FORMAT,
        "notice": NOTICE,
        "cogsim": __version__,
        "botocore": botocore_version(),
        "seed": seed,
        "start": start,
        "world": world_digest(world),
        "assumptions": assumed(),
    }
    return as_line(line | {"functions": sorted(functions)} if functions else line)


def as_line(value: Mapping[str, Any]) -> bytes:
    """One line of a journal."""
    return _ENCODER.encode(value).encode("ascii") + b"\n"


class Scribe:
    """Writes the lines of one run as it goes on, and remembers where values came from.

    `line` is the number of the last line written; the header's is 1. A scribe that goes on where another stopped is
    given what that one remembered, and the state as it was then.
    """

    def __init__(self, line: int = 1, told: Sayings | None = None, state: State | None = None) -> None:
        self.line = line
        self.references = References(told)
        if state is not None:
            self.references.deliveries.take(state)

    def write(self, cloud: Cloud, entry: Outcome | Advance) -> bytes:
        """The next line: `entry` is in the log of `cloud`, after those written before."""
        self.line += 1
        if isinstance(entry, Advance):
            return as_line({"advance": entry.seconds, "at": entry.at})
        self.references.deliveries.take(cloud.state)
        return as_line(self._call(cloud.initial, entry))

    def reset(self, at: float) -> bytes:
        """The next line: the run began anew at that instant. What was said before means nothing any more."""
        self.line += 1
        self.references = References()
        return as_line({"reset": True, "at": at})

    def read(self, outcome: Outcome) -> None:
        """Remember what was said in a call whose line stands already."""
        self.line += 1
        self.references.heard(outcome.call.params)
        self.references.answered(self.line, outcome.call.operation, outcome.response)

    def _call(self, world: World, outcome: Outcome) -> dict[str, Any]:
        call = outcome.call
        spoken = self.references.before(outcome.delivered)
        line: dict[str, Any] = {"call": call.operation, "params": encoded(call.params, spoken)}
        if (derived := spoken.derived(call.params)) is not None:
            line["derived"] = derived
        answer: dict[str, Any] = {
            "error": outcome.error.code if outcome.error else None,
            "outline": outline(call.operation, outcome.response),
            "digest": answer_digest(outcome),
        }
        if roles := roles_taken(outcome):
            answer["roles"] = roles
        line["as"], line["from"] = _signer(world, call.credentials, spoken), _origin(call.origin)
        line["at"], line["answer"] = call.at, answer
        self.references.heard(call.params)
        self.references.answered(self.line, call.operation, outcome.response)
        return line


def answer_digest(outcome: Outcome) -> str:
    """A digest of all of an answer: the response, or the error's code and message."""
    error = outcome.error
    return digest(outcome.response if error is None else [error.code, error.message])


def roles_taken(outcome: Outcome) -> tuple[str, ...]:
    """The ARNs of the roles that services took on the way to an answer, in order."""
    return tuple(
        role
        for child in outcome.children
        for role in (
            *((str(child.call.params["RoleArn"]),) if child.error is None and "RoleArn" in child.call.params else ()),
            *roles_taken(child),
        )
    )


def _signer(world: World, credentials: Credentials | ServicePrincipal | None, spoken: Spoken) -> Any:
    """How a call was signed: a user of the world by ARN and key number, else the keys themselves."""
    match credentials:
        case None:
            return None
        case ServicePrincipal():
            return {"service": asdict(credentials)}
        case Credentials():
            key = world.access_keys.get(credentials.access_key_id)
            if key is not None and key.secret == credentials.secret_access_key and credentials.session_token is None:
                keys = [other.id for other in world.access_keys.values() if other.user_arn == key.user_arn]
                return {"user": key.user_arn, "key": keys.index(key.id)}
            held = {
                "access_key_id": credentials.access_key_id,
                "secret_access_key": credentials.secret_access_key,
                "session_token": credentials.session_token,
            }
            return {"keys": encoded(held, spoken)}


@cache
def _origin_defaults() -> tuple[tuple[str, Any], ...]:
    return tuple((entry.name, entry.default) for entry in fields(CallOrigin))


def _origin(origin: CallOrigin) -> dict[str, Any]:
    given = ((name, getattr(origin, name), default) for name, default in _origin_defaults())
    return {name: value for name, value, default in given if value != default}
