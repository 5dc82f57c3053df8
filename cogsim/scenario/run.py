"""Playing a scenario: its steps through the one door, its expectations held against what came of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cogsim.actors.adfs import AdFsRefusal
from cogsim.actors.authenticator import BrowserRefusal
from cogsim.actors.broker import BrokerRefusal, BrokerSession
from cogsim.actors.visitor import SiteRefusal
from cogsim.analysis.leak import Leak
from cogsim.assumptions import assuming
from cogsim.aws.call import Outcome
from cogsim.aws.mailbox import messages
from cogsim.errors import AwsError, InputError, NotModelled
from cogsim.scenario.access import ask, hold
from cogsim.scenario.check import check
from cogsim.scenario.document import Action, Advance, Call, Expectation, Leakage, OpenLink, Scenario, SendForm, Step
from cogsim.scenario.evidence import unproved
from cogsim.scenario.expect import unmet
from cogsim.scenario.leaks import Watch
from cogsim.scenario.links import opener
from cogsim.scenario.load import load as load_scenario
from cogsim.scenario.recipes import actor, perform
from cogsim.scenario.references import Reference
from cogsim.scenario.result import Run, StepResult
from cogsim.scenario.returned import misplaced, refused
from cogsim.scenario.saved import Names, NotSaved, Person, Saved
from cogsim.simulation import Simulation
from cogsim.world.world import World

__all__ = ["Run", "play", "run"]


def run(path: str | Path) -> Run:
    """Play the scenario in the file at `path`. What is not as expected is in `Run.failures`; bad input is raised."""
    from cogsim.load.detect import load

    scenario = load_scenario(path)
    with assuming(dict(scenario.assume)):  # some assumptions are about what a template leaves unsaid
        return play(scenario, load(*scenario.worlds))


def play(scenario: Scenario, world: World) -> Run:
    """Play `scenario` in `world`; every name and operation is checked before the first step runs."""
    with assuming(dict(scenario.assume)):
        check(scenario, world)
        stage = Stage(Simulation(world, scenario.seed, scenario.start), scenario.leakage)
        steps = tuple(stage.play(step) for step in scenario.steps)
        return Run(
            scenario,
            steps,
            tuple(_after(stage.names, ask, row) for row in scenario.access),
            tuple(_after(stage.names, hold, invariant) for invariant in scenario.invariants),
            stage.simulation,
        )


class Stage:
    """A scenario under way: the simulation, what was saved so far, and the watch over what leaks."""

    def __init__(self, simulation: Simulation, leakage: Leakage | None = None) -> None:
        self.simulation, self.leakage = simulation, leakage
        self.names, self.watch = Names(simulation), Watch(simulation.world)

    def play(self, step: Step) -> StepResult:
        """Play the next step."""
        return _play_step(step, self.leakage, self.simulation, self.names, self.watch)

    def fork(self) -> Stage:
        """A twin that goes its own way from here; devices, browsers and passkeys stay behind."""
        twin = Stage.__new__(Stage)
        twin.simulation, twin.leakage = self.simulation.fork(), self.leakage
        twin.names, twin.watch = self.names.fork(twin.simulation), self.watch.fork()
        return twin


def _after(names: Names, question: Any, row: Any) -> Any:
    try:
        return question(row, names)
    except NotSaved as missing:
        raise InputError(f"{missing} was not saved: the step that should have saved it failed", row.location) from None


#: What parties outside AWS say no by.
_REFUSALS = (AdFsRefusal, BrokerRefusal, BrowserRefusal, SiteRefusal)


def _play_step(step: Step, leakage: Leakage | None, simulation: Simulation, names: Names, watch: Watch) -> StepResult:
    began = simulation.now
    if isinstance(step.action, Advance):
        simulation.advance(step.action.seconds)
        return StepResult(step.number, began, "", f"advance {step.action.text}", "ok", step.location)
    door = simulation.calling_from(**dict(step.origin)) if step.origin else simulation
    before, mails = len(simulation.cloud.log), len(messages(simulation.state))
    try:
        saved, error = _performed(step, door, names)
    except NotSaved as missing:
        return _skipped(step, began, missing)
    outcomes = tuple(entry for entry in simulation.cloud.log[before:] if isinstance(entry, Outcome))
    if isinstance(saved, Person):
        names.save(step.save or str(getattr(step.action, "person", saved.username)), saved)
    elif saved is not None and step.save:
        names.save(step.save, saved)
    elif step.save:
        names.missed.add(step.save)
    response = _response(step, saved, outcomes)
    leaks = _watched(step, saved, outcomes, names, watch)
    expect = Expectation(allowed=False) if refused(leaks, leakage) else step.expect
    try:
        sent = messages(simulation.state)[mails:]
        failures = (
            *unmet(expect, outcomes, error, response, names.value),
            *unproved(step.expect, response, saved, sent, names.value),
            *misplaced(expect, leaks, leakage, response, names.value),
        )
    except NotSaved as missing:
        failures = (f"{missing} was not saved, so the expectation cannot be held against it",)
    return StepResult(
        number=step.number,
        at=began,
        who=actor(step.action),
        operation=_label(step.action),
        result=str(error) if error else "ok",
        location=step.location,
        outcomes=outcomes,
        error=error,
        failures=failures,
        response=response,
        leaks=leaks,
    )


def _performed(step: Step, door: Simulation, names: Names) -> tuple[Saved | None, AwsError | None]:
    """What the step leaves behind, or the refusal that ended it."""
    try:
        return perform(step, door, names), None
    except AwsError as refusal:
        return None, refusal
    except _REFUSALS as refusal:  # ends the step like a refusal of AWS's, and a story may expect it
        return None, AwsError(type(refusal).__name__, str(refusal))
    except InputError as fault:
        raise InputError(fault.message, fault.location or step.location, fault.suggestion) from fault
    except NotModelled as gap:
        raise InputError(str(gap), step.location) from gap


def _watched(
    step: Step, saved: Saved | None, outcomes: tuple[Outcome, ...], names: Names, watch: Watch
) -> tuple[Leak, ...]:
    """What the step's calls leaked. Whom the story has sign is whose keys they are, where a broker gave them out."""
    action, holder = step.action, None
    if isinstance(action, Call) and isinstance(action.signer, Reference):
        signer = names.saved.get(action.signer.name)
        held = signer.identity if isinstance(signer, Person) else None
        holder = watch.hand(held) if isinstance(held, BrokerSession) else None
    elif isinstance(action, OpenLink | SendForm):
        holder = opener(action, names, watch)
    leaks = tuple(leak for outcome in outcomes for leak in watch.see(outcome, holder))
    if isinstance(saved, Person) and isinstance(saved.identity, BrokerSession):
        watch.hand(saved.identity)
    return leaks


