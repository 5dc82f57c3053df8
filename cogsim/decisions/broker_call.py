"""The call that a broker makes for somebody: a rule's templates with values in place, as parameters of AWS's operation.

A session bears the person's own name, whatever the client says; only a broker that makes the mistake lets the client
choose it, or gives all sessions one name. # ug:console-federation
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.broker_templates import fill, fill_policy
from cogsim.frozen import freeze
from cogsim.persistent import Map
from cogsim.world.broker import ASSUME_ROLE, DEVELOPER, SHARED_SESSION_NAME, Broker, BrokerRule

#: What a client can say beside the broker's own wishes: the rule is heard, the others only by mistake.
RULE, TENANT, SESSION_NAME = "rule", "tenant", "session_name"


@dataclass(frozen=True, slots=True)
class Grant:
    """What the broker asks of AWS: the operation and its parameters in AWS's names, or (None) its own keys handed out.

    `fallback` are the parameters of a second try where STS finds the session policy too large, None for no second try.
    """

    rule: str
    operation: str | None
    params: Map[str, Any] = field(default_factory=Map)
    fallback: Map[str, Any] | None = None


def call_of(
    broker: Broker, rule: BrokerRule, values: Mapping[str, str], wishes: Mapping[str, str]
) -> Decision[Grant | Refusal]:
    """The call that `rule` makes with these values, or the broker's refusal of one of them."""
    filled: dict[str, Any] = {}
    steps: tuple[Step, ...] = ()
    for member, made in _filled(broker, rule, values, wishes):
        steps += made.steps
        if isinstance(made.value, Refusal):
            return Decision(made.value, steps)
        filled[member] = made.value
    params = _of_identity_pool(rule, filled) if rule.operation == DEVELOPER else _of_sts(rule, filled)
    service = "cognito-identity" if rule.operation == DEVELOPER else "sts"
    fallback = None
    if "Policy" in params and broker.makes("large-policy-omitted"):
        fallback = freeze({name: params[name] for name in params if name != "Policy"})
    return Decision(Grant(rule.name, f"{service}:{rule.operation}", freeze(params), fallback), steps)


def session_name(
    broker: Broker, rule: BrokerRule, values: Mapping[str, str], wishes: Mapping[str, str]
) -> Decision[str | Refusal]:
    """The session's name: the rule's, unless the broker lets the client choose or gives all sessions one."""
    question, source = "which name does the session bear?", "ug:console-federation"
    chosen = wishes.get(SESSION_NAME)
    if chosen is not None and broker.makes("client-chooses-session-name"):
        place = broker.mistake_at("client-chooses-session-name")
        return decided(chosen, Step(question, chosen, "the client's", source, location=place))
    if broker.makes("one-session-name"):
        place = broker.mistake_at("one-session-name")
        return decided(SHARED_SESSION_NAME, Step(question, SHARED_SESSION_NAME, "everybody's", source, location=place))
    return fill(rule, "SessionName", rule.session_name, values)


def _filled(
    broker: Broker, rule: BrokerRule, values: Mapping[str, str], wishes: Mapping[str, str]
) -> Iterator[tuple[str, Decision[Any]]]:
    """Every parameter that values go into; a tag's has the tag's key after a dot."""
    yield "SessionName", session_name(broker, rule, values, wishes)
    for member, text in (("RoleArn", rule.role_arn), ("SourceIdentity", rule.source_identity)):
        if text is not None:
            yield member, fill(rule, member, text, values)
    for key, text in rule.tags.items():
        yield f"Tags.{key}", fill(rule, "Tags", text, values)
    if rule.operation != DEVELOPER:
        yield "Policy", fill_policy(broker, rule, values)


def _of_sts(rule: BrokerRule, filled: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of AssumeRole or GetFederationToken; those that say nothing are left out."""
    named = "RoleSessionName" if rule.operation == ASSUME_ROLE else "Name"
    params = {
        named: filled["SessionName"],
        "RoleArn": filled.get("RoleArn"),
        "DurationSeconds": rule.duration,
        "ExternalId": rule.external_id,
        "SourceIdentity": filled.get("SourceIdentity"),
        "Tags": [{"Key": key, "Value": filled[f"Tags.{key}"]} for key in rule.tags] or None,
        "TransitiveTagKeys": list(rule.transitive_tag_keys) or None,
        "Policy": filled["Policy"],
        "PolicyArns": [{"arn": arn} for arn in rule.policy_arns] or None,
    }
    return {name: value for name, value in params.items() if value is not None}


def _of_identity_pool(rule: BrokerRule, filled: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of GetOpenIdTokenForDeveloperIdentity."""
    params = {
        "IdentityPoolId": rule.identity_pool_id,
        "Logins": {rule.provider_name or "": filled["SessionName"]},
        "PrincipalTags": {key: filled[f"Tags.{key}"] for key in rule.tags} or None,
        "TokenDuration": rule.duration,
    }
    return {name: value for name, value in params.items() if value is not None}
