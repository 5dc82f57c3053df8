"""What clients send to Application Load Balancers and to targets behind them: a service `load-balancer` of ours.

A client that asks a web application makes no call of AWS's API, so there is no model; here it is, in botocore's form.

- `Request` goes to the load balancer that the host of `Url` leads to; `Headers` by name, `Cookies` apart from them;
- `DirectRequest` goes to a target itself, past every load balancer, by the target's own host;
- `PublicKey` is `https://public-keys.auth.elb.<region>.amazonaws.com/<kid>`.

The answer is the response, in parts: `Status`; `Location`, where a redirect leads; `Headers`; `Cookies` that are set,
each with `Value` and `MaxAge` (seconds; 0 takes it away); `Body`, which for a target says whom it took the user for.
`Target` is what the target saw: its `Host` and the `Headers` that reached it. `ErrorReason` is what the access log
says.

What a load balancer does leaves no record on CloudTrail; what it asks of a user pool's domain does.
"""

from __future__ import annotations

from typing import Any

#: The name of the service.
LOAD_BALANCER_SERVICE = "load-balancer"

_SENT = {"Url*": "Text", "Method": "Text", "Headers": "Secrets", "Cookies": "Secrets", "Body": "Secret"}
_MEMBERS: dict[str, dict[str, str]] = {
    "Request": _SENT,
    "DirectRequest": _SENT,
    "PublicKey": {"Region*": "Text", "Kid*": "Text"},
}
_ANSWERED = {
    "Status": "Number",
    "Location": "Text",
    "ErrorReason": "Text",
    **dict.fromkeys(("Headers", "Cookies", "Body", "Target"), "Held"),
}


def _operation(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "http": {"method": "POST", "requestUri": "/"},
        "authtype": "none",
        "input": {"shape": f"{name}Request"},
        "output": {"shape": "Response"},
    }


def _request(members: dict[str, str]) -> dict[str, Any]:
    return {
        "type": "structure",
        "required": [member.rstrip("*") for member in members if member.endswith("*")],
        "members": {member.rstrip("*"): {"shape": shape} for member, shape in members.items()},
    }


def load_balancer_model() -> dict[str, Any]:
    """The service in the form that botocore reads models in."""
    return {
        "version": "2.0",
        "metadata": {
            "apiVersion": "2026-11-23",
            "endpointPrefix": LOAD_BALANCER_SERVICE,
            "protocol": "json",
            "jsonVersion": "1.1",
            "serviceId": LOAD_BALANCER_SERVICE,
            "serviceFullName": "Application Load Balancers, as clients meet them",
            "signatureVersion": "v4",
            "targetPrefix": LOAD_BALANCER_SERVICE,
        },
        "operations": {name: _operation(name) for name in _MEMBERS},
        "shapes": {
            "Text": {"type": "string", "min": 1},
            "Secret": {"type": "string", "sensitive": True},
            "Secrets": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Secret"}, "sensitive": True},
            "Number": {"type": "integer"},
            "Held": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Text"}},
            "Response": {"type": "structure", "members": {name: {"shape": shape} for name, shape in _ANSWERED.items()}},
            **{f"{name}Request": _request(members) for name, members in _MEMBERS.items()},
        },
    }
