"""Where a call comes from, as far as policies and risk can see it."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address


@dataclass(frozen=True, slots=True)
class CallOrigin:
    """The place a call is made from and the endpoint it is made to; a scenario step sets it with `from:`."""

    region: str = "us-east-1"
    partition: str = "aws"
    source_ip: str = "198.51.100.1"
    user_agent: str = "cogsim"
    vpc_endpoint: str | None = None
    tls: bool = True


def is_address(text: str) -> bool:
    """Whether it is an IP address: a call that a service makes shows the service's name in its place."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
