"""A call that AWS refused on the way of a question, and what its decision says of why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cogsim.arn import Arn
from cogsim.aws.call import Outcome
from cogsim.decision import Step
from cogsim.lab.doctor.proof import claims_of
from cogsim.lab.doctor.question import Question
from cogsim.world.iam import Role
from cogsim.world.identity_pool import IdentityPool
from cogsim.world.world import World

#: Questions that only put another step's refusal into a service's words.
_WORDING = frozenset(
    {"what does STS say to that?", "is the response believed?", "is the token believed?", "does the call come through?"}
)


@dataclass(frozen=True, slots=True)
class Symptom:
    """A refused call: `world` is as it was when the question was asked, `now` in seconds."""

    question: Question
    world: World
    outcome: Outcome
    now: float

    @property
    def steps(self) -> tuple[Step, ...]:
        return self.outcome.decision.steps

    @property
    def operation(self) -> str:
        return self.outcome.call.operation

    @property
    def params(self) -> Mapping[str, Any]:
        """The members of the call that decided: of STS's, where an identity pool called it."""
        return self.sts.call.params

    @property
    def sts(self) -> Outcome:
        """The call of STS within a call of an identity pool; the call itself where there is none."""
        inner = [each for each in self.outcome.children if each.call.service == "sts"]
        return inner[-1] if inner else self.outcome

    @property
    def code(self) -> str:
        return self.outcome.error.code if self.outcome.error is not None else ""

    @property
    def message(self) -> str:
        return self.outcome.error.message if self.outcome.error is not None else ""

    @property
    def refusing(self) -> Step | None:
        """The step that refused: the last that decided, but for those that only word a refusal."""
        deciding = [step for step in self.steps if step.decides and step.question not in _WORDING]
        return deciding[-1] if deciding else None

    def fact(self, name: str) -> str:
        """A fact of the step that refused; empty where it has none of that name."""
        step = self.refusing
        return dict(step.facts).get(name, "") if step is not None else ""

    def step(self, question: str) -> Step | None:
        """The last step of that question."""
        return next((step for step in reversed(self.steps) if step.question == question), None)

    @property
    def pool(self) -> IdentityPool | None:
        """The identity pool that the question is about."""
        return self.world.identity_pools.get(self.question.pool_id or "")

    @property
    def login(self) -> tuple[str, str]:
        """Provider name and token of the call's login; empty texts where it has none."""
        logins = self.outcome.call.params.get("Logins") or {}
        name = next(iter(sorted(logins)), "")
        return name, str(logins.get(name, ""))

    @property
    def token(self) -> str:
        """The token that was presented last: to the identity pool, or to STS."""
        return self.login[1] or str(self.params.get("WebIdentityToken", ""))

    @property
    def claims(self) -> Mapping[str, Any]:
        """Its claims, unverified."""
        return claims_of(self.token)

    @property
    def role_arn(self) -> str:
        """The role that STS was asked for."""
        return str(self.params.get("RoleArn", ""))

    @property
    def role(self) -> Role | None:
        return self.world.roles.get(self.role_arn)

    @property
    def account(self) -> str:
        """The account of that role."""
        arn = Arn.try_parse(self.role_arn)
        return arn.account if arn is not None else ""

    def same_as(self, other: Symptom) -> bool:
        """Whether another refusal is this one: the same call, refused by the same step for the same find."""
        return (self.operation, self.code, self.refusing) == (other.operation, other.code, other.refusing)
