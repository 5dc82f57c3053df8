"""Every pattern of tenants, set up rightly, never leaks; set up wrongly, a search that knows nothing finds the leak.

The search plays steps of a scenario in forks of one morning, where everybody has signed in. What it finds is shrunk and
written as a scenario, which is played again from its text: the story that is printed is one that runs.
"""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import cogsim
from cogsim.analysis.leak import Kind
from cogsim.assumptions import assuming
from cogsim.aws.operation import declared_operations
from cogsim.scenario.load import load, loads
from cogsim.scenario.run import Stage, play
from cogsim.scenario.write import write
from cogsim.world.world import World
from tests.generators.tenant_moves import beginning, moves
from tests.generators.tenant_requests import Ground, Steps, data
from tests.generators.tenant_search import SETTINGS, found_leak, leaked, morning, parsed

PATTERNS = Path(__file__).parents[2] / "scenarios" / "patterns"
TENANTS = ("acme", "acme-labs", "globex")
ROLES = ("AcmeRole", "AcmeLabsRole", "GlobexRole")
PEOPLE = ("alice", "carol", "bob")

GROUNDS = {
    "attribute-and-tags": Ground(PEOPLE, TENANTS, roles=("TenantRole",)),
    "broker": Ground(PEOPLE, TENANTS, broker=True),
    "claim-rules": Ground(PEOPLE, TENANTS, roles=ROLES),
    "groups": Ground(PEOPLE, TENANTS, roles=ROLES),
    "identity-prefix": Ground(
        ("alice", "bob"),
        ("$(alice.IdentityId)", "$(bob.IdentityId)"),
        "people/%s/notes.txt",
        "%s#notes",
        roles=("PersonRole",),
    ),
    "pool-per-tenant": Ground(("alice",), TENANTS, roles=ROLES),
}
MISTAKES = sorted(
    path.relative_to(PATTERNS).with_suffix("").as_posix()
    for path in PATTERNS.glob("*/*.yaml")
    if path.stem != "fixed" and path.read_text(encoding="utf-8").startswith("name:")
)
#: One of each pattern, of six kinds: the others are slow.
QUICK = (
    *("attribute-and-tags/missing-separator", "broker/client-chooses-tenant", "claim-rules/starts-with"),
    *("groups/missing-slash", "identity-prefix/index", "pool-per-tenant/scan"),
)


@cache
def world_of(name: str) -> World:
    return cogsim.load(*load(PATTERNS / f"{name}.yaml").worlds)


@cache
def morning_of(name: str) -> Stage:
    return morning(world_of(name), GROUNDS[name.partition("/")[0]])


@pytest.mark.parametrize("pattern", sorted(GROUNDS))
def test_a_pattern_set_up_rightly_never_leaks(pattern: str) -> None:
    never_leaks(pattern, 12)


@pytest.mark.slow
@pytest.mark.parametrize("pattern", sorted(GROUNDS))
def test_a_pattern_set_up_rightly_never_leaks_in_a_long_search(pattern: str) -> None:
    never_leaks(pattern, 150)


def never_leaks(pattern: str, examples: int) -> None:
    stage = morning_of(f"{pattern}/fixed")

    @settings(SETTINGS, max_examples=examples)
    @given(moves(GROUNDS[pattern]))
    def holds(steps: Steps) -> None:
        assert leaked(stage, steps) == (), write(pattern, ["fixed"], [*beginning(GROUNDS[pattern]), *steps])

    holds()


#: Names of tenants that are near one another, or mean something to policies; "/" and "#" end a tenant's name here.
_NAMES = ("a", "acm", "acme2", "ACME", "acme.", "acme labs", "globex=", "*", "acme*", "glo?ex", "${aws:username}", "é")


