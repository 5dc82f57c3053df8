"""Versions: what is kept, what is hidden, and who may reach behind a delete marker."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.aws.cloud import Cloud
from cogsim.world.bucket import S3Object
from tests.unit.aws.s3.s3_door import ALL, allow, ask, cloud, code


def versioned(*statements: dict[str, Any]) -> Cloud:
    return cloud(*(statements or (ALL,)), versioning="Enabled")


def put(at: Cloud, body: str, key: str = "k") -> str:
    return str(ask(at, "PutObject", Key=key, Body=body).unwrap().get("VersionId"))


def read(at: Cloud, **params: Any) -> bytes:
    return bytes(ask(at, "GetObject", Key="k", **params).unwrap()["Body"])


def test_every_version_can_be_read_and_the_newest_is_what_a_reader_gets() -> None:
    at = versioned()
    first, second = put(at, "one"), put(at, "two")
    assert first != second
    assert read(at) == b"two"
    assert read(at, VersionId=first) == b"one"
    assert ask(at, "GetObject", Key="k").unwrap()["VersionId"] == second


def test_deleting_hides_an_object_and_deleting_the_marker_shows_it_again() -> None:
    at = versioned()
    first = put(at, "one")
    deleted = ask(at, "DeleteObject", Key="k").unwrap()
    assert deleted["DeleteMarker"] is True
    assert code(ask(at, "GetObject", Key="k")) == "NoSuchKey"
    assert ask(at, "ListObjectsV2").unwrap()["KeyCount"] == 0
    assert code(ask(at, "GetObject", Key="k", VersionId=deleted["VersionId"])) == "MethodNotAllowed"
    assert read(at, VersionId=first) == b"one"
    ask(at, "DeleteObject", Key="k", VersionId=deleted["VersionId"]).unwrap()
    assert read(at) == b"one"


def test_deleting_the_last_version_leaves_nothing() -> None:
    at = versioned()
    ask(at, "DeleteObject", Key="k", VersionId=put(at, "one")).unwrap()
    assert at.world.objects["data"].get("k") is None
    assert ask(at, "DeleteBucket").error is None


def test_a_bucket_with_hidden_objects_is_not_empty() -> None:
    at = versioned()
    put(at, "one")
    ask(at, "DeleteObject", Key="k").unwrap()
    assert code(ask(at, "DeleteBucket")) == "BucketNotEmpty"


def test_while_versioning_is_suspended_only_the_null_version_is_replaced() -> None:
    at = versioned()
    kept = put(at, "one")
    ask(at, "PutBucketVersioning", VersioningConfiguration={"Status": "Suspended"}).unwrap()
    assert put(at, "two") == "null"
    assert put(at, "three") == "null"
    shown = ask(at, "ListObjectVersions").unwrap()["Versions"]
    assert [(each["VersionId"], each["IsLatest"]) for each in shown] == [("null", True), (kept, False)]
    marker = ask(at, "DeleteObject", Key="k").unwrap()
    assert marker == {"DeleteMarker": True, "VersionId": "null"}
    assert [each["VersionId"] for each in ask(at, "ListObjectVersions").unwrap()["Versions"]] == [kept]


def test_what_was_there_before_versioning_is_the_null_version() -> None:
    at = cloud(ALL)
    assert put(at, "one") == "None"
    ask(at, "PutBucketVersioning", VersioningConfiguration={"Status": "Enabled"}).unwrap()
    put(at, "two")
    assert read(at, VersionId="null") == b"one"


def test_reading_an_old_version_takes_a_permission_of_its_own() -> None:
    at = versioned(allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]))
    first = put(at, "one")
    assert read(at) == b"one"
    assert code(ask(at, "GetObject", Key="k", VersionId=first)) == "AccessDenied"
    assert code(ask(at, "DeleteObject", Key="k", VersionId=first)) == "AccessDenied"
    only_old = versioned(allow(["s3:GetObjectVersion", "s3:PutObject"]))
    version = put(only_old, "one")
    assert read(only_old, VersionId=version) == b"one"
    assert code(ask(only_old, "GetObject", Key="k")) == "AccessDenied"


def test_a_condition_can_name_the_version() -> None:
    at = versioned(allow("s3:PutObject"))
    first, second = put(at, "one"), put(at, "two")
    world = at.world
    condition = {"StringEquals": {"s3:VersionId": first}}
    again = versioned(allow("s3:GetObjectVersion", Condition=condition))
    again.world = again.world.with_object("data", world.objects["data"]["k"])
    assert read(again, VersionId=first) == b"one"
    assert code(ask(again, "GetObject", Key="k", VersionId=second)) == "AccessDenied"


def test_a_version_that_never_was_is_told_apart_from_a_key_that_never_was() -> None:
    at = versioned()
    put(at, "one")
    assert code(ask(at, "GetObject", Key="k", VersionId="x" * 32)) == "NoSuchVersion"
    assert code(ask(at, "GetObject", Key="other")) == "NoSuchKey"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(("put", "delete", "suspend", "enable", "purge")), max_size=14))
def test_what_is_listed_is_what_can_be_read(steps: list[str]) -> None:
    at = versioned()
    for number, step in enumerate(steps):
        match step:
            case "put":
                put(at, str(number))
            case "delete":
                ask(at, "DeleteObject", Key="k").unwrap()
            case "purge":
                listed = ask(at, "ListObjectVersions").unwrap()
                found = [*listed.get("Versions", ()), *listed.get("DeleteMarkers", ())]
                if found:
                    ask(at, "DeleteObject", Key="k", VersionId=found[-1]["VersionId"]).unwrap()
            case _:
                status = "Suspended" if step == "suspend" else "Enabled"
                ask(at, "PutBucketVersioning", VersioningConfiguration={"Status": status}).unwrap()
    listed = ask(at, "ListObjectVersions").unwrap()
    entries = [*listed.get("Versions", ()), *listed.get("DeleteMarkers", ())]
    assert len({each["VersionId"] for each in entries}) == len(entries)
    assert sum(each["IsLatest"] for each in entries) == (1 if entries else 0)
    for each in listed.get("Versions", ()):
        assert len(read(at, VersionId=each["VersionId"])) == each["Size"]
    live = ask(at, "ListObjectsV2").unwrap()["KeyCount"]
    latest = next((each for each in entries if each["IsLatest"]), None)
    assert live == (1 if latest in listed.get("Versions", ()) and latest is not None else 0)
    held: S3Object | None = at.world.objects["data"].get("k") if "data" in at.world.objects else None
    assert (held is None) == (not entries)


def test_versions_are_listed_page_by_page_without_losing_one() -> None:
    at = versioned()
    for key in ("a", "b", "c/1", "c/2"):
        for number in range(3):
            put(at, str(number), key)
    ask(at, "DeleteObject", Key="b").unwrap()
    whole = ask(at, "ListObjectVersions").unwrap()
    every = [(e["Key"], e["VersionId"]) for e in (*whole["Versions"], *whole["DeleteMarkers"])]
    seen: list[tuple[str, str]] = []
    markers: dict[str, str] = {}
    while True:
        page = ask(at, "ListObjectVersions", MaxKeys=2, **markers).unwrap()
        entries = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
        assert len(entries) <= 2
        seen += [(each["Key"], each["VersionId"]) for each in entries]
        if not page["IsTruncated"]:
            break
        markers = {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}
    assert sorted(seen) == sorted(every)
    rolled = ask(at, "ListObjectVersions", Delimiter="/").unwrap()
    assert rolled["CommonPrefixes"] == [{"Prefix": "c/"}]
    assert len(rolled["Versions"]) == 6


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(("a", "a/", "a/b", "a/b/c", "a/c", "b/1", "b/2", "c", "c/d/e")), max_size=12),
    st.sampled_from(("", "a", "a/", "b/")),
    st.sampled_from(("", "/", "/b")),
    st.integers(1, 4),
)
def test_versions_rolled_up_page_by_page_are_those_of_one_page(
    writes: list[str], prefix: str, delimiter: str, size: int
) -> None:
    at = cloud(ALL, versioning="Enabled")
    for key in writes:
        ask(at, "PutObject", Key=key).unwrap()
    wish = {"Prefix": prefix, "Delimiter": delimiter}
    whole = ask(at, "ListObjectVersions", **wish).unwrap()
    seen: list[tuple[str, str]] = []
    prefixes: list[str] = []
    more: dict[str, str] = {}
    while True:
        page = ask(at, "ListObjectVersions", **wish, MaxKeys=size, **more).unwrap()
        seen += [(each["Key"], each["VersionId"]) for each in page.get("Versions", ())]
        prefixes += [each["Prefix"] for each in page.get("CommonPrefixes", ())]
        if not page["IsTruncated"]:
            break
        more = {"KeyMarker": page["NextKeyMarker"]}
        if "NextVersionIdMarker" in page:
            more["VersionIdMarker"] = page["NextVersionIdMarker"]
    assert seen == [(each["Key"], each["VersionId"]) for each in whole.get("Versions", ())]
    assert prefixes == [each["Prefix"] for each in whole.get("CommonPrefixes", ())]
    rolled = {key[: key.index(delimiter, len(prefix)) + len(delimiter)] for key in writes
              if delimiter and key.startswith(prefix) and delimiter in key[len(prefix):]}  # fmt: skip
    assert prefixes == sorted(rolled)


@settings(max_examples=60, deadline=None)
@given(
    st.sets(st.sampled_from(("a", "a/", "a/b", "a/b/", "a/b/c", "a/c", "b/1", "b/2", "c", "c/d/e"))),
    st.sampled_from(("", "a", "a/", "b/")),
    st.sampled_from(("", "/", "/b")),
    st.integers(1, 4),
)
def test_the_older_listing_page_by_page_is_the_newer_one(
    keys: set[str], prefix: str, delimiter: str, size: int
) -> None:
    at = cloud(ALL)
    for key in sorted(keys):
        ask(at, "PutObject", Key=key).unwrap()
    wish = {"Prefix": prefix, "Delimiter": delimiter}
    whole = ask(at, "ListObjectsV2", **wish).unwrap()
    seen: list[str] = []
    prefixes: list[str] = []
    more: dict[str, str] = {}
    while True:
        page = ask(at, "ListObjects", **wish, MaxKeys=size, **more).unwrap()
        seen += [each["Key"] for each in page.get("Contents", ())]
        prefixes += [each["Prefix"] for each in page.get("CommonPrefixes", ())]
        if not page["IsTruncated"]:
            break
        more = {"Marker": page.get("NextMarker") or seen[-1]}
    assert seen == [each["Key"] for each in whole.get("Contents", ())]
    assert prefixes == [each["Prefix"] for each in whole.get("CommonPrefixes", ())]
