"""People of directories are disabled and leave groups by operations of the cloud's own, and the journal has them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cogsim.actors.adfs import AdFsRefusal, AdFsServer
from cogsim.errors import InputError
from cogsim.load.detect import load
from cogsim.simulation import Simulation

CLINIC = Path(__file__).parents[4] / "scenarios" / "doctor" / "clinic.yaml"
ENTITY, BOB = "http://adfs.corp.example/adfs/services/trust", "bob@corp.example"


@pytest.fixture
def sim() -> Simulation:
    return Simulation(load(str(CLINIC)))


def test_who_is_disabled_is_refused_until_enabled_again(sim: Simulation) -> None:
    person = sim.world.ad_fs[ENTITY].users[BOB]
    for enabled in (False, True):
        sim.call("cogsim:SetDirectoryUserEnabled", {"EntityId": ENTITY, "Upn": BOB.upper(), "Enabled": enabled})
        try:
            AdFsServer(ENTITY).start(sim.world, "urn:amazon:webservices", BOB, person.password, now=sim.now)
            came_in = True
        except AdFsRefusal:
            came_in = False
        assert came_in is enabled


def test_who_leaves_a_group_is_said_without_it(sim: Simulation) -> None:
    group = sim.world.ad_fs[ENTITY].users[BOB].groups[0]
    sim.call("cogsim:LeaveDirectoryGroup", {"EntityId": ENTITY, "Upn": BOB, "Group": group})
    assert group not in sim.world.ad_fs[ENTITY].users[BOB].groups


def test_an_account_at_a_provider_is_disabled(sim: Simulation) -> None:
    issuer = "https://login.acme.example"
    sim.call("cogsim:SetOidcAccountEnabled", {"Issuer": issuer, "Username": "carol", "Enabled": False})
    assert not sim.world.oidc_issuers[issuer].users["carol"].enabled


def test_these_leave_no_record_on_the_trail(sim: Simulation) -> None:
    sim.call("cogsim:SetDirectoryUserEnabled", {"EntityId": ENTITY, "Upn": BOB, "Enabled": False})
    assert sim.trail == []


@pytest.mark.parametrize(
    ("operation", "params", "words"),
    [
        ("SetDirectoryUserEnabled", {"EntityId": "elsewhere", "Upn": BOB, "Enabled": True}, "no AD FS"),
        ("SetDirectoryUserEnabled", {"EntityId": ENTITY, "Upn": "bib@corp.example", "Enabled": True}, "bob@corp"),
        ("LeaveDirectoryGroup", {"EntityId": ENTITY, "Upn": BOB, "Group": "Nobody"}, "not in the group"),
        ("SetOidcAccountEnabled", {"Issuer": "https://x.example", "Username": "c", "Enabled": True}, "no provider"),
        ("SetOidcAccountEnabled", {"Issuer": "https://login.acme.example", "Username": "c", "Enabled": True}, "nobody"),
    ],
)
def test_names_that_nobody_has_are_told(sim: Simulation, operation: str, params: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        sim.call(f"cogsim:{operation}", params)
