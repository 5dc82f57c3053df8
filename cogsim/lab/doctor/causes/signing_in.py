"""Why a user of a user pool cannot sign in in the first place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cogsim.lab.doctor.cause import Cause, Changed, Cure, reads
from cogsim.lab.doctor.question import PersonKind, Question
from cogsim.lab.doctor.symptom import Symptom
from cogsim.lab.doctor.written import yaml
from cogsim.world.pool_user import PoolUser, UserStatus
from cogsim.world.world import World


@reads("is the user enabled?")
def disabled(symptom: Symptom) -> Cause | None:
    """An administrator disabled the user."""
    return _cause(
        symptom,
        "user-disabled",
        "the user is disabled",
        "a user who was disabled cannot sign in, so there is no token for the identity pool",
        "enable the user (AdminEnableUser)",
        {"Enabled": True},
        enabled=True,
    )


@reads("what does the user's status allow?")
def unconfirmed(symptom: Symptom) -> Cause | None:
    """The user never confirmed the account."""
    return _cause(
        symptom,
        "user-not-confirmed",
        "the user is not confirmed",
        "who signed up and has not confirmed the account yet cannot sign in",
        "confirm the user (ConfirmSignUp with the code that was sent, or AdminConfirmSignUp)",
        {"Status": "CONFIRMED"},
        status=UserStatus.CONFIRMED,
    )


@reads("must the password be reset first?")
def reset_required(symptom: Symptom) -> Cause | None:
    """An administrator reset the password, and no new one was set."""
    return _cause(
        symptom,
        "password-reset-required",
        "the user's password must be reset",
        "an administrator reset the password, and until the user has set a new one no sign-in succeeds",
        "let the user set a new password (ForgotPassword, ConfirmForgotPassword)",
        {"Status": "CONFIRMED"},
        status=UserStatus.CONFIRMED,
    )


def _cause(
    symptom: Symptom, key: str, what: str, why: str, say: str, pins: dict[str, Any], **change: Any
) -> Cause | None:
    user = _user(symptom.world, symptom.question)
    if user is None:
        return None

    def apply(world: World, question: Question) -> Changed:
        return world.with_pool_user(replace(world.pool_users[user.pool_id, user.username], **change)), question

    write = yaml({user.origin.logical_id or user.username: {"Metadata": {"cogsim": pins}}})
    source = symptom.refusing.source if symptom.refusing is not None else ""
    where = user.origin.at("Metadata.cogsim")
    return Cause(key, f"{what}: {user.username}", why, where, Cure(say, write, apply), source=source)


def _user(world: World, question: Question) -> PoolUser | None:
    person = question.person
    if person is None or person.kind is not PersonKind.POOL_USER:
        return None
    return world.pool_users.get((person.home, person.name))