def populated(pattern: str, tenants: tuple[str, ...], folder: Path) -> World:
    """The pattern's fixed world with a person and data of each of the tenants."""
    quoted = [name.replace("${", "${!") for name in tenants]
    objects = "".join(f'        "{name}/plan.txt": of {number}\n' for number, name in enumerate(tenants))
    rows = "".join(f'        - {{owner: "{name}#orders", number: 1, status: open}}\n' for name in tenants)
    people = "".join(
        f"""  Person{number}:
    Type: AWS::Cognito::UserPoolUser
    Metadata: {{cogsim: {{Password: Somebody-{number}-here}}}}
    Properties:
      UserPoolId: !Ref Users
      Username: person{number}
      UserAttributes: [{{Name: "custom:tenant", Value: !Sub "{name}"}}, {{Name: profile, Value: acme}}]
"""
        for number, name in enumerate(quoted)
    )
    text = f"""Metadata: {{cogsim: {{account: "111122223333", region: eu-west-1, stack: patterns}}}}
Resources:
{people}  MoreObjects:
    Type: Cogsim::Objects
    Properties:
      Bucket: !Ref Documents
      Objects:
{objects}  MoreRows:
    Type: Cogsim::Items
    Properties:
      Table: !Ref Records
      Items:
{rows}"""
    fragment = folder / "more.yaml"
    fragment.write_text(text, encoding="utf-8")
    return cogsim.load(*load(PATTERNS / pattern / "fixed.yaml").worlds, fragment)


@pytest.mark.parametrize("pattern", ["attribute-and-tags", "claim-rules"])
def test_random_tenants_and_people_stay_apart_too(pattern: str, tmp_path: Path) -> None:
    @settings(SETTINGS, max_examples=8)
    @given(st.data(), st.lists(st.sampled_from(_NAMES), min_size=1, max_size=3, unique=True))
    def hold(data: st.DataObject, names: list[str]) -> None:
        world = populated(pattern, tuple(names), tmp_path)
        people = tuple(f"person{number}" for number in range(len(names)))
        written = tuple(name.replace("$", "$$") for name in names)
        ground = replace(GROUNDS[pattern], actors=(*people, "alice"), tenants=(*written, *TENANTS))
        stage = morning(world, ground)
        for _ in range(6):
            steps = data.draw(moves(ground))
            assert leaked(stage, steps) == (), write(pattern, ["fixed"], [*beginning(ground), *steps])

    hold()


#: What acts on buckets, tables and settings, and on no object or item.
_NO_DATA = re.compile(
    r"s3:(Create|Delete|Get|List|Head|Put)(Bucket|PublicAccess).*|s3:PutObjectAcl"
    r"|dynamodb:[A-Z][a-z]+(Table|TimeToLive|Tags|Resource).*"
)


@cache
def operations_on_data() -> frozenset[str]:
    known = [name for service in ("s3", "dynamodb") for name in declared_operations(service)]
    return frozenset(name for name in known if not _NO_DATA.fullmatch(name))


def test_every_operation_on_data_is_asked_for_and_answered_where_nothing_is_kept_apart() -> None:
    """A search that asks only what is refused, or wrong, would never find a leak."""
    stage = morning_of("broker/no-session-policy")
    answered: set[str] = set()

    @settings(SETTINGS, max_examples=400, phases=[Phase.generate])
    @given(data(GROUNDS["broker"], "alice"))
    def ask(steps: Steps) -> None:
        with assuming({}):
            twin = stage.fork()
            answered.update(step.operation for step in map(twin.play, parsed(steps)) if step.result == "ok")

    ask()
    assert answered == operations_on_data()


def shortest_leak(name: str, examples: int) -> str:
    """The shortest story of a leak that a search finds, as a scenario."""
    ground, stage = GROUNDS[name.partition("/")[0]], morning_of(name)
    steps, first = found_leak(stage, ground, examples)
    assert steps, f"no leak was found in {name}"
    worlds = [path.relative_to(PATTERNS).as_posix() for path in load(PATTERNS / f"{name}.yaml").worlds]
    told = write(f"A leak in {name}", worlds, [*first, *steps])
    played = play(loads(told, str(PATTERNS / "found.yaml")), world_of(name))
    assert any(leak.kind != Kind.WITHHELD for step in played.steps for leak in step.leaks), told
    assert len(steps) <= 6, told
    sys.stdout.write(f"{told}\n{played.leaks.to_string()}\n")
    return told


@pytest.mark.parametrize("name", QUICK)
def test_the_search_finds_the_leak_of_a_mistake(name: str) -> None:
    shortest_leak(name, 1000)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in MISTAKES if name not in QUICK])
def test_the_search_finds_the_leak_of_every_mistake(name: str) -> None:
    shortest_leak(name, 4000)
