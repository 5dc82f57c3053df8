"""A load balancer at the door: browsers that keep cookies and follow nothing by themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cogsim.actors.browser import Browser, Page
from cogsim.actors.visitor import visit
from cogsim.aws.call import Call
from cogsim.load import load
from cogsim.simulation import Simulation
from cogsim.world.load_balancer_actions import Action, Authenticate
from cogsim.world.world import World

WORLDS = Path(__file__).resolve().parents[4] / "scenarios" / "worlds"


class Front:
    """A cloud with a load balancer in front of its people, and the way to ask it."""

    def __init__(self, world: World) -> None:
        self.simulation = Simulation(world, seed="t")
        self.cloud = self.simulation.cloud
        self.browser = self.simulation.browser()

    def ask(self, url: str, cookies: Mapping[str, str] | None = None, **more: Any) -> Mapping[str, Any]:
        """The answer to one request, followed nowhere."""
        url = url if "://" in url else f"https://portal.example{url}"
        params = {"Url": url, "Cookies": dict(cookies or {}), **more}
        return self.cloud.submit(Call("load-balancer:Request", params, None, self.cloud.origin())).unwrap()

    def visit(self, path: str, name: str = "alice", browser: Browser | None = None) -> Page:
        return visit(self.simulation, browser or self.browser, f"https://portal.example{path}", name)

    @property
    def cookies(self) -> dict[str, str]:
        return self.browser.cookies("portal.example")

    def begin(self, path: str = "/inbox") -> tuple[str, dict[str, str]]:
        """The address that a browser without cookies is sent to, and the cookies that it gets."""
        answer = self.ask(path)
        return answer["Location"], {name: held["Value"] for name, held in answer["Cookies"].items()}

    def steps(self) -> dict[str, str]:
        """Questions and answers of the last call."""
        return {step.question: step.answer for step in self.cloud.log[-1].decision.steps}  # type: ignore[union-attr]


def changed(world: World, **settings: Any) -> World:
    """The world where every authentication at the pool has these settings."""

    def new(actions: tuple[Action, ...]) -> tuple[Action, ...]:
        return tuple(
            replace(each, **settings) if isinstance(each, Authenticate) and each.scope == "openid email" else each
            for each in actions
        )

    for listener in world.listeners.values():
        world = world.with_listener(replace(listener, actions=new(listener.actions)))
    for rule in world.listener_rules.values():
        world = world.with_listener_rule(replace(rule, actions=new(rule.actions)))
    return world


@pytest.fixture(scope="session")
def portal() -> World:
    return load(WORLDS / "load-balancer.yaml")


@pytest.fixture
def front(portal: World) -> Front:
    return Front(portal)


@pytest.fixture
def front_of() -> Callable[[World], Front]:
    return Front
