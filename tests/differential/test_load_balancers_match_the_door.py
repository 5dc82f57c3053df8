"""Rules and targets of generated load balancers: the token matrix and the running cloud say the same of every cell."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.analysis.token_matrix import ACCEPTED, NOTHING, REFUSED, TokenMatrix, tokens
from cogsim.load import load
from cogsim.world.load_balancer import ListenerRule
from cogsim.world.load_balancer_actions import UNAUTHENTICATED, Action, Authenticate, JwtClaim, JwtValidation
from cogsim.world.load_balancer_target import CHECKS, REACHABLE, Target
from cogsim.world.world import World
from tests.unit.analysis.test_token_matrix import at_the_door, told

WORLDS = Path(__file__).resolve().parents[2] / "scenarios" / "worlds"
NAMES = ("load-balancer", "load-balancer-weak", "load-balancer-tokens")
OURS = ("load-balancer", "load-balancer-token", "target", "target-checks")

_CLAIMS = st.sampled_from(
    (
        JwtClaim("token_use", "single-string", ("access",)),
        JwtClaim("token_use", "single-string", ("id",)),
        JwtClaim("scope", "space-separated-values", ("orders/read", "aws.cognito.signin.user.admin")),
        JwtClaim("cognito:groups", "string-array", ("admins",)),
        JwtClaim("client_id", "single-string", ("1billingservice00000000000",)),
    )
)


@st.composite
def changed_actions(draw: st.DrawFn, actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """The actions with other settings of whoever asks."""
    return tuple(draw(changed_action(each)) for each in actions)


@st.composite
def changed_action(draw: st.DrawFn, action: Action) -> Action:
    if isinstance(action, Authenticate):
        return replace(
            action,
            on_unauthenticated=draw(st.sampled_from(UNAUTHENTICATED)),
            timeout=draw(st.sampled_from((1, 60, 3600, 604_800))),
            cookie_name=draw(st.sampled_from(("AWSELBAuthSessionCookie", "Another"))),
        )
    if isinstance(action, JwtValidation):
        return replace(action, claims=tuple(draw(st.lists(_CLAIMS, max_size=2))))
    return action


@st.composite
def changed_targets(draw: st.DrawFn, target: Target) -> Target:
    """The application with other checks left out; what it holds a token against is kept."""
    stated = {"signer": target.signer, "issuer": target.issuer, "client": target.client_id}
    unstated = {name for name, value in stated.items() if value is None}
    skips = tuple(check for check in CHECKS if check in unstated or draw(st.integers(0, 3)) == 0)
    return replace(
        target, skips=skips, reachable_from=draw(st.sampled_from(REACHABLE)), guests=draw(st.integers(0, 3)) == 0
    )


@st.composite
def fronts(draw: st.DrawFn) -> World:
    """One of the worlds with load balancers, with other rules and other applications."""
    world = load(WORLDS / f"{draw(st.sampled_from(NAMES))}.yaml")
    for rule in list(world.listener_rules.values()):
        made: ListenerRule = replace(rule, actions=draw(changed_actions(rule.actions)))
        world = world.with_listener_rule(made)
    for listener in list(world.listeners.values()):
        world = world.with_listener(replace(listener, actions=draw(changed_actions(listener.actions))))
    for target in list(world.targets.values()):
        world = world.with_target(draw(changed_targets(target)))
    return world


def held_against_the_door(matrix: TokenMatrix) -> int:
    """Fail where the cloud says otherwise than the matrix; the number of cells that were held."""
    held = 0
    for cell in matrix.cells:
        if cell.door.key.partition(":")[0] not in OURS or cell.answer == NOTHING:
            continue
        assert cell.answer in (ACCEPTED, REFUSED)
        found = at_the_door(cell)
        assert (found != 200) == (cell.answer == REFUSED), f"{cell.door.key} {cell.kind}: {cell.answer}, {told(found)}"
        held += 1
    return held


@settings(max_examples=5, deadline=None)
@given(fronts())
def test_every_cell_of_generated_load_balancers_is_what_the_door_answers(world: World) -> None:
    assert held_against_the_door(tokens(world)) > 20
