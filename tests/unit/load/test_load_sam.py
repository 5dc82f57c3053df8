"""Serverless APIs: the routes that events make, who is asked at each, stages, policies, and what the globals add."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest

from cogsim.aws.call import Call
from cogsim.errors import InputError
from cogsim.load import load
from cogsim.simulation import Simulation
from cogsim.world.rest_api import RestApi
from cogsim.world.world import World

POOL = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_abcdefghi"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"


def _world(tmp_path: Path, text: str) -> World:
    path = tmp_path / "sam.yaml"
    path.write_text("Transform: AWS::Serverless-2016-10-31\n" + textwrap.dedent(text), encoding="utf-8")
    return load(path)


def _function(events: str) -> str:
    return f"Fn: {{Type: AWS::Serverless::Function, Properties: {{Events: {{{events}}}}}}}"


def _rest_world(tmp_path: Path, events: str, api: str, more: str = "") -> World:
    properties = f"{{StageName: live, {api}}}"
    resources = f"  {_function(events)}\n  Api: {{Type: AWS::Serverless::Api, Properties: {properties}}}"
    return _world(tmp_path, f"{more}\nResources:\n{resources}\n")


def _event(path: str = "/a", method: str = "get", auth: str = "") -> str:
    return f"{{Type: Api, Properties: {{Path: '{path}', Method: {method}, RestApiId: !Ref Api, Auth: {{{auth}}}}}}}"


def _guards(api: RestApi) -> dict[str, str]:
    found = {}
    for (place, verb), method in api.methods.items():
        authorizer = api.authorizers.get(method.authorizer_id)
        name = authorizer.name if authorizer is not None else method.authorization
        scopes = f" {'+'.join(method.scopes)}" if method.scopes else ""
        found[f"{verb} {api.path_of(place)}"] = f"{name}{scopes}{' key' if method.api_key_required else ''}"
    return found


USERS = f"Authorizers: {{Users: {{UserPoolArn: '{POOL}', AuthorizationScopes: [s]}}, L: {{FunctionArn: '{FUNCTION}'}}}}"


@pytest.mark.parametrize(
    ("auth", "event", "guard"),
    [
        ("", "", "NONE"),
        (USERS, "", "NONE"),
        (USERS, "Authorizer: Users", "Users s"),
        (USERS, "Authorizer: Users, AuthorizationScopes: [t, u]", "Users t+u"),
        (USERS, "Authorizer: Users, AuthorizationScopes: []", "Users"),
        (USERS, "Authorizer: L", "L"),
        (f"{USERS}, DefaultAuthorizer: Users", "", "Users s"),
        (f"{USERS}, DefaultAuthorizer: Users", "AuthorizationScopes: [v]", "Users v"),
        (f"{USERS}, DefaultAuthorizer: Users", "Authorizer: NONE", "NONE"),
        (f"{USERS}, DefaultAuthorizer: Users", "Authorizer: L", "L"),
        (f"{USERS}, DefaultAuthorizer: Users", "Authorizer: AWS_IAM", "AWS_IAM"),
        (f"{USERS}, DefaultAuthorizer: Users", "ApiKeyRequired: true", "Users s key"),
        ("DefaultAuthorizer: AWS_IAM", "", "AWS_IAM"),
        ("", "Authorizer: AWS_IAM", "AWS_IAM"),
        ("ApiKeyRequired: true", "", "NONE key"),
        ("ApiKeyRequired: true", "ApiKeyRequired: false", "NONE"),
        ("", "ApiKeyRequired: true", "NONE key"),
    ],
)
def test_a_route_is_guarded_by_its_event_or_by_the_default(tmp_path: Path, auth: str, event: str, guard: str) -> None:
    world = _rest_world(tmp_path, f"E: {_event(auth=event)}", f"Auth: {{{auth}}}")
    (api,) = world.rest_apis.values()
    assert _guards(api) == {"GET /a": guard}


def test_parameters_are_filled_in_before_anything_is_read(tmp_path: Path) -> None:
    more = "Parameters: {Who: {Type: String, Default: Users}, At: {Type: String, Default: v1}}"
    api = f"StageName: !Ref At, Auth: {{{USERS}, DefaultAuthorizer: !Ref Who}}"
    properties = f"Api: {{Type: AWS::Serverless::Api, Properties: {{{api}}}}}"
    world = _world(tmp_path, f"{more}\nResources:\n  {_function(f'E: {_event()}')}\n  {properties}\n")
    (made,) = world.rest_apis.values()
    assert (_guards(made), sorted(made.stages)) == ({"GET /a": "Users s"}, ["Stage", "v1"])
    assert "stack/Apiv1Stage" in world.names


@pytest.mark.parametrize(
    ("more", "guard"),
    [
        ("", "Users s"),
        ("AddDefaultAuthorizerToCorsPreflight: true", "Users s"),
        ("AddDefaultAuthorizerToCorsPreflight: false", "NONE"),
    ],
)
def test_a_preflight_is_guarded_too_unless_that_is_switched_off(tmp_path: Path, more: str, guard: str) -> None:
    auth = f"{USERS}, DefaultAuthorizer: Users, {more}"
    world = _rest_world(tmp_path, f"E: {_event()}", f"Cors: \"'*'\", Auth: {{{auth}}}")
    (api,) = world.rest_apis.values()
    assert _guards(api) == {"GET /a": "Users s", "OPTIONS /a": guard}


def test_a_definition_of_its_own_takes_the_default_authorizer_and_no_events(tmp_path: Path) -> None:
    paths = "{/a: {get: {}, put: {security: [{L: []}]}, post: {security: [{api_key: []}]}}, /b: {}}"
    body = f"{{openapi: 3.0.1, paths: {paths}}}"
    auth = f"Auth: {{{USERS}, DefaultAuthorizer: Users}}"
    world = _rest_world(tmp_path, f"E: {_event('/c', auth='Authorizer: NONE')}", f"DefinitionBody: {body}, {auth}")
    (api,) = world.rest_apis.values()
    assert _guards(api) == {"GET /a": "Users s", "PUT /a": "L", "POST /a": "Users s key"}
    assert any("the Auth of events that join it is not read" in each for each in world.completeness.warnings)


def test_lambda_authorizers_are_read_with_their_identity(tmp_path: Path) -> None:
    identity = "Identity: {Headers: [A], QueryStrings: [b], StageVariables: [c], Context: [d], ReauthorizeEvery: 0}"
    held = (
        f"T: {{FunctionArn: '{FUNCTION}', "
        "Identity: {Header: X-T, ValidationExpression: 'a.*', ReauthorizeEvery: 30}},"
        f"R: {{FunctionArn: '{FUNCTION}', FunctionPayloadType: REQUEST, {identity}}},"
        f"P: {{UserPoolArn: ['{POOL}'], Identity: {{Header: X-P, ValidationExpression: 'c.*'}}}}"
    )
    (api,) = _rest_world(tmp_path, f"E: {_event()}", f"Auth: {{Authorizers: {{{held}}}}}").rest_apis.values()
    found = {each.name: each for each in api.authorizers.values()}
    token, request, pool = found["T"], found["R"], found["P"]
    assert (token.kind, token.source, token.validation, token.ttl) == (
        "TOKEN",
        "method.request.header.X-T",
        "a.*",
        30,
    )
    sources = ("method.request.header.A", "method.request.querystring.b", "stageVariables.c", "context.d")
    assert (request.kind, request.sources, request.ttl) == ("REQUEST", sources, 0)
    assert (pool.providers, pool.source, pool.validation) == ((POOL,), "method.request.header.X-P", "c.*")


def test_events_that_name_no_api_make_the_implicit_ones(tmp_path: Path) -> None:
    events = "A: {Type: Api, Properties: {Path: /a, Method: ANY}}, B: {Type: HttpApi}, C: {Type: S3, Properties: {}}"
    world = _world(
        tmp_path, f"Globals: {{Api: {{Auth: {{DefaultAuthorizer: AWS_IAM}}}}}}\nResources:\n  {_function(events)}"
    )
    (rest,) = world.rest_apis.values()
    (http,) = world.http_apis.values()
    assert _guards(rest) == {"ANY /a": "AWS_IAM"}
    assert (sorted(rest.stages), sorted(http.routes), sorted(http.stages)) == (
        ["Prod", "Stage"],
        ["$default"],
        ["$default"],
    )
    assert world.names["stack/ServerlessRestApi"].ref == rest.id
    assert world.names["stack/ServerlessHttpApi"].ref == http.id


def test_globals_and_the_api_itself_are_read_together(tmp_path: Path) -> None:
    more = f"Globals: {{Api: {{OpenApiVersion: 3.0.1, Auth: {{{USERS}, DefaultAuthorizer: L}}}}}}"
    world = _rest_world(tmp_path, f"E: {_event()}", "Auth: {DefaultAuthorizer: Users}", more)
    (api,) = world.rest_apis.values()
    assert (_guards(api), list(api.stages)) == ({"GET /a": "Users s"}, ["live"])


def _http(tmp_path: Path, auth: str, event: str) -> Any:
    one = f"{{Type: HttpApi, Properties: {{Path: /a, Method: get, ApiId: !Ref Web, Auth: {{{event}}}}}}}"
    web = f"Web: {{Type: AWS::Serverless::HttpApi, Properties: {{Auth: {{{auth}}}}}}}"
    (api,) = _world(tmp_path, f"Resources:\n  {_function(f'E: {one}')}\n  {web}").http_apis.values()
    return api


JWT = "Authorizers: {J: {JwtConfiguration: {issuer: 'https://i', audience: [a]}, AuthorizationScopes: [s]}}"


@pytest.mark.parametrize(
    ("auth", "event", "guard", "scopes"),
    [
        (JWT, "", "NONE", ()),
        (JWT, "Authorizer: J", "JWT", ("s",)),
        (f"{JWT}, DefaultAuthorizer: J", "", "JWT", ("s",)),
        (f"{JWT}, DefaultAuthorizer: J", "Authorizer: NONE", "NONE", ()),
        (f"{JWT}, DefaultAuthorizer: J", "AuthorizationScopes: [t]", "JWT", ("t",)),
        ("EnableIamAuthorizer: true", "Authorizer: AWS_IAM", "AWS_IAM", ()),
    ],
)
def test_a_route_of_an_http_api_is_guarded_likewise(
    tmp_path: Path, auth: str, event: str, guard: str, scopes: tuple[str, ...]
) -> None:
    route = _http(tmp_path, auth, event).routes["GET /a"]
    assert (route.authorization, route.scopes) == (guard, scopes)


def test_a_resource_policy_is_written_out_for_each_route(tmp_path: Path) -> None:
    own = _event("/x/{p+}", auth="ResourcePolicy: {AwsAccountBlacklist: ['444455556666']}")
    events = f"E: {_event()}, R: {_event('/', 'any')}, P: {own}"
    policy = (
        "IpRangeWhitelist: [10.0.0.0/8], SourceVpcWhitelist: [vpce-1, vpc-1], AwsAccountWhitelist: ['111122223333']"
    )
    (api,) = _rest_world(tmp_path, events, f"Auth: {{ResourcePolicy: {{{policy}}}}}").rest_apis.values()
    assert api.policy is not None
    shown = [
        (
            each.effect.value,
            each.resources.values if each.resources else (),
            [(c.operator.name, c.key, c.values) for c in each.conditions],
        )
        for each in api.policy.statements
    ]
    routes = ("execute-api:/live/GET/a", "execute-api:/live/*", "execute-api:/live/GET/x/*")
    assert shown == [
        ("Allow", routes, []),
        ("Allow", routes, []),
        ("Deny", routes, [("NotIpAddress", "aws:SourceIp", ("10.0.0.0/8",))]),
        (
            "Deny",
            routes,
            [("StringNotEquals", "aws:SourceVpc", ("vpc-1",)), ("StringNotEquals", "aws:SourceVpce", ("vpce-1",))],
        ),
        ("Deny", ("execute-api:/live/GET/x/*",), []),
    ]


def test_a_route_of_a_function_that_is_not_made_is_not_there(tmp_path: Path) -> None:
    function = _function("E: {Type: Api, Properties: {Path: /a, Method: get}}").replace(
        "Type: AWS", "Condition: Never, Type: AWS", 1
    )
    events = "{E: {Type: Api, Properties: {Path: /b, Method: get}}}"
    other = f"Other: {{Type: AWS::Serverless::Function, Properties: {{Events: {events}}}}}"
    world = _world(tmp_path, f"Conditions: {{Never: !Equals [a, b]}}\nResources:\n  {function}\n  {other}")
    (api,) = world.rest_apis.values()
    assert _guards(api) == {"GET /b": "NONE"}


def test_a_function_of_the_template_answers_behind_its_events_and_as_an_authorizer(tmp_path: Path) -> None:
    allow = "{Statement: [{Effect: Allow, Action: 'execute-api:Invoke', Resource: '*'}]}"
    auth = "Auth: {DefaultAuthorizer: A, Authorizers: {A: {FunctionArn: !GetAtt Guard.Arn}}}"
    world = _rest_world(tmp_path, f"E: {_event()}", auth)
    more = f"""
  Guard: {{Type: AWS::Serverless::Function, Properties: {{Handler: x}}}}
  Code:
    Type: Cogsim::ApiFunction
    Properties: {{Function: !GetAtt Fn.Arn, Rules: [{{Response: {{statusCode: 200, body: "mine"}}}}]}}
  GuardCode:
    Type: Cogsim::ApiFunction
    Properties:
      Function: !GetAtt Guard.Arn
      Rules:
        - {{When: {{authorizationToken: good}}, Response: {{principalId: p, policyDocument: {allow}}}}}
        - {{Throw: Unauthorized}}
