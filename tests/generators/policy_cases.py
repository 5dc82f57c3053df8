"""A decision's short form in tests/cases → the layers and the request it stands for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cogsim.policy.case import case
from cogsim.policy.layers import Layers
from cogsim.policy.request import Request

ACCOUNT, OTHER = "111122223333", "444455556666"


def caller_arn(written: str | None) -> str | None:
    if written is None or written.startswith("arn:") or "/" not in written:
        return f"arn:aws:iam::{ACCOUNT}:root" if written == "root" else written
    kind, _, name = written.partition("/")
    forms = {"user": "iam::{}:user/{}", "role": "sts::{}:assumed-role/{}", "federated": "sts::{}:federated-user/{}"}
    return f"arn:aws:{forms[kind].format(ACCOUNT, name)}"


def statement(written: dict[str, Any]) -> dict[str, Any]:
    """A statement from its short form."""
    names = {"at": "Resource", "not_at": "NotResource", "to": "Principal", "not_to": "NotPrincipal", "if": "Condition"}
    effects = {"Allow": ("Allow", "Action"), "Deny": ("Deny", "Action"), "AllowNot": ("Allow", "NotAction"),
               "DenyNot": ("Deny", "NotAction")}  # fmt: skip
    found: dict[str, Any] = {}
    for key, value in written.items():
        if key in effects:
            effect, element = effects[key]
            found |= {"Effect": effect, element: value}
        else:
            found[names[key]] = value
    return found


def document(written: Any, version: str) -> dict[str, Any]:
    statements = written if isinstance(written, list) else [written]
    head = {} if version == "none" else {"Version": version}
    return head | {"Statement": [statement(entry) for entry in statements]}


def level(written: list[Any], version: str) -> list[dict[str, Any]]:
    return [document(entry, version) for entry in written]


def spelled_out(row: dict[str, Any]) -> tuple[Layers, Request]:
    """A row of the table as the layers and the request it stands for."""
    version = row.get("version", "2012-10-17")
    caller = row.get("caller", "user/u")
    more = caller if isinstance(caller, dict) else {}
    context = row.get("context", {})

    def one(field: str) -> list[dict[str, Any]] | None:
        return [document(row[field], version)] if field in row else None

    layers, request = case(
        {
            "request": {
                "principal": caller_arn(more.get("arn") if more else caller),
                "action": row.get("action", "s3:GetObject"),
                "resource": row.get("at", "arn:aws:s3:::b/k"),
                "resourceAccount": row.get("owner", ACCOUNT),
                "context": {key: value if isinstance(value, list) else [value] for key, value in context.items()},
                "contextMultivalued": [key for key, value in context.items() if isinstance(value, list)],
                "wildcardOnlyAction": row.get("wildcard_only", False),
            },
            "identityPolicies": one("identity") or [],
            "resourcePolicy": (one("resource") or [None])[0],
            "boundaryPolicies": one("boundary"),
            "sessionPolicy": (one("session") or [None])[0],
            "scps": [level(entry, version) for entry in row.get("scps", [])],
            "rcps": [level(entry, version) for entry in row.get("rcps", [])],
            "vpcEndpointPolicies": one("endpoint"),
            "settings": row.get("settings", {}),
        }
    )
    said = {key: value for key, value in more.items() if key != "arn"}
    return (
        replace(layers, endpoint_is_gateway=row.get("gateway", False)),
        replace(request, principal=replace(request.principal, **said)),
    )
