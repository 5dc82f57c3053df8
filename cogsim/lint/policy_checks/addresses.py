"""Addresses in conditions: whether they are such, and whether a caller can ever come from them. # ug:condition-keys"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_interface, ip_network

from cogsim.lint.policy_draft import Draft, Test, Word
from cogsim.lint.policy_finding import PolicyFinding

_Network = IPv4Network | IPv6Network
# ug:condition-keys §sourceip: such a caller comes through an endpoint, where aws:SourceIp is absent
_PRIVATE = tuple(ip_network(each) for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))


def check(draft: Draft) -> Iterator[PolicyFinding]:
    """What is wrong with each range, and with the ranges of aws:SourceIp together."""
    for statement in draft.statements:
        for test in statement.tests:
            if test.name in ("IpAddress", "NotIpAddress"):
                networks = []
                for word in test.values:
                    if not word.open and "${" not in word.text:
                        network = _network(word.text)
                        networks.append(network)
                        yield from _range(test, word, network)
                if test.folded == "aws:sourceip":
                    yield from _private(test, [each for each in networks if each is not None])


def _network(text: str) -> _Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _range(test: Test, word: Word, network: _Network | None) -> Iterator[PolicyFinding]:
    if network is None:
        message = f"{word.text!r} is no range of addresses: those are written 203.0.113.0/24 or 2001:db8::/32."
        yield word.finding("TYPE_MISMATCH_IP_RANGE", message)
    elif ip_interface(word.text).ip != network.network_address:
        message = f"Beyond its /{network.prefixlen} the address {word.text!r} has bits that count for nothing."
        yield word.finding("IMPROVE_IP_RANGE", message, str(network))


def _private(test: Test, networks: list[_Network]) -> Iterator[PolicyFinding]:
    private = [each for each in networks if _is_private(each)]
    if not private:
        return
    negated = test.name == "NotIpAddress"
    code = "PRIVATE_NOT_IP_ADDRESS" if negated else "PRIVATE_IP_ADDRESS"
    holds = "always" if negated else "never"
    shown = ", ".join(map(str, private))
    if len(private) == len(networks):
        message = f"aws:SourceIp is a public address, so a test against {shown} {holds} holds."
        yield test.key.finding(code, message, "aws:VpcSourceIp")
    else:
        message = f"aws:SourceIp is a public address: {shown} adds nothing."
        yield test.key.finding(f"{code}_SUBSET", message, f"remove {shown}")


def _is_private(network: _Network) -> bool:
    return any(
        network.subnet_of(each)  # type: ignore[arg-type]
        for each in _PRIVATE
        if each.version == network.version
    )
