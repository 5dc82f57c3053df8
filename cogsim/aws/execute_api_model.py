"""A client's requests to APIs of API Gateway and AppSync, which are calls of no AWS API: a service `execute-api`.

`Invoke` is an HTTP request to a REST or HTTP API, or the handshake with a WebSocket API, taken apart: `Url` whole, at
the API's own host or at a domain name that leads to it, or `ApiId`, `Stage` and `Path`; `Method`, `Headers`,
`QueryStringParameters`, `Body`. The credentials of the call are those that signed it: a route that asks for
no signature takes no notice of them. The answer is the response as the client sees it, in parts: `statusCode`,
`headers` (names in lower case), `body`, and beside it `backend`: the event that reached the backend, where one did.
What the backend of a Lambda function answers is declared (`Cogsim::ApiFunction`) or given in code; every other one
answers 200 with what reached it.

`GraphQL` is a request to a GraphQL API: `ApiId`, `Query`, `Variables`, `OperationName`, `Headers`; its answer has
`statusCode`, `headers`, `data`, `errors`, and `identity`, what resolvers see of the caller.

What refuses is an answer too, with its status. These requests leave no records on the trail.
"""

from __future__ import annotations

from typing import Any

#: The name of the service.
API_SERVICE = "execute-api"

_MEMBERS = {
    "Invoke": {
        **dict.fromkeys(("Url", "ApiId", "Stage", "Path"), "Text"),
        "Method": "Text",
        "Headers": "Secrets",
        "QueryStringParameters": "Secrets",
        "Body": "Secret",
    },
    "GraphQL": {
        "ApiId": "Text*",
        "Query": "Text*",
        "OperationName": "Text",
        "Variables": "Document",
        "Headers": "Secrets",
    },
}
_ANSWERS = {
    "Invoke": {"statusCode": "Number", "headers": "Texts", "body": "Any", "backend": "Document"},
    "GraphQL": {
        "statusCode": "Number",
        "headers": "Texts",
        **dict.fromkeys(("data", "errors", "identity"), "Document"),
    },
}


def _structure(members: dict[str, str]) -> dict[str, Any]:
    return {
        "type": "structure",
        "required": [name for name, kind in members.items() if kind.endswith("*")],
        "members": {name: {"shape": kind.rstrip("*")} for name, kind in members.items()},
    }


def _operation(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "http": {"method": "POST", "requestUri": "/"},
        "authtype": "none",
        "input": {"shape": f"{name}Request"},
        "output": {"shape": f"{name}Response"},
    }


def execute_api_model() -> dict[str, Any]:
    """The service in the form that botocore reads models in."""
    return {
        "version": "2.0",
        "metadata": {
            "apiVersion": "2026-11-23",
            "endpointPrefix": API_SERVICE,
            "protocol": "json",
            "jsonVersion": "1.1",
            "serviceId": API_SERVICE,
            "serviceFullName": "Requests to APIs of Amazon API Gateway and AWS AppSync",
            "signatureVersion": "v4",
            "targetPrefix": API_SERVICE,
        },
        "operations": {name: _operation(name) for name in _MEMBERS},
        "shapes": {
            "Text": {"type": "string", "min": 1},
            "Any": {"type": "string"},
            "Number": {"type": "integer"},
            "Secret": {"type": "string", "sensitive": True},
            "Texts": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Any"}},
            "Secrets": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Secret"}, "sensitive": True},
            "Document": {"type": "structure", "members": {}, "document": True},
            **{f"{name}Request": _structure(members) for name, members in _MEMBERS.items()},
            **{f"{name}Response": _structure(members) for name, members in _ANSWERS.items()},
        },
    }
