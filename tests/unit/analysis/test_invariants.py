"""What must never be, checked over everybody."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cogsim.analysis.invariants import check
from cogsim.errors import InputError
from cogsim.persistent import Map
from cogsim.world.world import World

SPEC: dict[str, Any] = {"by": "custom:tenant", "resources": "arn:aws:s3:::two-data/${tenant}/*"}


def test_tenants_that_are_kept_apart_are_found_apart(two_tenants: World) -> None:
    result = check(two_tenants, "tenants_isolated", SPEC)
    assert result.holds
    assert (result.identities, result.resources) == (2, 4)
    assert result.text.endswith("checked on 2 identities × 4 resources, not proved")


def test_a_role_that_is_too_wide_is_a_counterexample(two_tenants: World) -> None:
    pool = next(iter(two_tenants.identity_pools.values()))
    admin = next(arn for arn in two_tenants.roles if "AdminRole" in arn)
    world = two_tenants.with_identity_pool(replace(pool, roles=Map({"authenticated": admin})))
    result = check(world, "tenants_isolated", SPEC)
    assert not result.holds
    assert result.counterexample is not None
    assert result.counterexample.who == "alice@Users"
    assert result.counterexample.resource == "arn:aws:s3:::two-data/globex/plan.txt"
    assert "is broken: alice@Users may s3:DeleteObject" in result.text


def test_only_the_actions_given_are_asked(two_tenants: World) -> None:
    admin = next(role for role in two_tenants.roles.values() if "AdminRole" in role.name)
    person = next(role for role in two_tenants.roles.values() if "PersonRole" in role.name)
    statement = replace(admin.inline["all"].statements[0], actions=replace(admin.inline["all"].statements[0].actions))
    wide = replace(admin.inline["all"], statements=(statement,))
    world = two_tenants.with_role(replace(person, inline=person.inline.set("wide", wide)))
    assert not check(world, "tenants_isolated", SPEC).holds
    assert check(world, "tenants_isolated", SPEC | {"actions": ["dynamodb:GetItem"]}).holds


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("tenant_isolated", {}, "tenants_isolated"),
        ("tenants_isolated", {"resource": "x"}, "resources"),
        ("tenants_isolated", {"by": "custom:tenent"}, "custom:tenant"),
        ("tenants_isolated", {"resources": "arn:aws:s3:::two-data/*"}, "none"),
        ("tenants_isolated", {"resources": "${tenant}/*"}, "ARN"),
        ("tenants_isolated", {"actions": ["s3:GetObjct"]}, "s3:GetObject"),
        ("tenants_isolated", {"actions": []}, "list of actions"),
    ],
)
def test_a_wrong_invariant_is_refused_and_never_holds(
    two_tenants: World, name: str, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message.replace("$", r"\$")):
        check(two_tenants, name, SPEC | change)


def test_nothing_to_check_is_an_error(two_tenants: World) -> None:
    bob = next(user for user in two_tenants.pool_users.values() if user.username == "bob")
    with pytest.raises(InputError, match="nothing to check"):
        check(two_tenants.without_pool_user(bob.pool_id, "bob"), "tenants_isolated", SPEC)
    asleep = two_tenants
    for user in two_tenants.pool_users.values():
        asleep = asleep.with_pool_user(replace(user, enabled=False))
    with pytest.raises(InputError, match="nobody with the attribute"):
        check(asleep, "tenants_isolated", SPEC)
