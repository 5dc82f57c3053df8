"""The id of a request: the same in its answer, in its record on the trail, and wherever its decision is looked up."""

from __future__ import annotations

from cogsim.entropy import Draw


def request_id(service: str, number: int, seed: str) -> str:
    """The id of the call that has this number in the total order; S3 has a form of its own. # ct:record-contents"""
    draw = Draw(seed, ("trail/request",), number)
    return draw.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 16) if service == "s3" else draw.uuid()
