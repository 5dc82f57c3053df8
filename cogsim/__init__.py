"""cogsim: who can access what, and why, through Amazon Cognito and AWS federation.

    world = cogsim.load("world.yaml")                      # a World; world.completeness says what was not understood
    cogsim.can(world, "alice", "s3:GetObject", arn)        # a Decision, with every reason
    cogsim.who_can(world, "s3:GetObject", arn)             # a DataFrame
    run = cogsim.run("story.yaml")                         # a Run: timeline, trail, decisions, failures
    sim = cogsim.Simulation(world, seed="monday")          # a cloud, its actors, a clock
    session = cogsim.boto3(sim, "operator")                # boto3 on it, with no socket in between
    cogsim.replay("run.journal", changed_world)            # a WhatIf: which outcomes change, and why
    cogsim.doctor(world, who="alice")                      # a Diagnosis: why a sign-in fails, and which fix was tried
    cogsim.lifetimes(world, who="alice")                   # a Lifetimes: how long access goes on after a sign-out
    cogsim.tokens(world)                                   # a TokenMatrix: which component takes which token
    cogsim.graph(world); cogsim.report(world, "reports/q4")

Every name is imported when it is first used, so that `import cogsim` costs next to nothing.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from cogsim._version import __version__

if TYPE_CHECKING:
    from cogsim.analysis.can import can
    from cogsim.analysis.graph import graph
    from cogsim.analysis.paths import paths
    from cogsim.analysis.token_matrix import tokens
    from cogsim.analysis.who_can import who_can
    from cogsim.errors import AwsError, CogsimError, InputError, NotModelled
    from cogsim.lab.doctor.doctor import doctor
    from cogsim.lab.lifetimes.lifetimes import lifetimes
    from cogsim.lab.whatif import whatif as replay
    from cogsim.load.detect import load
    from cogsim.report.audit import report
    from cogsim.scenario.run import run
    from cogsim.serve.boto import session as boto3
    from cogsim.simulation import Simulation
    from cogsim.world.world import World

__all__ = [
    "AwsError",
    "CogsimError",
    "InputError",
    "NotModelled",
    "Simulation",
    "World",
    "__version__",
    "boto3",
    "can",
    "doctor",
    "graph",
    "lifetimes",
    "load",
    "paths",
    "replay",
    "report",
    "run",
    "tokens",
    "who_can",
]

_PLACES = {
    "AwsError": "errors",
    "CogsimError": "errors",
    "InputError": "errors",
    "NotModelled": "errors",
    "Simulation": "simulation",
    "World": "world.world",
    "boto3": "serve.boto",
    "can": "analysis.can",
    "doctor": "lab.doctor.doctor",
    "graph": "analysis.graph",
    "lifetimes": "lab.lifetimes.lifetimes",
    "load": "load.detect",
    "paths": "analysis.paths",
    "replay": "lab.whatif",
    "report": "report.audit",
    "run": "scenario.run",
    "tokens": "analysis.token_matrix",
    "who_can": "analysis.who_can",
}

#: What a name is called where it stands, if otherwise.
_INSIDE = {"boto3": "session", "replay": "whatif"}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'cogsim' has no attribute {name!r}")
    found = getattr(import_module(f"cogsim.{_PLACES[name]}"), _INSIDE.get(name, name))
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)


class _Package(ModuleType):
    """`load`, `report` and `tokens` are packages and functions: importing a package must not hide the function."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _PLACES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
