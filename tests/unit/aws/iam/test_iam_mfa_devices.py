"""Virtual MFA devices at the door: made, enabled by two codes, listed, deactivated, deleted, tagged."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.tokens.totp import code_at
from tests.unit.aws.iam.iam_door import IAM, Iam

SERIAL = f"{IAM}mfa/team/phone"
NOT_VALID = ("InvalidAuthenticationCode", "Authentication code for device is not valid.")


def made(iam: Iam, name: str = "phone", path: str = "/team/", **params: Any) -> str:
    """The seed of a new device."""
    device = iam.call("CreateVirtualMFADevice", VirtualMFADeviceName=name, Path=path, **params)["VirtualMFADevice"]
    assert device["SerialNumber"] == f"{IAM}mfa{path}{name}"
    seed: bytes = device["Base32StringSeed"]
    return seed.decode()


def enable(iam: Iam, seed: str, user: str = "nobody", serial: str = SERIAL) -> None:
    now = iam.cloud.clock.now
    codes = {"AuthenticationCode1": code_at(seed, now - 30), "AuthenticationCode2": code_at(seed, now)}
    iam.call("EnableMFADevice", UserName=user, SerialNumber=serial, **codes)


def test_a_device_lives_from_its_making_to_its_end(iam: Iam) -> None:
    seed = made(iam)
    assert len(seed) == 64
    enable(iam, seed)
    listed = iam.call("ListMFADevices", UserName="nobody")["MFADevices"]
    assert [(each["UserName"], each["SerialNumber"]) for each in listed] == [("nobody", SERIAL)]
    assert iam.call("GetMFADevice", SerialNumber=SERIAL)["UserName"] == "nobody"
    assert iam.refusal("DeleteVirtualMFADevice", SerialNumber=SERIAL)[0] == "DeleteConflict"
    assert iam.refusal("DeleteUser", UserName="nobody")[0] == "DeleteConflict"
    iam.call("DeactivateMFADevice", UserName="nobody", SerialNumber=SERIAL)
    assert iam.call("ListMFADevices", UserName="nobody")["MFADevices"] == []
    iam.call("DeleteVirtualMFADevice", SerialNumber=SERIAL)
    assert iam.refusal("GetMFADevice", SerialNumber=SERIAL)[0] == "NoSuchEntity"


def test_the_codes_that_enabled_a_device_prove_nothing_more(iam: Iam) -> None:
    seed = made(iam)
    enable(iam, seed, "admin")
    now = iam.cloud.clock.now
    for offset, code in ((-30, "AccessDenied"), (0, "AccessDenied"), (30, None)):
        given = {"SerialNumber": SERIAL, "TokenCode": code_at(seed, now + offset)}
        error = iam.submit("sts:GetSessionToken", **given).error
        assert (error.code if error else None) == code


@pytest.mark.parametrize("offsets", [(0, 0), (0, -30), (-60, 0), (300, 330)])
def test_codes_that_enable_nothing(iam: Iam, offsets: tuple[int, int]) -> None:
    seed, now = made(iam), iam.cloud.clock.now
    first, second = (code_at(seed, now + offset) for offset in offsets)
    asked = {"SerialNumber": SERIAL, "AuthenticationCode1": first, "AuthenticationCode2": second}
    assert iam.refusal("EnableMFADevice", UserName="nobody", **asked) == NOT_VALID


def test_a_device_is_one_persons(iam: Iam) -> None:
    seed = made(iam)
    enable(iam, seed)
    codes = {"AuthenticationCode1": code_at(seed, 0), "AuthenticationCode2": code_at(seed, 30)}
    refused = iam.refusal("EnableMFADevice", UserName="admin", SerialNumber=SERIAL, **codes)
    assert refused[0] == "EntityAlreadyExists"
    assert iam.refusal("DeactivateMFADevice", UserName="admin", SerialNumber=SERIAL)[0] == "NoSuchEntity"
    assert iam.refusal("GetMFADevice", UserName="admin", SerialNumber=SERIAL)[0] == "NoSuchEntity"


def test_a_name_is_given_once_under_a_path(iam: Iam) -> None:
    made(iam)
    words = "MFADevice entity at the same path and name already exists."
    refused = iam.refusal("CreateVirtualMFADevice", VirtualMFADeviceName="phone", Path="/team/")
    assert refused == ("EntityAlreadyExists", words)
    made(iam, path="/other/")


def test_nine_devices_are_one_too_many(iam: Iam) -> None:
    for number in range(9):
        seed = made(iam, f"phone{number}")
        if number < 8:
            enable(iam, seed, serial=f"{IAM}mfa/team/phone{number}")
    now = iam.cloud.clock.now
    codes = {"AuthenticationCode1": code_at(seed, now - 30), "AuthenticationCode2": code_at(seed, now)}
    refused = iam.refusal("EnableMFADevice", UserName="nobody", SerialNumber=f"{IAM}mfa/team/phone8", **codes)
    assert refused[0] == "LimitExceeded"


def test_devices_are_listed_by_whether_somebody_uses_them(iam: Iam) -> None:
    enable(iam, made(iam))
    made(iam, "spare")
    listed = {
        status: [device["SerialNumber"] for device in iam.call("ListVirtualMFADevices", **params)["VirtualMFADevices"]]
        for status, params in {
            **{status: {"AssignmentStatus": status} for status in ("Assigned", "Unassigned", "Any")},
            "default": {},
        }.items()
    }
    spare = f"{IAM}mfa/team/spare"
    both = [SERIAL, spare]
    assert listed == {"Assigned": [SERIAL], "Unassigned": [spare], "Any": both, "default": both}
    first = iam.call("ListVirtualMFADevices", MaxItems=1)
    assert first["IsTruncated"]
    rest = iam.call("ListVirtualMFADevices", Marker=first["Marker"])["VirtualMFADevices"]
    assert [device["SerialNumber"] for device in rest] == [spare]
    assert all("Base32StringSeed" not in device for device in (*rest, *first["VirtualMFADevices"]))


def test_tags_of_a_device_are_read_by_policies(iam: Iam) -> None:
    made(iam, Tags=[{"Key": "team", "Value": "red"}])
    iam.call("TagMFADevice", SerialNumber=SERIAL, Tags=[{"Key": "cost", "Value": "1"}])
    assert {tag["Key"] for tag in iam.call("ListMFADeviceTags", SerialNumber=SERIAL)["Tags"]} == {"team", "cost"}
    of_red = {"StringEquals": {"aws:ResourceTag/team": "red"}}
    statement = {"Effect": "Allow", "Action": "iam:DeleteVirtualMFADevice", "Resource": "*", "Condition": of_red}
    keys = iam.granted("keeper", statement)
    iam.call("UntagMFADevice", SerialNumber=SERIAL, TagKeys=["cost"])
    iam.call("DeleteVirtualMFADevice", keys, SerialNumber=SERIAL)


def test_users_manage_their_own_device_by_the_usual_policy(iam: Iam) -> None:
    own = {"Effect": "Allow", "Action": ["iam:EnableMFADevice", "iam:ListMFADevices"]}
    keys = iam.granted("carol", {**own, "Resource": f"{IAM}user/${{aws:username}}"})
    seed, now = made(iam), iam.cloud.clock.now
    codes = {"AuthenticationCode1": code_at(seed, now - 30), "AuthenticationCode2": code_at(seed, now)}
    assert iam.refusal("EnableMFADevice", keys, UserName="nobody", SerialNumber=SERIAL, **codes)[0] == "AccessDenied"
    iam.call("EnableMFADevice", keys, UserName="carol", SerialNumber=SERIAL, **codes)
    assert len(iam.call("ListMFADevices", keys)["MFADevices"]) == 1


def test_a_device_follows_its_user_to_another_name(iam: Iam) -> None:
    enable(iam, made(iam))
    iam.call("UpdateUser", UserName="nobody", NewUserName="somebody")
    assert len(iam.call("ListMFADevices", UserName="somebody")["MFADevices"]) == 1
