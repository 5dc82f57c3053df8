"""The adversary at work: makes calls as herself, keeps the trace, and owns only what an attack gives her."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.actors.app import IdentitySession, SignedIn
from cogsim.actors.signing import Signer
from cogsim.aws.call import Outcome
from cogsim.errors import AwsError
from cogsim.lint.finding import TraceStep
from cogsim.markup import step_text
from cogsim.simulation import Simulation


class Adversary:
    """One attacker on one simulation; every call of hers is in `trace`, with what decided it."""

    def __init__(self, sim: Simulation, name: str) -> None:
        self.sim = sim
        self.name = name
        self.trace: list[TraceStep] = []

    def attempt(
        self, operation: str, params: Mapping[str, Any] | None = None, credentials: Signer = None, note: str = ""
    ) -> Outcome:
        """Make a call and write down what came of it."""
        outcome = self.sim.submit(operation, params, credentials)
        said = outcome.error.code if outcome.error else "done"
        deciding = outcome.decision.deciding[-1]
        subject = f"{operation} {note}".strip()
        self.trace.append(TraceStep(self.name, subject, f"{said}: {step_text(deciding)}"))
        return outcome

    def sign_in(self, client: str, username: str, password: str | None = None) -> SignedIn:
        session = self.sim.sign_in(username, client, password)
        self.trace.append(TraceStep(self.name, "sign in", "tokens for her own account"))
        return session

    def refresh(self, session: SignedIn) -> SignedIn:
        fresh = self.sim.refresh(session)
        self.trace.append(TraceStep(self.name, "cognito-idp:InitiateAuth REFRESH_TOKEN_AUTH", "a new ID token"))
        return fresh

    def credentials(self, session: SignedIn, pool: str) -> IdentitySession | None:
        """AWS credentials from the identity pool, or None where it refuses."""
        try:
            vended = self.sim.credentials(session, pool)
        except AwsError as error:
            self.trace.append(TraceStep(self.name, "cognito-identity:GetCredentialsForIdentity", str(error)))
            return None
        arn = self.sim.call("sts:GetCallerIdentity", {}, vended)["Arn"]
        self.trace.append(TraceStep(self.name, "cognito-identity:GetCredentialsForIdentity", f"a session of {arn}"))
        return vended
