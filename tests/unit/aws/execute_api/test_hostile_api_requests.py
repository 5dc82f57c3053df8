"""Requests that no client should send: answered by a status, never by an exception, and never by a backend."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cogsim.assumptions import assuming
from cogsim.aws.call import Call, Credentials
from cogsim.errors import InputError, NotModelled

ODD = st.text(max_size=30)
PATHS = st.one_of(
    ODD,
    ODD.map(lambda text: f"/{text}"),
    st.sampled_from(
        (
            "/profile",
            "/profile/",
            "//profile",
            "/%70rofile",
            "/pro%2Ffile",
            "/%zz",
            "/%ff",
            "/../profile",
            "/careful/a%2Fb",
        )
    ),
)
HEADERS = st.dictionaries(
    st.one_of(ODD.filter(bool), st.sampled_from(("Authorization", "AUTHORIZATION", "x-api-key"))), ODD, max_size=3
)
CREDENTIALS = st.one_of(
    st.none(), st.builds(Credentials, st.sampled_from(("AKIAX", "ASIAX", "")), ODD, st.one_of(st.none(), ODD))
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    api=st.sampled_from(("Rest", "Http")),
    path=PATHS.filter(bool),
    method=st.one_of(st.sampled_from(("GET", "PUT", "DELETE", "TRACE")), ODD.filter(bool)),
    headers=HEADERS,
    query=st.dictionaries(ODD.filter(bool), ODD, max_size=2),
    stage=st.one_of(st.just("prod"), ODD.filter(bool)),
    credentials=CREDENTIALS,
)
def test_no_request_without_a_token_reaches_a_guarded_backend(
    client: Any, api: str, path: str, method: str, headers: Any, query: Any, stage: str, credentials: Any
) -> None:
    params = {
        "ApiId": client.ref(api),
        "Path": path,
        "Method": method,
        "Headers": headers,
        "QueryStringParameters": query,
    }
    params |= {"Stage": stage} if api == "Rest" else {}
    answer = client.simulation.cloud.submit(Call("execute-api:Invoke", params, credentials)).unwrap()
    assert answer["statusCode"] in (200, 400, 401, 403, 404, 500)
    if answer["statusCode"] == 200:
        assert answer["backend"]["path"].rstrip("/") == "/open" or answer["backend"]["resource"] == "/open"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    url=st.one_of(ODD.filter(bool), ODD.map(lambda text: f"https://{text}"), ODD.map(lambda text: f"https://[{text}/"))
)
def test_no_url_escapes(client: Any, url: str) -> None:
    answer = client.simulation.cloud.submit(Call("execute-api:Invoke", {"Url": url}, None)).unwrap()
    assert (answer["statusCode"], answer["body"]) == (403, '{"message":"Forbidden"}')


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    token=st.one_of(
        ODD, ODD.map(lambda text: f"a.{text}.c"), st.binary(max_size=40).map(lambda raw: raw.decode("latin-1"))
    )
)
def test_no_token_escapes(client: Any, token: str) -> None:
    for api, path in (("Rest", "/profile"), ("Rest", "/careful/acme"), ("Http", "/profile"), ("Http", "/notes")):
        assert client.send(api, path, token)["statusCode"] in (400, 401, 403)


def test_a_path_that_is_no_encoding_follows_the_switch(client: Any) -> None:
    assert client.send("Rest", "/%zz")["statusCode"] == 400
    with assuming({"api.malformedPath": "text"}):
        assert client.send("Rest", "/%zz")["statusCode"] == 403


def test_an_encoded_slash_opens_no_other_route(client: Any) -> None:
    token = client.tokens("alice", "WebApp").id_token
    assert client.send("Rest", "/careful/acme%2F", token)["statusCode"] == 403
    assert client.send("Rest", "/careful%2Facme", token)["statusCode"] == 403


@pytest.mark.parametrize("params", [{}, {"Url": "https://x", "ApiId": "x"}, {"Url": "https://x", "Path": "/"}])
def test_a_request_names_its_api_in_one_way(client: Any, params: Any) -> None:
    with pytest.raises(InputError, match="a Url, or ApiId"):
        client.simulation.cloud.submit(Call("execute-api:Invoke", params, None))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.one_of(ODD.filter(bool), st.text("{}()[]\"'a:.@!$ ", min_size=1, max_size=40)))
def test_no_query_of_graphql_escapes(graphql: Any, query: str) -> None:
    params = {"ApiId": graphql.attribute("Open", "ApiId"), "Query": query, "Headers": {"Authorization": graphql.token}}
    with suppress(NotModelled):
        answer = graphql.simulation.cloud.submit(Call("execute-api:GraphQL", params, None)).unwrap()
        assert answer["statusCode"] in (200, 400)
        assert answer["data"] is None