"""
    world = _world(tmp_path, (tmp_path / "sam.yaml").read_text(encoding="utf-8").partition("\n")[2] + more)
    simulation = Simulation(world, seed="sam")
    (api,) = world.rest_apis
    for token, status, body in (("good", 200, "mine"), ("bad", 401, '{"message":"Unauthorized"}')):
        params = {"ApiId": api, "Stage": "live", "Path": "/a", "Headers": {"Authorization": token}}
        answer = simulation.cloud.submit(Call("execute-api:Invoke", params, None)).unwrap()
        assert (answer["statusCode"], answer["body"]) == (status, body)


@pytest.mark.parametrize(
    "events",
    ["'Fn::If': [a, {E: {}}, {}]", "E: {'Fn::If': [a, {}, {}]}", "E: {Type: Api, Properties: {'Fn::If': [a, {}, {}]}}"],
)
def test_events_that_are_functions_are_said_to_be_missing(tmp_path: Path, events: str) -> None:
    world = _world(tmp_path, f"Resources:\n  {_function(events)}\n")
    assert not world.rest_apis
    assert any("missing" in each for each in world.completeness.warnings)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Api: {Type: AWS::Serverless::Api, Properties: {StageNam: x}}", "unknown property 'StageNam'"),
        (_function("E: {Type: Api, Properties: {Path: /a}}"), "says no Method"),
        (_function("E: {Type: HttpApi, Properties: {Method: get}}"), "says no Path"),
        ("Api: {Type: AWS::Serverless::HttpApi, Properties: {Auth: {Authorizers: {A: {}}}}}", "has neither"),
        ("Api: {Type: AWS::Serverless::Api, Properties: {Auth: []}}", "must be a mapping"),
        ("Api: {Type: AWS::Serverless::Api, Properties: {Auth: {DefaultAuthoriser: A}}}", "'DefaultAuthoriser'"),
        (
            "Api: {Type: AWS::Serverless::Api, Properties: {Auth: {DefaultAuthorizer: !Ref A}}}",
            "evaluates no functions",
        ),
        (
            "Api: {Type: AWS::Serverless::Api, Properties: {Auth: {ApiKeyRequired: !If [a, b, c]}}}",
            "no functions there",
        ),
        ("Api: {Type: AWS::Serverless::Api, Properties: {Auth: {Authorizers: {A: {PoolArn: x}}}}}", "'PoolArn'"),
        ("Api: {Type: AWS::Serverless::Api, Properties: {Auth: {ResourcePolicy: {IpWhitelist: []}}}}", "'IpWhitelist'"),
        (_function("E: {Type: Api, Properties: {Path: /a, Method: get, Auth: {Authoriser: A}}}"), "'Authoriser'"),
        (
            _function("E: {Type: Api, Properties: {Path: /a, Method: get, Auth: {Authorizer: A}}}"),
            "security scheme 'A'",
        ),
        ("Api: {Type: AWS::Serverless::Api, Properties: {Auth: {ApiKeyRequired: maybe}}}", "must be true or false"),
        (
            "Api: {Type: AWS::Serverless::Api, Properties: {StageName: x}}\n  ApiDeployment: {Type: AWS::S3::Bucket}",
            "is defined twice",
        ),
    ],
)
def test_what_the_transform_would_not_take_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as refused:
        _world(tmp_path, f"Resources:\n  {text}\n")
    assert "sam.yaml:" in str(refused.value)
