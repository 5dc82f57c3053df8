"""Virtual MFA devices and centralized root access in a template."""

from __future__ import annotations

from pathlib import Path

import pytest

from cogsim import load
from cogsim.errors import InputError
from cogsim.tokens.totp import code_at
from cogsim.world.world import World

HEAD = "Metadata: {cogsim: {account: '123456789012'}}\nResources:\n"
BOB = "  Bob: {Type: AWS::IAM::User, Properties: {UserName: bob, Path: /staff/}}\n"


def loaded(folder: Path, *resources: str) -> World:
    path = folder / "world.yaml"
    path.write_text(HEAD + "".join(resources), encoding="utf-8")
    return load(path)


def test_a_device_belongs_to_the_user_it_names(tmp_path: Path) -> None:
    device = (
        "  Phone:\n    Type: AWS::IAM::VirtualMFADevice\n"
        "    Metadata: {cogsim: {Seed: JBSWY3DPEHPK3PXP}}\n"
        "    Properties: {VirtualMfaDeviceName: phone, Path: /team/, Users: [!Ref Bob], Tags: [{Key: a, Value: b}]}\n"
    )
    found = loaded(tmp_path, device, BOB).mfa_devices["arn:aws:iam::123456789012:mfa/team/phone"]
    assert found.user_arn == "arn:aws:iam::123456789012:user/staff/bob"
    assert dict(found.tags) == {"a": "b"}
    assert code_at(found.seed, 0.0) == code_at("JBSWY3DPEHPK3PXP", 0.0)


def test_a_device_without_a_pinned_seed_has_one_all_the_same(tmp_path: Path) -> None:
    device = "  Phone: {Type: AWS::IAM::VirtualMFADevice, Properties: {Users: [nobody]}}\n"
    world = loaded(tmp_path, device)
    (found,) = world.mfa_devices.values()
    assert (len(found.seed), found.user_arn) == (64, None)
    assert "is a device of nobody, who is not there" in world.completeness.warnings[0]


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ("Properties: {Users: [a, b]}", "holds one user"),
        ("Metadata: {cogsim: {Seed: '***'}}, Properties: {Users: []}", "base32"),
        ("Properties: {VirtualMfaDeviceName: 'a b', Users: []}", "VirtualMFADeviceName|VirtualMfaDeviceName"),
    ],
)
def test_a_device_that_cannot_be(tmp_path: Path, properties: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as raised:
        loaded(tmp_path, "  Phone: {Type: AWS::IAM::VirtualMFADevice, " + properties + "}\n")
    assert "world.yaml:3" in str(raised.value)


def test_an_organization_with_root_access(tmp_path: Path) -> None:
    access = (
        "  Central:\n    Type: Cogsim::CentralizedRootAccess\n"
        "    Properties: {Members: ['210987654321'], DelegatedAdministrator: '333333333333'}\n"
    )
    (found,) = loaded(tmp_path, access).root_access.values()
    expected = ("123456789012", ("210987654321",), "333333333333")
    assert (found.management_account, found.members, found.delegated_administrator) == expected
    with pytest.raises(InputError, match="twelve digits"):
        loaded(tmp_path, "  C: {Type: Cogsim::CentralizedRootAccess, Properties: {Members: ['1']}}\n")
