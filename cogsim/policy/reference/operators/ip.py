"""IpAddress and NotIpAddress: containment in a CIDR block.

# ug:condition-operators §ip-address
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from cogsim.policy.reference.operators.operator import ConditionOperator, on_text

# `ipaddress` also reads netmasks and scopes, which policies do not have.
_BLOCK = re.compile(r"[0-9A-Fa-f:.]+(/[0-9]{1,3})?")


def contained(request_value: str, policy_value: str) -> bool | None:
    """Whether the address lies in the block; a bare address is a block of one, host bits do not count.

    None where either cannot be read. Blocks and addresses of the two versions never contain one another.
    """
    address, block = _address(request_value), _block(policy_value)
    return None if address is None or block is None else address.version == block.version and address in block


@lru_cache(maxsize=4096)
def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ipaddress.ip_address(text) if _BLOCK.fullmatch(text) else None
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _block(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False) if _BLOCK.fullmatch(text) else None
    except ValueError:
        return None


OPERATORS = (
    ConditionOperator("IpAddress", on_text(contained)),
    ConditionOperator("NotIpAddress", on_text(contained), negated=True),
)
