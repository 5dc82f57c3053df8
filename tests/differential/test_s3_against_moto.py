"""S3's data as an independent reader has it: the same random requests to moto and to cogsim, one door each.

Compared is what comes back of data (keys, bodies, tags, versions, pages), not who may see it: moto asks nobody here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any
from urllib.parse import quote

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st
from moto import mock_aws

from cogsim.errors import AwsError
from cogsim.persistent import Map
from cogsim.policy.document import PolicyKind
from cogsim.policy.parse import parse
from cogsim.simulation import Simulation
from cogsim.world.iam import AccessKey, User
from cogsim.world.world import World

KEYS = st.sampled_from(("a", "a/", "a/b", "a/b/c", "a/c", "a-b", "b/1", "b/2", "b/10", "z", "ä/ö", "a b"))
PREFIXES = st.sampled_from(("", "a", "a/", "a/b", "b/", "q", "ä"))
DELIMITERS = st.sampled_from(("", "/", "-", "/b"))
BODIES = st.binary(max_size=12)
#: moto falls over an empty set of tags.
TAGS = st.dictionaries(st.sampled_from(("team", "x")), st.sampled_from(("", "red", "a b")), min_size=1, max_size=2)

Request = tuple[str, dict[str, Any]]
PUTS = st.tuples(st.just("put_object"), st.fixed_dictionaries({"Key": KEYS, "Body": BODIES}))
DELETES = st.tuples(st.just("delete_object"), st.fixed_dictionaries({"Key": KEYS}))
MANY = st.tuples(
    st.just("delete_objects"),
    st.lists(KEYS, min_size=1, max_size=3, unique=True).map(
        lambda ks: {"Delete": {"Objects": [{"Key": k} for k in ks]}}
    ),
)
COPIES = st.tuples(
    st.just("copy_object"),
    st.tuples(KEYS, KEYS).map(lambda pair: {"Key": pair[0] + "!", "CopySource": pair[1]}),
)
TAGGINGS = st.tuples(
    st.just("put_object_tagging"),
    st.tuples(KEYS, TAGS).map(
        lambda pair: {
            "Key": pair[0],
            "Tagging": {"TagSet": [{"Key": k, "Value": v} for k, v in sorted(pair[1].items())]},
        }
    ),
)
WRITES = st.one_of(PUTS, PUTS, DELETES, MANY, COPIES, TAGGINGS)


Send = Callable[..., tuple[Any, Any]]
_ADMIN = "arn:aws:iam::123456789012:user/admin"
_ALL = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}


@pytest.fixture(scope="module")
def begin() -> Iterator[Callable[[], Send]]:
    """Gives ways to send one request to both, each about a bucket that nobody used before. moto catches whatever boto3
    sends, so cogsim is asked at its own door."""
    user = User(_ADMIN, "admin", inline=Map({"all": parse(_ALL, PolicyKind.IDENTITY)}))
    sim = Simulation(World().with_user(user).with_access_key(AccessKey("AKIAADMIN", _ADMIN, "secret")))
    numbers = count()
    with mock_aws():
        theirs = boto3.client("s3", "us-east-1", aws_access_key_id="AKIAX", aws_secret_access_key="x")

        def begun() -> Send:
            bucket = f"data-{next(numbers)}"

            def send(name: str, params: dict[str, Any], *, ours_only: bool = False) -> tuple[Any, Any]:
                sent = {"Bucket": bucket, **params}
                source, boto_source = {}, {}
                if "CopySource" in params:
                    source = {"CopySource": f"{bucket}/{quote(params['CopySource'])}"}
                    boto_source = {"CopySource": {"Bucket": bucket, "Key": params["CopySource"]}}
                mine = _ours(sim, name, {**sent, **source})
                return mine, None if ours_only else _theirs(theirs, name, {**sent, **boto_source})

            send("create_bucket", {})
            return send

        yield begun


def _ours(sim: Simulation, name: str, sent: dict[str, Any]) -> Any:
    operation = "".join(word.capitalize() for word in name.split("_"))
    try:
        return dict(sim.call(f"s3:{operation}", sent, "admin"))
    except AwsError as error:
        return "404" if name == "head_object" else error.code


def _theirs(client: Any, name: str, sent: dict[str, Any]) -> Any:
    try:
        response = getattr(client, name)(**sent)
    except ClientError as error:
        return error.response["Error"]["Code"]
    response.pop("ResponseMetadata")
    if "Body" in response:
        response["Body"] = response["Body"].read()
    return response


def _listed(response: Any) -> Any:
    """What a listing says of the data."""
    if isinstance(response, str):
        return response
    return (
        [(each["Key"], each["Size"], each["ETag"]) for each in response.get("Contents", ())],
        [each["Prefix"] for each in response.get("CommonPrefixes", ())],
        response["IsTruncated"],
        response.get("KeyCount"),
    )


def _read(response: Any) -> Any:
    names = ("Body", "ETag", "ContentLength", "ContentType", "ContentRange", "Metadata", "TagCount", "TagSet")
    return response if isinstance(response, str) else {name: response[name] for name in names if name in response}


@settings(max_examples=25, deadline=None)
@given(st.lists(WRITES, max_size=12), PREFIXES, DELIMITERS, st.integers(1, 4))
def test_listings_are_the_same_page_by_page(
    begin: Callable[[], Send], writes: list[Request], prefix: str, delimiter: str, size: int
) -> None:
    send = begin()
    for name, params in writes:
        send(name, params)
    wish: dict[str, Any] = {"Prefix": prefix, "Delimiter": delimiter, "MaxKeys": size}
    mine, other = send("list_objects_v2", {"Prefix": prefix, "Delimiter": delimiter})
    assert _listed(mine) == _listed(other)
    keys, prefixes, more = [], [], {}
    while True:  # our own pages put together are the whole
        page = send("list_objects_v2", {**wish, **more}, ours_only=True)[0]
        keys += [each["Key"] for each in page.get("Contents", ())]
        prefixes += [each["Prefix"] for each in page.get("CommonPrefixes", ())]
        if not page["IsTruncated"]:
            break
        more = {"ContinuationToken": page["NextContinuationToken"]}
    assert keys == [each["Key"] for each in other.get("Contents", ())]
    assert prefixes == [each["Prefix"] for each in other.get("CommonPrefixes", ())]


@settings(max_examples=25, deadline=None)
@given(st.lists(WRITES, max_size=12), KEYS, st.sampled_from((None, "bytes=0-2", "bytes=2-", "bytes=-3")))
def test_objects_read_the_same(begin: Callable[[], Send], writes: list[Request], key: str, part: str | None) -> None:
    send = begin()
    for name, params in writes:
        mine, other = send(name, params)
        assert isinstance(mine, str) == isinstance(other, str), (name, params, mine, other)
    for name in ("get_object", "head_object", "get_object_tagging"):
        mine, other = send(name, {"Key": key})
        assert _read(mine) == _read(other), name
    whole = send("get_object", {"Key": key})[0]
    if part is not None and not isinstance(whole, str) and len(whole["Body"]) > 2:  # moto has ranges of nothing
        mine, other = send("get_object", {"Key": key, "Range": part})
        assert _read(mine) == _read(other)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.one_of(PUTS, DELETES), max_size=10), st.integers(0, 4))
def test_versions_are_kept_the_same(begin: Callable[[], Send], writes: list[Request], enabled_at: int) -> None:
    """While versioning is suspended moto forgets versions, so it is not suspended here."""
    send, there = begin(), set()
    for number, (name, params) in enumerate(writes):
        if number == enabled_at:
            send("put_bucket_versioning", {"VersioningConfiguration": {"Status": "Enabled"}})
        if name == "delete_object" and params["Key"] not in there:
            continue  # S3 leaves a marker where nothing was, moto nothing
        if name == "delete_object" and number < enabled_at:
            there.discard(params["Key"])  # nothing is kept of it
        else:
            there.add(params["Key"])
        send(name, params)
    mine, other = send("list_object_versions", {})
    for kind in ("Versions", "DeleteMarkers"):
        shown = [
            [(each["Key"], each["IsLatest"], each["VersionId"] == "null", each.get("ETag")) for each in answer]
            for answer in (mine.get(kind, ()), other.get(kind, ()))
        ]
        assert shown[0] == shown[1], kind


@pytest.mark.parametrize("start", ["a", "a/b", "b/1", "zz"])
def test_a_listing_begins_behind_the_key_that_is_named(begin: Callable[[], Send], start: str) -> None:
    send = begin()
    for key in ("a", "a/b", "a/c", "b/1", "b/2", "z"):
        send("put_object", {"Key": key, "Body": b"x"})
    mine, other = send("list_objects_v2", {"StartAfter": start})
    assert _listed(mine) == _listed(other)
    mine, other = send("list_objects", {"Marker": start})
    assert _listed(mine) == _listed(other)
