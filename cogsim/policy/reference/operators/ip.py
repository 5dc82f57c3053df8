"""IpAddress and NotIpAddress: containment in a CIDR block.

# ug:condition-operators §ip-address
"""

from __future__ import annotations

import ipaddress
import re

from cogsim.policy.reference.operators.operator import ConditionOperator, on_text

# `ipaddress` also reads netmasks and scopes, which policies do not have.
_BLOCK = re.compile(r"[0-9A-Fa-f:.]+(/[0-9]{1,3})?")


def contained(request_value: str, policy_value: str) -> bool | None:
    """Whether the address lies in the block; a bare address is a block of one, host bits do not count.

    None where either cannot be read. Blocks and addresses of the two versions never contain one another.
    """
    if not _BLOCK.fullmatch(policy_value) or not _BLOCK.fullmatch(request_value):
        return None
    try:
        address = ipaddress.ip_address(request_value)
        block = ipaddress.ip_network(policy_value, strict=False)
    except ValueError:
        return None
    return address.version == block.version and address in block


OPERATORS = (
    ConditionOperator("IpAddress", on_text(contained)),
    ConditionOperator("NotIpAddress", on_text(contained), negated=True),
)
