"""What a line of the timeline says a call is about."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.scenario.timeline import subject


@pytest.mark.parametrize(
    ("params", "shown"),
    [
        ({"Bucket": "b", "Key": "k/1"}, "b/k/1"),
        (
            {"TableName": "arn:aws:dynamodb:eu-west-1:111122223333:table/orders", "IndexName": "by-day"},
            "table/orders/by-day",
        ),
        ({"RequestItems": {"z": {}, "a": {}}}, "a, z"),
        ({"ApiId": "a1", "Path": "/projects"}, "GET /projects"),
        ({"ApiId": "a1", "Stage": "prod", "Path": "/projects", "Method": "PUT"}, "PUT /prod/projects"),
        ({"ApiId": "a1", "Stage": "prod"}, "GET /prod/"),
        ({"ApiId": "a1", "Query": "{ posts\n  { id } }"}, "{ posts { id } }"),
        ({"Url": "https://portal.example/inbox"}, "GET portal.example/inbox"),
        ({"Url": "https://portal.example"}, "GET portal.example"),
        ({"Url": "nowhere"}, "GET nowhere"),
        ({}, ""),
    ],
)
def test_a_call_is_told_by_what_it_names(params: dict[str, Any], shown: str) -> None:
    assert subject(params) == shown


def test_neither_the_query_nor_the_user_of_an_address_is_shown() -> None:
    assert (
        subject({"Url": "https://me:secret@portal.example/callback?code=secret#secret"})
        == "GET portal.example/callback"
    )
