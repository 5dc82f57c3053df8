"""The policy that the transform makes of `ResourcePolicy`: lists of accounts, addresses and networks as statements.

A list of who is admitted by address or network denies everybody else and allows everybody; one of accounts allows
them and says nothing of others. Each counts for the routes that the API has. # sam:resource-policy
"""

from __future__ import annotations

import re
from typing import Any

from cogsim.load.cloudformation.sam.writing import items, known, written
from cogsim.load.nodes import Node, Record, Scalar

_PARAMETER = re.compile(r"\{[A-Za-z0-9._-]+\+?\}")
_ANY = "x-amazon-apigateway-any-method"
_LISTS = (
    *("CustomStatements", "AwsAccountBlacklist", "AwsAccountWhitelist", "IpRangeBlacklist", "IpRangeWhitelist"),
    *(
        f"{kind}{colour}"
        for kind in ("IntrinsicVpc", "IntrinsicVpce", "SourceVpc")
        for colour in ("Blacklist", "Whitelist")
    ),
)
_ACTION = "execute-api:Invoke"


def statements(stated: Record, routes: list[tuple[str, str]], stage: Node) -> list[Any]:
    """The statements of one `ResourcePolicy` for these routes, pairs of method and path."""
    known(stated, "ResourcePolicy", _LISTS)
    where = [_resource(method, path, stage) for method, path in routes]
    made: list[Any] = list(items(stated, "CustomStatements"))
    for name, effect in (("AwsAccountWhitelist", "Allow"), ("AwsAccountBlacklist", "Deny")):
        accounts = [_account(each) for each in items(stated, name)]
        if accounts:
            made.append({"Effect": effect, "Action": _ACTION, "Resource": where, "Principal": {"AWS": accounts}})
    for name, operator in (("IpRangeWhitelist", "NotIpAddress"), ("IpRangeBlacklist", "IpAddress")):
        made += _guarded(made, where, operator, {"aws:SourceIp": list(items(stated, name))})
    for colour, operator in (("Whitelist", "StringNotEquals"), ("Blacklist", "StringEquals")):
        networks, endpoints = _networks(stated, colour)
        made += _guarded(made, where, operator, {"aws:SourceVpc": networks, "aws:SourceVpce": endpoints})
    return made


def _networks(stated: Record, colour: str) -> tuple[list[Any], list[Any]]:
    """VPCs and VPC endpoints of a list; what is written out is told by its prefix."""
    networks = list(items(stated, f"IntrinsicVpc{colour}"))
    endpoints = list(items(stated, f"IntrinsicVpce{colour}"))
    for each in items(stated, f"SourceVpc{colour}"):
        is_endpoint = isinstance(each, Scalar) and each.text.startswith("vpce-")
        (endpoints if is_endpoint else networks).append(each)
    return networks, endpoints


def _guarded(before: list[Any], where: list[Any], operator: str, keys: dict[str, list[Any]]) -> list[Any]:
    held = {name: values for name, values in keys.items() if values}
    if not held:
        return []
    everybody = {"Action": _ACTION, "Resource": where, "Principal": "*"}
    allow = {"Effect": "Allow", **everybody}
    deny = {"Effect": "Deny", **everybody, "Condition": {operator: held}}
    return [deny] if allow in before else [allow, deny]


def _account(each: Node) -> Any:
    if isinstance(each, Scalar) and re.fullmatch(r"\d{12}", each.text):
        return written({"Fn::Sub": f"arn:${{AWS::Partition}}:iam::{each.text}:root"}, each)
    return each


def _resource(method: str, path: str, stage: Node) -> Node:
    """The route in a policy; a path of nothing but a slash loses it, as the transform has it."""
    verb = "*" if method == _ANY else method.upper()
    text = f"execute-api:/${{Stage}}/{verb}{_PARAMETER.sub('*', path)}".rstrip("/")
    return written({"Fn::Sub": [text, {"Stage": stage}]}, stage)
