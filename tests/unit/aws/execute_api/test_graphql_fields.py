"""AppSync field by field: directives, defaults, several ways in, and what the switch about nested fields changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.decisions.graphql_authorization import accepts_graphql_token
from cogsim.decisions.graphql_schema import read_query, read_schema
from cogsim.decisions.token_contents import pool_key
from cogsim.errors import InvalidValue, NotModelled
from cogsim.tokens.jwt import sign
from cogsim.world.graphql_api import AuthMode


def test_a_schema_is_read_with_its_directives() -> None:
    types = read_schema(
        '"""P"""\ntype Query @aws_iam { "one" post(id: ID! = "a"): [Post!]! @aws_auth(cognito_groups: ["a", "b"])}\n'
        "extend type Query { more: Post } # more\nenum E { A B } union U = Post | Query scalar D input I { a: Int }\n"
        "interface N { id: ID } type Post implements N { id: ID, type: String } directive @x(a: Int) on OBJECT\n"
    )
    post = types["Query"].fields["post"]
    assert (post.leads_to, post.directives[0].name) == ("Post", "aws_auth")
    assert post.directives[0].lists["cognito_groups"] == ("a", "b")
    assert list(types["Query"].fields) == ["more", "post"]
    assert types["Query"].directives[0].name == "aws_iam"
    assert list(types["Post"].fields) == ["id", "type"]


@pytest.mark.parametrize("text", ["", "{", "{ a(b: ) }", "query Q", "{ a { } }", "{" * 300])
def test_what_is_no_query_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        read_query(text)


@pytest.mark.parametrize("text", ["{ ...f } fragment f on Query { a }", "{ a @skip(if: true) }"])
def test_what_is_not_read_of_a_query_is_named(text: str) -> None:
    with pytest.raises(NotModelled):
        read_query(text)


def test_a_query_of_several_operations_needs_a_name(graphql: Any) -> None:
    answer = graphql.ask("Open", "query A { posts { id } } query B { drafts { id } }", Authorization=graphql.token)
    assert answer["statusCode"] == 400


def test_an_unknown_field_answers_nothing(graphql: Any) -> None:
    for query, word in (
        ("{ secrets }", "FieldUndefined"),
        ("{ posts }", "SubSelectionRequired"),
        ("{ posts { id { x } } }", "SubSelectionNotAllowed"),
    ):
        answer = graphql.ask("Open", query, Authorization=graphql.token)
        assert answer["data"] is None
        assert word in answer["errors"][0]["message"]


@pytest.mark.parametrize("query", ["{ __schema { types { name } } }", '{ __type(name: "Post") { name } }'])
def test_introspection_is_named_as_not_modelled(graphql: Any, query: str) -> None:
    with pytest.raises(NotModelled, match="introspection"):
        graphql.ask("Open", query, Authorization=graphql.token)


def test_a_field_that_leads_to_an_interface_is_named_as_not_modelled(graphql: Any) -> None:
    world = graphql.world
    api = world.graphql_apis[graphql.attribute("Open", "ApiId")]
    schema = "interface N { id: ID } type P implements N { id: ID @aws_iam } union U = P type Query { n: N u: U }"
    asker = type(graphql)(world.with_graphql_api(replace(api, schema=schema)))
    for query in ("{ n { id } }", "{ u { __typename } }"):
        with pytest.raises(NotModelled, match="which leads to"):
            asker.ask("Open", query, Authorization=asker.token)


def test_an_alias_is_answered_and_the_field_is_asked_about(graphql: Any) -> None:
    ben = graphql.tokens("ben", "App").id_token
    answer = graphql.ask("Open", "{ x: drafts { __typename id } y: posts { id } }", Authorization=ben)
    assert answer["data"] == {"x": {"__typename": "Post", "id": "Post.id"}, "y": None}
    assert answer["errors"][0]["path"] == ["y"]
    assert answer["errors"][0]["errorType"] == "Unauthorized"


def test_the_switch_asks_about_nested_fields_too(graphql: Any) -> None:
    query = "{ posts { id } }"
    assert graphql.ask("Closed", query, Authorization=graphql.token)["data"] == {"posts": {"id": "Post.id"}}
    with assuming({"appsync.nestedFields": "all"}):
        assert graphql.ask("Closed", query, Authorization=graphql.token)["data"] == {"posts": {"id": None}}


def test_aws_auth_counts_only_where_user_pools_are_alone(graphql: Any) -> None:
    world = graphql.world
    api = world.graphql_apis[graphql.attribute("Open", "ApiId")]
    more = replace(api, modes=(*api.modes, AuthMode("API_KEY")))
    asker = type(graphql)(world.with_graphql_api(more))
    ben = asker.tokens("ben", "App").id_token
    assert asker.ask("Open", "mutation { publish(id: 1) { id } }", Authorization=ben)["data"]["publish"] is not None


def test_openid_connect_asks_for_client_and_age(graphql: Any) -> None:
    world, now = graphql.world, int(graphql.simulation.now)
    pool = world.user_pools[graphql.ref("People")]
    api = world.graphql_apis[graphql.attribute("Open", "ApiId")]
    mode = AuthMode("OPENID_CONNECT", issuer=pool.issuer, pattern="a|b", iat_ttl=1000, auth_ttl=5000)
    api = replace(api, modes=(mode,))

    def taken(**claims: Any) -> bool:
        stated = {"iss": pool.issuer, "sub": "x", "exp": now + 9, "iat": now, "auth_time": now, "aud": "a", **claims}
        decision = accepts_graphql_token(world, api, sign(stated, pool_key(pool, "id")), now=now)
        return type(decision.value).__name__ == "ComeIn"

    assert taken()
    assert taken(aud="c", azp="b")
    assert not taken(aud="c")
    assert not taken(iat=now - 2)
    assert not taken(auth_time=now - 6)
    assert not taken(exp=now)


def test_a_function_is_remembered_by_the_token_alone(graphql: Any) -> None:
    asked: list[Any] = []

    def partners(event: dict[str, Any]) -> Any:
        asked.append(event["requestContext"]["queryString"])
        return {"isAuthorized": "figures" in event["requestContext"]["queryString"], "ttlOverride": 10}

    graphql.simulation.cloud.functions["partners"] = partners
    ask = ("Mixed", "{ figures }"), ("Mixed", "{ forecast }")
    assert graphql.ask(*ask[0], Authorization="p")["data"] == {"figures": "Query.figures"}
    assert graphql.ask(*ask[1], Authorization="p")["data"] == {"forecast": "Query.forecast"}
    graphql.simulation.advance("10s")
    assert graphql.ask(*ask[1], Authorization="p")["statusCode"] == 401
    assert asked == ["{ figures }", "{ forecast }"]
