"""Which API and stage a path at a domain name of an account's own leads to, and whom the domain itself lets in.

1. A domain with mutual TLS takes clients with a certificate that its trust store certifies. Which those are stands in a
   file that no template holds, so that every one is refused here.
2. The longest base path that the path begins with counts; parts are compared whole.
3. None of it says anything of the API's own host: unless that is switched off, whoever is refused here asks there.
# apigw:mutual-tls, apigw:domain-names
"""

from __future__ import annotations

from dataclasses import dataclass

from cogsim.decision import Decision, Step, decided
from cogsim.decisions.gateway_refusals import FORBIDDEN, GatewayRefusal, refuse
from cogsim.world.api_domain import ApiDomain, ApiMapping


@dataclass(frozen=True, slots=True)
class Mapped:
    """Where a path leads: the API's id, the stage, and what of the path is left."""

    api_id: str
    stage: str
    path: str


def find_mapping(domain: ApiDomain, path: str) -> Decision[Mapped | GatewayRefusal]:
    """What the path at the domain leads to."""
    entered = _entered(domain)
    if entered.value is not None:
        return Decision(entered.value, entered.steps)
    parts = path.removeprefix("/").split("/")
    question, source = "where does the path lead to?", "apigw:domain-names"
    for count in range(len(parts), -1, -1):
        mapping = domain.mappings.get("/".join(parts[:count]))
        if mapping is not None:
            found = _led(mapping, parts[count:])
            step = Step(question, f"{found.api_id}/{found.stage}", path[:200], source, location=mapping.origin.location)
            return decided(found, step, after=entered.steps)
    return refuse(FORBIDDEN, question, path[:200], source, location=domain.origin.location, before=entered.steps)


def _entered(domain: ApiDomain) -> Decision[GatewayRefusal | None]:
    """Argument 1."""
    question, source, place = "does the domain take the client?", "apigw:mutual-tls", domain.origin.location
    if not domain.mutual_tls:
        return decided(None, Step(question, "yes", f"{domain.name} asks for no certificate", source, location=place))
    place = domain.origin.at("MutualTlsAuthentication")
    found = f"no certificate that {domain.mutual_tls} certifies"
    return refuse(FORBIDDEN, question, found, source, location=place)


def _led(mapping: ApiMapping, rest: list[str]) -> Mapped:
    if mapping.stage:
        return Mapped(mapping.api_id, mapping.stage, "/" + "/".join(rest))
    return Mapped(mapping.api_id, rest[0] if rest else "", "/" + "/".join(rest[1:]))