def _skipped(step: Step, began: float, missing: NotSaved) -> StepResult:
    """A step cannot be made without what an earlier one should have saved; that is a failure of its own."""
    text = f"skipped: {missing} was not saved, because the step that should have saved it failed"
    failures = () if step.expect.either else (text,)
    return StepResult(
        step.number, began, actor(step.action), _label(step.action), "skipped", step.location, failures=failures
    )


def _label(action: Action) -> str:
    return action.operation if isinstance(action, Call) else _NAMES[type(action).__name__]


_NAMES = {
    "SignUp": "sign_up",
    "Confirm": "confirm",
    "SignIn": "sign_in",
    "Refresh": "refresh",
    "Vend": "credentials",
    "AskBroker": "broker",
    "AskAdFs": "ad_fs",
    "Browse": "browse",
    "Presign": "presign",
    "OpenLink": "open_link",
    "SignForm": "sign_form",
    "SendForm": "send_form",
    "ForgotPassword": "forgot_password",
    "ResetPassword": "reset_password",
    "ChangePassword": "change_password",
    "SetUpAuthenticator": "set_up_authenticator",
    "RegisterPasskey": "register_passkey",
    "RememberDevice": "remember_device",
    "SignOut": "sign_out",
}


def _response(step: Step, saved: Saved | None, outcomes: tuple[Outcome, ...]) -> Mapping[str, Any]:
    """The response of the call; of a recipe, that of its last call."""
    if isinstance(saved, Mapping):
        return saved
    if isinstance(saved, Person) and outcomes and outcomes[-1].response is not None:
        return outcomes[-1].response
    return {}
