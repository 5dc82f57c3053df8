"""Why does a call fail? It is played on a copy, its refusal read, the cure applied to another copy, and asked again.

1. Every play begins at the start: sign-in, identity, token, role. Nothing of an earlier play is kept.
2. A cure is believed only when the call, made again, is refused elsewhere or not at all; one that changes nothing ends
   the search, and so does a refusal that no reader knows: then the last word is that the cause is unknown.
3. The world that was asked about is never changed: worlds are values, and a simulation is forked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from cogsim.actors.adfs import AdFsRefusal
from cogsim.arn import Arn
from cogsim.aws.call import Outcome
from cogsim.clock import DEFAULT_START, instant, iso
from cogsim.decision import Step
from cogsim.entropy import named
from cogsim.errors import AwsError, NotModelled
from cogsim.lab.doctor.cause import Cause, cause_of
from cogsim.lab.doctor.diagnosis import Diagnosis, Ending, Finding, Verified
from cogsim.lab.doctor.play import play
from cogsim.lab.doctor.proof import said_at
from cogsim.lab.doctor.question import PersonKind, Question, resolve
from cogsim.lab.doctor.symptom import Symptom
from cogsim.markup import step_text
from cogsim.simulation import Simulation
from cogsim.world.access_key_ids import access_key_id
from cogsim.world.iam import AccessKey
from cogsim.world.world import World

MOST = 24
"""Causes looked for in one question, at most."""


def doctor(
    world: World | Simulation,
    operation: str = "GetCredentialsForIdentity",
    *,
    at: str | float | None = None,
    **asked: Any,
) -> Diagnosis:
    """Why `operation` fails on `world`, and with which changes it succeeds; a running Simulation is forked.

    `who` is a user's name, `guest`, or None with a `token` or an `assertion`; `client`, `identity_pool`, `provider`,
    `role`, `via`, `developer_user`, `duration`, `session_name`, `external_id`, `tags`, `source_identity`, `policy`,
    `mfa`, `audience`, `environment` and `seed` are `Question`'s. `at` is the instant (ISO 8601 or seconds): that of a
    given proof's issuance unless said, else the start of every simulation. Bad input raises InputError.
    """
    known = world.world if isinstance(world, Simulation) else world
    question = resolve(known, operation, **asked)
    if isinstance(world, Simulation):
        return _search(_Ground(world), known, question)
    return _search(_Ground(None), known, replace(question, at=_instant(question, at)))


def _instant(question: Question, at: str | float | None) -> float:
    if at is not None:
        return instant(at) if isinstance(at, str) else float(at)
    issued_at = said_at(question)
    return DEFAULT_START if issued_at is None else issued_at


@dataclass(frozen=True, slots=True)
class _Ground:
    """What a question is played on: a fork of a running simulation, or a new one."""

    running: Simulation | None

    def simulation(self, world: World, question: Question) -> Simulation:
        if self.running is None:
            return Simulation(_with_key(world, question), question.seed, question.at)
        twin = self.running.fork()
        twin.cloud.world = _with_key(world, question)
        return twin


def _with_key(world: World, question: Question) -> World:
    """The world where the IAM user who asks has an access key: one without gets one, for keys are not the question."""
    person = question.person
    if person is None or person.kind is not PersonKind.IAM_USER:
        return world
    if any(key.user_arn == person.home and key.active for key in world.access_keys.values()):
        return world
    draw = named("lab/doctor-key", person.home)
    key_id = access_key_id("AKIA", Arn.parse(person.home).account, draw)
    return world.with_access_key(AccessKey(key_id, person.home, draw.alnum(40)))


@dataclass(frozen=True, slots=True)
class _Played:
    """One play: the refusal, None where the call succeeded; `limit` is what cogsim does not model, or what a party
    outside AWS refused."""

    instant: str
    symptom: Symptom | None = None
    limit: str = ""


def _played(ground: _Ground, world: World, question: Question) -> _Played:
    sim = ground.simulation(world, question)
    asked_at, before = iso(sim.now), len(sim.cloud.log)
    try:
        play(sim, question)
    except AwsError:
        made = [entry for entry in sim.cloud.log[before:] if isinstance(entry, Outcome) and entry.error is not None]
        return _Played(asked_at, Symptom(question, world, made[-1], sim.now))
    except (NotModelled, AdFsRefusal) as limit:
        return _Played(asked_at, limit=f"AD FS says: {limit}" if isinstance(limit, AdFsRefusal) else str(limit))
    return _Played(asked_at)


def _search(ground: _Ground, world: World, question: Question) -> Diagnosis:
    """Cause after cause, until the call succeeds or nothing known is left to try."""
    asked, findings = question, list[Finding]()
    played = _played(ground, world, question)
    began = played.instant
    while played.symptom is not None and len(findings) < MOST:
        symptom = played.symptom
        cause = cause_of(symptom)
        if cause is None:
            return Diagnosis(asked, began, tuple(findings), Ending.UNKNOWN, _unexplained(symptom))
        if cause.cure is None:
            findings.append(_finding(symptom, cause, Verified.NOT_TRIED))
            return Diagnosis(asked, began, tuple(findings), Ending.CAUSES_FOUND)
        world, question = cause.cure.apply(world, question)
        played = _played(ground, world, question)
        verified = _verified(symptom, cause, played)
        findings.append(_finding(symptom, cause, verified))
        if verified is Verified.SAME:
            return Diagnosis(asked, began, tuple(findings), Ending.UNKNOWN, _unexplained(symptom))
    if played.limit:
        return Diagnosis(asked, began, tuple(findings), Ending.UNKNOWN, played.limit)
    if played.symptom is not None:
        return Diagnosis(asked, began, tuple(findings), Ending.UNKNOWN, _unexplained(played.symptom))
    return Diagnosis(asked, began, tuple(findings), Ending.CAUSES_FOUND if findings else Ending.WORKS)


def _verified(before: Symptom, cause: Cause, played: _Played) -> Verified:
    """What the change brought; the same refusal for the same cause at the same place is no progress."""
    if played.symptom is None:
        return Verified.GETS_FURTHER if played.limit else Verified.SUCCEEDS
    stays = played.symptom.same_as(before) and cause_of(played.symptom) == cause
    return Verified.SAME if stays else Verified.GETS_FURTHER


def _finding(symptom: Symptom, cause: Cause, verified: Verified) -> Finding:
    return Finding(symptom.operation, symptom.code, symptom.message, cause, verified)


def _unexplained(symptom: Symptom) -> str:
    step: Step | None = symptom.refusing
    told = f"{symptom.operation} answers {symptom.code}: {symptom.message}".removesuffix(": ")
    return told if step is None else f"{told}; {step_text(step)}"
