"""A search for leaks that knows nothing of where they are: moves made in forks of one morning, the shortest kept."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis.errors import NoSuchExample

from cogsim.analysis.leak import Kind
from cogsim.assumptions import assuming
from cogsim.errors import CogsimError
from cogsim.load.files import parse_document
from cogsim.load.nodes import Record, Series
from cogsim.scenario.document import Step
from cogsim.scenario.load import scenario_steps
from cogsim.scenario.run import Stage
from cogsim.scenario.write import write
from cogsim.simulation import Simulation
from cogsim.world.world import World
from tests.generators.tenant_moves import beginning, moves
from tests.generators.tenant_requests import Ground, Steps

SETTINGS = settings(deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)


def parsed(steps: Steps) -> tuple[Step, ...]:
    """The steps, read as a scenario file's."""
    document = parse_document(write("moves", ["-"], steps), "moves.yaml")
    assert isinstance(document, Record)
    listed = document.get("steps")
    assert isinstance(listed, Series)
    return scenario_steps(listed.items)


def morning(world: World, ground: Ground) -> Stage:
    """Everybody has come in, or has been refused."""
    stage = Stage(Simulation(world, "morning"))
    for step in parsed(beginning(ground)):
        stage.play(step)
    return stage


def leaked(stage: Stage, steps: Steps) -> tuple[str, ...]:
    """What leaks first when these steps are made."""
    with assuming({}):
        twin = stage.fork()
        for step in parsed(steps):
            found = tuple(str(leak) for leak in twin.play(step).leaks if leak.kind != Kind.WITHHELD)
            if found:
                return found
    return ()


def found_leak(stage: Stage, ground: Ground, examples: int) -> tuple[Steps, Steps]:
    """The shortest moves that leak, and what of the beginning they need; nothing where so many examples show none."""
    wanted = settings(SETTINGS, max_examples=examples, phases=[Phase.generate])
    try:
        steps = find(moves(ground), lambda found: bool(leaked(stage, found)), settings=wanted)
    except NoSuchExample:
        return [], []
    steps = _needed(stage, steps)
    used = {word for step in steps for word in ground.actors if word in str(step)}
    return steps, [step for step, who in zip(beginning(ground), ground.actors, strict=True) if who in used]


def _needed(stage: Stage, steps: Steps) -> Steps:
    """The steps without those that the leak does not need: a step is whole or is not there, which is shorter done than
    to let each shrink by itself."""
    place = 0
    while place < len(steps):
        fewer = [*steps[:place], *steps[place + 1 :]]
        if fewer and _still_leaks(stage, fewer):
            steps = fewer
        else:
            place += 1
    return steps


def _still_leaks(stage: Stage, steps: Steps) -> bool:
    try:
        return bool(leaked(stage, steps))
    except CogsimError:  # what it names is not there without the step that is left out
        return False
