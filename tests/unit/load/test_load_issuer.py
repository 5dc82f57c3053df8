"""Where user pools' issuers stand: AWS's host, or an address of one's own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cogsim.errors import InputError, InvalidValue
from cogsim.load import load
from cogsim.world.template import dump
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

BASE = "http://localhost:8080"
POOL = UserPool(
    "us-east-1_AbCdEfGhI", "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_AbCdEfGhI", "Shop"
)


def test_the_world_says_where_every_pools_issuer_stands_whenever_it_came() -> None:
    early = World().with_user_pool(POOL).with_issuer_base(BASE)
    late = World().with_issuer_base(BASE).with_user_pool(POOL)
    assert early == late
    assert early.user_pools[POOL.id].issuer == f"{BASE}/{POOL.id}"
    assert early.user_pools[POOL.id].provider_name == f"cognito-idp.us-east-1.amazonaws.com/{POOL.id}"
    changed = early.with_user_pool(replace(POOL, issuer_type="UPDATED"))
    assert changed.user_pools[POOL.id].issuer == f"{BASE}/{POOL.id}"
    back = changed.with_issuer_base("").user_pools[POOL.id]
    assert back.issuer == f"https://issuer-cognito-idp.us-east-1.amazonaws.com/{POOL.id}"


def test_it_is_written_and_loads_again(tmp_path: Path) -> None:
    world = World().with_issuer_base(BASE).with_user_pool(POOL)
    for name, text in dump(world).items():
        (tmp_path / name).write_text(text)
    loaded = load(*sorted(tmp_path.iterdir()))
    assert loaded == world
    assert loaded.user_pools[POOL.id].issuer == f"{BASE}/{POOL.id}"


@pytest.mark.parametrize("base", ["localhost:8080", "http://localhost:8080/", "ftp://x", "http://a b", "http://a/?q"])
def test_what_is_no_address_is_refused(base: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match="no http or https address"):
        World().with_issuer_base(base)
    file = tmp_path / "world.yaml"
    file.write_text(f'Metadata: {{cogsim: {{issuer: "{base}"}}}}\nResources: {{}}\n')
    with pytest.raises(InputError, match=r"world.yaml:1.*no http or https address"):
        load(file)


def test_two_files_that_differ_are_refused(tmp_path: Path) -> None:
    for name, base in (("a.yaml", BASE), ("b.yaml", "https://other.example")):
        (tmp_path / name).write_text(f"Metadata: {{cogsim: {{issuer: '{base}'}}}}\nResources: {{}}\n")
    with pytest.raises(InputError, match="issuer is"):
        load(tmp_path / "a.yaml", tmp_path / "b.yaml")
