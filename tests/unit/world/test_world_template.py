"""A world written as templates loads as the same world."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from cogsim.errors import InvalidValue
from cogsim.load import load
from cogsim.persistent import Map
from cogsim.world.bucket import Bucket
from cogsim.world.template import dump, template, templates
from cogsim.world.world import Home, World
from tests.generators.worlds import worlds


def reloaded(world: World, folder: Path) -> World:
    paths = []
    for name, text in dump(world).items():
        (folder / name).write_text(text, encoding="utf-8")
        paths.append(folder / name)
    return load(*paths)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(world=worlds())
def test_what_is_written_loads_as_the_same_world(world: World, tmp_path_factory: pytest.TempPathFactory) -> None:
    again = reloaded(world, tmp_path_factory.mktemp("written"))
    for member in dataclasses.fields(World):
        if member.compare:
            assert getattr(again, member.name) == getattr(world, member.name), member.name
    assert again == world


def test_a_world_of_two_accounts_is_written_as_one_template_each_the_homes_first() -> None:
    world = World(home=Home(account="222222222222"))
    world = world.with_bucket(Bucket("here", "222222222222", "us-east-1"))
    world = world.with_bucket(Bucket("there", "111111111111", "us-east-1"))
    written = list(templates(world))
    assert written == ["222222222222-us-east-1-stack.template.json", "111111111111-us-east-1-stack.template.json"]
    with pytest.raises(InvalidValue, match="2 stacks"):
        template(world)


def test_an_empty_world_keeps_its_home(tmp_path: Path) -> None:
    world = World(home=Home("aws-cn", "999999999999", "cn-north-1"))
    assert reloaded(world, tmp_path) == world


def test_a_key_that_means_a_function_is_refused_rather_than_written_wrong() -> None:
    world = World().with_bucket(Bucket("bucket", "123456789012", "us-east-1"))
    seeded = dataclasses.replace(world, known_passwords=Map())
    from cogsim.world.bucket import S3Object

    with pytest.raises(InvalidValue, match="means a function"):
        template(seeded.with_object("bucket", S3Object("Fn::Sub", b"")))
