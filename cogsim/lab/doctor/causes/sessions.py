"""Why STS does not make the session although everybody agrees: too long, too large, a second factor that is wrong."""

from __future__ import annotations

from dataclasses import replace

from cogsim.lab.doctor.cause import Cause, Changed, Cure, reads
from cogsim.lab.doctor.question import Question
from cogsim.lab.doctor.symptom import Symptom
from cogsim.lab.doctor.written import in_call, in_resource
from cogsim.world.world import World

_SHORTEST, _LONGEST, _CHAINED = 900, 43_200, 3600


@reads("may the session last that long?")
def longer_than_role(symptom: Symptom) -> Cause | None:
    """DurationSeconds is more than the role's MaxSessionDuration."""
    step, role, wanted = symptom.refusing, symptom.role, symptom.params.get("DurationSeconds")
    if step is None or role is None or not isinstance(wanted, int):
        return None

    def apply(world: World, question: Question) -> Changed:
        return world.with_role(replace(world.roles[role.arn], max_session_duration=wanted)), question

    write = in_resource(role.origin, role.name, {"MaxSessionDuration": wanted})
    cure = Cure(
        f"raise MaxSessionDuration to {wanted}, or ask for no more than {role.max_session_duration}", write, apply
    )
    where = role.origin.at("MaxSessionDuration")
    return Cause("duration-exceeds-role", "the session is to last longer than the role allows", step.found, where, cure)


@reads("may a chained session last that long?")
def longer_than_chain(symptom: Symptom) -> Cause | None:
    """A role assumed by a role lasts an hour at most."""
    why = (
        f"{symptom.params.get('DurationSeconds')} s asked; who signs is a role's session, and then an hour is the most"
    )
    return _shorter("duration-exceeds-chaining", "a chained session lasts an hour at most", why, _CHAINED)


@reads("error:ValidationError")
def out_of_bounds(symptom: Symptom) -> Cause | None:
    """DurationSeconds outside of what the API takes at all."""
    wanted = symptom.params.get("DurationSeconds")
    if not isinstance(wanted, int) or _SHORTEST <= wanted <= _LONGEST:
        return None
    why = f"{wanted} s asked; the API takes {_SHORTEST} to {_LONGEST}"
    nearest = min(max(wanted, _SHORTEST), _LONGEST)
    return _shorter("duration-out-of-bounds", "the API does not take such a DurationSeconds", why, nearest)


def _shorter(key: str, what: str, why: str, seconds: int) -> Cause:
    def apply(world: World, question: Question) -> Changed:
        return world, replace(question, duration=seconds)

    cure = Cure(f"ask for {seconds} s", in_call({"DurationSeconds": seconds}), apply, in_world=False)
    return Cause(key, what, why, None, cure, source="sts:AssumeRole")


@reads("is the session narrowed by policies of its own?")
def session_policy(symptom: Symptom) -> Cause | None:
    """The session policy is too long or malformed."""
    step = symptom.refusing
    if step is None:
        return None
    too_long = symptom.code == "PackedPolicyTooLarge"

    def apply(world: World, question: Question) -> Changed:
        return world, replace(question, policy=None)

    say = "shorten it to 2048 characters with the managed policies' ARNs" if too_long else "mend the policy's syntax"
    return Cause(
        "session-policy-too-large" if too_long else "session-policy-malformed",
        "the session policy is too large" if too_long else "the session policy is malformed",
        f"{step.answer}: {step.found}",
        None,
        Cure(f"{say} (tried without it)", "", apply, in_world=False),
        source=step.source,
    )


@reads("are the session tags small enough?", "may the session carry these tags?")
def session_tags(symptom: Symptom) -> Cause | None:
    """The tags are too large together, or break a rule of session tags."""
    step = symptom.refusing
    if step is None:
        return None

    def apply(world: World, question: Question) -> Changed:
        return world, replace(question, tags=())

    cure = Cure("send fewer, shorter or other tags (tried without any)", "", apply, in_world=False)
    known = cure if symptom.question.tags else None
    advice = "change what makes the tags; not tried: they come with the token"
    return Cause("session-tags", "STS does not take these session tags", step.found, None, known, advice, step.source)


@reads("is it the device's code?")
def second_factor(symptom: Symptom) -> Cause | None:
    """The code is none of the device's now, or was used before."""
    step = symptom.refusing
    if step is None:
        return None

    def apply(world: World, question: Question) -> Changed:
        return world, replace(question, mfa=False)

    cure = Cure("wait for the device's next code, each is good once (tried without)", "", apply, in_world=False)
    return Cause("mfa-wrong", "the second factor given with the call is wrong", step.found, step.location, cure)
