"""The source of a copy, as requests write it."""

from __future__ import annotations

import pytest

from cogsim.decisions.s3_copy_source import Source, read_source
from cogsim.errors import AwsError, NotModelled


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("bucket/key", Source("bucket", "key")),
        ("/bucket/a/b", Source("bucket", "a/b")),
        ("bucket/a%20b%2Fc", Source("bucket", "a b/c")),
        ("bucket/key?versionId=abc", Source("bucket", "key", "abc")),
        ("bucket/key?versionId=a%2Eb", Source("bucket", "key", "a.b")),
        ("bucket/key%3FversionId=abc", Source("bucket", "key?versionId=abc")),
        ("bucket/key?other=abc", Source("bucket", "key")),
    ],
)
def test_a_source_is_bucket_key_and_perhaps_a_version(text: str, source: Source) -> None:
    assert read_source(text) == source


@pytest.mark.parametrize(("text", "code"), [("bucket", "InvalidArgument"), ("b/%ff", "InvalidURI")])
def test_what_is_no_source_is_refused(text: str, code: str) -> None:
    with pytest.raises(AwsError) as raised:
        read_source(text)
    assert raised.value.code == code


def test_an_access_point_is_said_to_be_unmodelled() -> None:
    with pytest.raises(NotModelled, match="access point"):
        read_source("arn:aws:s3:us-east-1:123456789012:accesspoint/a/object/k")
