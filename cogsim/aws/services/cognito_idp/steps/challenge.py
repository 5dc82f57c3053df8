"""What every challenge is: its name, the responses it takes, how it is asked and how it is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cogsim.aws.services.cognito_idp.attempt import Attempt
from cogsim.decisions.challenge_session import ChallengeSession
from cogsim.persistent import Map


@dataclass(frozen=True, slots=True)
class Asked:
    """A challenge as it is put: ChallengeParameters, what only the pool knows of it, and AvailableChallenges;
    `known_as` is what its session is found by where the answer brings none."""

    parameters: Mapping[str, str] = field(default_factory=dict)
    private: Map[str, str] = field(default_factory=Map, repr=False)
    available: tuple[str, ...] | None = None
    known_as: str | None = None


@dataclass(frozen=True, slots=True)
class Open:
    """An open step that an answer came for: its session and the key it is kept under in the state."""

    key: str
    session: ChallengeSession


Ask = Callable[[Attempt], Asked]
#: Judges the responses: the response that follows, or the refusal raised (what was counted stays).
Answer = Callable[[Attempt, Open, Mapping[str, str]], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Challenge:
    """A challenge. `needs` are the keys of ChallengeResponses it must have, `may` those it can have beside them and
    SECRET_HASH; one that ends in a dot stands for every key that begins so. `finds` says what an answer without a
    Session is known as, for the challenges that take one."""

    name: str
    ask: Ask
    answer: Answer
    needs: tuple[str, ...]
    may: tuple[str, ...] = ()
    finds: Callable[[Attempt, Mapping[str, str]], str] | None = None
