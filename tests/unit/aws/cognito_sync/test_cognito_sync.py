"""Datasets of identities: synchronised with counts, kept apart by IAM, followed through merges, limited."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.aws.call import Credentials, Outcome
from cogsim.aws.cloud import Cloud
from cogsim.errors import NotModelled
from cogsim.load import load
from cogsim.simulation import Simulation
from cogsim.world.template import dump
from tests.unit.aws.cognito_identity.identity_world import (
    COGNITO,
    OPERATOR,
    POOL,
    allowed,
    ask,
    cloud,
    error,
    get_id,
    one,
    operator_world,
    other,
    policy,
    submit,
    vended,
)

OWN = policy(
    allowed(
        "cognito-sync:*",
        f"arn:aws:cognito-sync:us-east-1:123456789012:identitypool/${{{COGNITO}:aud}}/identity/${{{COGNITO}:sub}}/*",
    )
)


def signed_in(at: Cloud, who: str = "alice") -> tuple[str, Credentials]:
    identity = get_id(at, Logins=one(at, who))
    return identity, vended(ask(at, "GetCredentialsForIdentity", IdentityId=identity, Logins=one(at, who)))


def sync(at: Cloud, name: str, by: Credentials, identity: str, dataset: str | None = "notes", **more: Any) -> Outcome:
    named = {"DatasetName": dataset} if dataset else {}
    return submit(at, f"cognito-sync:{name}", by, IdentityPoolId=POOL, IdentityId=identity, **named, **more)


def put(at: Cloud, by: Credentials, identity: str, dataset: str = "notes", **values: tuple[str | None, int]) -> Outcome:
    session = sync(at, "ListRecords", by, identity, dataset).unwrap()["SyncSessionToken"]
    patches = [
        {"Op": "remove", "Key": key, "SyncCount": count}
        if value is None
        else {"Op": "replace", "Key": key, "Value": value, "SyncCount": count}
        for key, (value, count) in values.items()
    ]
    return sync(at, "UpdateRecords", by, identity, dataset, SyncSessionToken=session, RecordPatches=patches)


def test_a_dataset_is_made_by_its_first_change_and_counts_from_there() -> None:
    at = cloud(own=OWN)
    alice, hers = signed_in(at)
    first = sync(at, "ListRecords", hers, alice).unwrap()
    assert (first["DatasetExists"], first["DatasetSyncCount"], first["Records"]) == (False, 0, [])
    made = put(at, hers, alice, colour=("red", 0), size=("1", 0)).unwrap()["Records"]
    assert [(each["Key"], each["Value"], each["SyncCount"]) for each in made] == [
        ("colour", "red", 1),
        ("size", "1", 1),
    ]
    put(at, hers, alice, colour=("blue", 1), size=(None, 1)).unwrap()
    changed = sync(at, "ListRecords", hers, alice, LastSyncCount=1).unwrap()
    assert changed["DatasetSyncCount"] == 2
    assert [(each["Key"], each.get("Value")) for each in changed["Records"]] == [("colour", "blue"), ("size", None)]
    assert sync(at, "ListRecords", hers, alice, LastSyncCount=2).unwrap()["Records"] == []


def test_a_device_that_has_not_seen_the_last_change_is_refused_with_all_its_changes() -> None:
    at = cloud(own=OWN)
    alice, hers = signed_in(at)
    put(at, hers, alice, score=("5", 0)).unwrap()
    refused = put(at, hers, alice, colour=("red", 0), score=("6", 0))
    assert error(refused) == ("ResourceConflictException", "Current SyncCount for: score is: 1 not: 0")
    assert [each["Key"] for each in sync(at, "ListRecords", hers, alice).unwrap()["Records"]] == ["score"]


def test_the_policy_with_the_identitys_id_keeps_people_apart() -> None:
    at = cloud(own=OWN)
    alice, hers = signed_in(at)
    bob, his = signed_in(at, "bob")
    put(at, hers, alice, secret=("x", 0)).unwrap()
    for name in ("ListRecords", "DescribeDataset", "DeleteDataset"):
        assert error(sync(at, name, his, alice))[0].startswith("AccessDenied")
    assert error(sync(at, "ListDatasets", his, alice, None))[0].startswith("AccessDenied")
    assert sync(at, "ListDatasets", his, bob, None).unwrap() == {"Datasets": [], "Count": 0}


def test_a_policy_without_it_opens_everybodys_data() -> None:
    at = cloud(own=policy(allowed("cognito-sync:*")))
    alice, hers = signed_in(at)
    _, his = signed_in(at, "bob")
    put(at, hers, alice, secret=("x", 0)).unwrap()
    assert sync(at, "ListRecords", his, alice).unwrap()["Records"][0]["Value"] == "x"


@pytest.mark.parametrize(("choice", "seen"), [("shown", True), ("hidden", False)])
def test_what_was_merged_is_reached_through_the_identity_that_stays(choice: str, seen: bool) -> None:
    at = cloud(own=OWN)
    alice, hers = signed_in(at)
    put(at, hers, alice, theme=("dark", 0)).unwrap()
    partner = get_id(at, Logins=other(at))
    logins = {**one(at), **other(at)}
    kept = ask(at, "GetCredentialsForIdentity", IdentityId=partner, Logins=logins)
    assert kept.unwrap()["IdentityId"] == partner
    with assuming({"sync.mergedDatasets": choice}):
        names = sync(at, "ListRecords", vended(kept), partner).unwrap()["MergedDatasetNames"]
        assert names == ([f"notes.{alice}"] if seen else [])
        records = sync(at, "ListRecords", vended(kept), partner, f"notes.{alice}").unwrap()["Records"]
    assert [each["Value"] for each in records] == (["dark"] if seen else [])
    bob, his = signed_in(at, "bob")
    assert sync(at, "ListRecords", his, bob, f"notes.{alice}").unwrap()["DatasetExists"] is False


def test_a_deleted_dataset_is_told_to_who_was_away() -> None:
    at = cloud(own=OWN)
    alice, hers = signed_in(at)
    put(at, hers, alice, theme=("dark", 0)).unwrap()
    assert sync(at, "DeleteDataset", hers, alice).unwrap()["Dataset"]["NumRecords"] == 1
    back = sync(at, "ListRecords", hers, alice, LastSyncCount=1).unwrap()
    assert (back["DatasetExists"], back["DatasetDeletedAfterRequestedSyncCount"]) == (False, True)
    assert error(sync(at, "DescribeDataset", hers, alice)) == (
        "ResourceNotFoundException",
        "Dataset 'notes' not found.",
    )
    put(at, hers, alice, theme=("light", 0)).unwrap()
    again = sync(at, "ListRecords", hers, alice, LastSyncCount=1).unwrap()
    assert (again["DatasetExists"], again["DatasetSyncCount"]) == (True, 3)


def test_a_session_is_of_one_dataset_and_ends() -> None:
    at = cloud(own=OWN)
    alice, hers = signed_in(at)
    session = sync(at, "ListRecords", hers, alice).unwrap()["SyncSessionToken"]
    wrong = sync(at, "UpdateRecords", hers, alice, "other", SyncSessionToken=session, RecordPatches=[])
    assert error(wrong) == ("InvalidParameterException", "Invalid SyncSessionToken.")
    assert sync(at, "ListRecords", hers, alice, SyncSessionToken=session).unwrap()["SyncSessionToken"] == session
    with assuming({"sync.sessionLifetime": "1h"}):
        at.advance(3599)
        sync(at, "UpdateRecords", hers, alice, SyncSessionToken=session, RecordPatches=[]).unwrap()
        at.advance(1)
        late = sync(at, "UpdateRecords", OPERATOR, alice, SyncSessionToken=session, RecordPatches=[])
    assert error(late) == ("NotAuthorizedException", "The SyncSessionToken has expired.")


def test_datasets_are_limited_and_listed_in_pages() -> None:
    at = cloud(own=OWN)
    alice, hers = signed_in(at)
    for number in range(20):
        put(at, hers, alice, f"set{number:02}", key=("v", 0)).unwrap()
    refused = put(at, hers, alice, "more", key=("v", 0))
    assert error(refused)[0] == "LimitExceededException"
    page = sync(at, "ListDatasets", hers, alice, None, MaxResults=15).unwrap()
    rest = sync(at, "ListDatasets", hers, alice, None, MaxResults=15, NextToken=page["NextToken"]).unwrap()
    assert (page["Count"], rest["Count"], "NextToken" in rest) == (15, 5, False)
    bad = sync(at, "ListDatasets", hers, alice, None, NextToken="xx")
    assert error(bad) == ("InvalidParameterException", "Invalid NextToken.")
    usage = sync(at, "DescribeIdentityUsage", OPERATOR, alice, None).unwrap()["IdentityUsage"]
    assert (usage["DatasetCount"], usage["DataStorage"]) == (20, 20 * len("keyv"))


def test_a_dataset_has_room_for_a_megabyte() -> None:
    at = cloud(own=OWN)
    alice, hers = signed_in(at)
    put(at, hers, alice, a=("x" * 1_000_000, 0)).unwrap()
    assert error(put(at, hers, alice, b=("x" * 100_000, 0)))[0] == "LimitExceededException"


@pytest.mark.parametrize(
    ("patches", "words"),
    [
        ([{"Op": "replace", "Key": "a", "SyncCount": 0}], "A record to replace needs a value."),
        ([{"Op": "remove", "Key": "a", "SyncCount": 0}] * 2, "A record is patched twice."),
    ],
)
def test_changes_that_say_too_little_or_too_much(patches: list[Any], words: str) -> None:
    at = cloud(own=OWN)
    alice, hers = signed_in(at)
    session = sync(at, "ListRecords", hers, alice).unwrap()["SyncSessionToken"]
    refused = sync(at, "UpdateRecords", hers, alice, SyncSessionToken=session, RecordPatches=patches)
    assert error(refused) == ("InvalidParameterException", words)


def test_what_is_not_there_is_not_found() -> None:
    at = cloud()
    gone = "us-east-1:99999999-0000-0000-0000-000000000000"
    assert error(sync(at, "DescribeDataset", OPERATOR, gone))[1] == f"Identity '{gone}' not found."
    assert error(sync(at, "ListRecords", OPERATOR, gone))[0] == "InvalidParameterException"
    asked = submit(at, "cognito-sync:GetCognitoEvents", OPERATOR, IdentityPoolId=gone)
    assert error(asked) == ("ResourceNotFoundException", f"IdentityPool '{gone}' not found.")


def test_a_pool_is_set_to_push_and_devices_subscribe() -> None:
    at = cloud()
    alice, hers = signed_in(at)
    device = {"Platform": "GCM", "Token": "push-token"}
    assert error(sync(at, "RegisterDevice", hers, alice, None, **device))[0] == "InvalidConfigurationException"
    push = {"ApplicationArns": ["arn:aws:sns:us-east-1:123456789012:app/GCM/app"]}
    stream = {"StreamName": "changes", "StreamingStatus": "ENABLED"}
    name, sent = "cognito-sync:SetIdentityPoolConfiguration", {"PushSync": push, "CognitoStreams": stream}
    answer = submit(at, name, OPERATOR, IdentityPoolId=POOL, **sent).unwrap()
    read = submit(at, "cognito-sync:GetIdentityPoolConfiguration", OPERATOR, IdentityPoolId=POOL).unwrap()
    assert read == answer == {"IdentityPoolId": POOL, "PushSync": push, "CognitoStreams": stream}
    mine = sync(at, "RegisterDevice", hers, alice, None, **device).unwrap()["DeviceId"]
    sync(at, "SubscribeToDataset", hers, alice, DeviceId=mine).unwrap()
    sync(at, "UnsubscribeFromDataset", hers, alice, DeviceId=mine).unwrap()
    assert error(sync(at, "SubscribeToDataset", hers, alice, DeviceId="no"))[0] == "ResourceNotFoundException"


def test_whoever_sets_a_role_for_sync_has_to_pass_it() -> None:
    at = cloud(operator=policy(allowed("cognito-sync:*")))
    stream = {"StreamName": "s", "RoleArn": "arn:aws:iam::123456789012:role/auth"}
    params = {"IdentityPoolId": POOL, "CognitoStreams": stream}
    refused = submit(at, "cognito-sync:SetIdentityPoolConfiguration", OPERATOR, **params)
    assert error(refused)[0].startswith("AccessDenied")
    assert "iam:PassRole" in error(refused)[1]


def test_events_are_set_one_by_one_and_a_function_of_theirs_is_not_guessed() -> None:
    at = cloud()
    alice, hers = signed_in(at)
    function = {"SyncTrigger": "arn:aws:lambda:us-east-1:123456789012:function:f"}
    submit(at, "cognito-sync:SetCognitoEvents", OPERATOR, IdentityPoolId=POOL, Events=function).unwrap()
    got = submit(at, "cognito-sync:GetCognitoEvents", OPERATOR, IdentityPoolId=POOL).unwrap()
    assert got == {"Events": function}
    with pytest.raises(NotModelled, match="UpdateRecords"):
        put(at, hers, alice, a=("1", 0))
    submit(at, "cognito-sync:SetCognitoEvents", OPERATOR, IdentityPoolId=POOL, Events={"SyncTrigger": ""}).unwrap()
    put(at, hers, alice, a=("1", 0)).unwrap()


def test_the_usage_of_pools_is_told() -> None:
    at = cloud()
    alice, hers = signed_in(at)
    put(at, hers, alice, a=("1", 0)).unwrap()
    usage = submit(at, "cognito-sync:DescribeIdentityPoolUsage", OPERATOR, IdentityPoolId=POOL).unwrap()
    listed = submit(at, "cognito-sync:ListIdentityPoolUsage", OPERATOR).unwrap()
    assert (usage["IdentityPoolUsage"]["SyncSessionsCount"], usage["IdentityPoolUsage"]["DataStorage"]) == (1, 2)
    assert listed["IdentityPoolUsages"] == [usage["IdentityPoolUsage"]]


def test_a_bulk_publish_is_not_modelled_and_none_was_started() -> None:
    at = cloud()
    details = submit(at, "cognito-sync:GetBulkPublishDetails", OPERATOR, IdentityPoolId=POOL).unwrap()
    assert details["BulkPublishStatus"] == "NOT_STARTED"
    with pytest.raises(NotModelled, match="BulkPublish"):
        submit(at, "cognito-sync:BulkPublish", OPERATOR, IdentityPoolId=POOL)


def test_the_kind_of_credentials_is_a_switch() -> None:
    at = cloud()
    _, hers = signed_in(at)
    submit(at, "cognito-sync:GetCognitoEvents", hers, IdentityPoolId=POOL).unwrap()
    with assuming({"sync.callers": "held"}):
        refused = submit(at, "cognito-sync:GetCognitoEvents", hers, IdentityPoolId=POOL)
        submit(at, "cognito-sync:GetCognitoEvents", OPERATOR, IdentityPoolId=POOL).unwrap()
    assert error(refused)[0] == "NotAuthorizedException"


def test_deleting_an_identity_takes_its_data_along() -> None:
    at = cloud()
    alice, hers = signed_in(at)
    put(at, hers, alice, a=("1", 0)).unwrap()
    submit(at, "cognito-identity:DeleteIdentities", OPERATOR, IdentityIdsToDelete=[alice]).unwrap()
    assert not at.world.datasets
    assert get_id(at, Logins=one(at)) != alice


def test_the_trail_shows_no_value_and_no_token() -> None:
    sim = Simulation(operator_world(), seed="t")
    at = sim.cloud
    alice, hers = signed_in(at)
    put(at, hers, alice, a=("very-private", 0)).unwrap()
    assert "very-private" not in str(sim.trail)


def test_datasets_survive_in_a_template(tmp_path: Path) -> None:
    at = cloud()
    alice, hers = signed_in(at)
    put(at, hers, alice, a=("1", 0), b=("2", 0)).unwrap()
    put(at, hers, alice, b=(None, 1)).unwrap()
    written = dump(at.world)
    for name, text in written.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    read = load(*(tmp_path / name for name in written))
    assert read.datasets == at.world.datasets
    assert read.identities == at.world.identities
