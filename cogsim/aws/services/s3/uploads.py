"""Uploads in parts that are under way: what their objects will be, and the parts that came. # s3:multipart"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cogsim.aws.state import State, Table
from cogsim.persistent import Map


@dataclass(frozen=True, slots=True)
class Part:
    """A part that was uploaded; `at` in seconds."""

    body: bytes = field(repr=False)
    etag: str = ""
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload that was begun and neither completed nor given up: what its object will be, and its parts by number;
    `initiator` is the ARN of who began it."""

    bucket: str
    key: str
    stated: Map[str, Any]
    account: str
    at: float
    initiator: str = ""
    parts: Map[int, Part] = field(default_factory=Map)


#: Uploads by id.
UPLOADS: Table[str, Upload] = Table("s3/uploads")


def without_uploads(state: State, bucket: str) -> State:
    """Without the uploads into a bucket that is gone: another of its name begins empty."""
    for upload_id, upload in UPLOADS.rows(state).items():
        if upload.bucket == bucket:
            state = UPLOADS.drop(state, upload_id)
    return state
