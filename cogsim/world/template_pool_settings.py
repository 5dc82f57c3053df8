"""How user pools are set up beside themselves, as the resources that it loads from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from cogsim.frozen import thaw
from cogsim.world.pool_members import (
    COMPROMISED,
    EXCEPTIONS,
    RISK_LEVELS,
    TAKEOVER,
    PoolDocument,
    RiskConfiguration,
)
from cogsim.world.template_parts import Json, present, resource, some

_ALL = "ALL"


def risk_configuration(noun: RiskConfiguration) -> Json:
    """AWS::Cognito::UserPoolRiskConfigurationAttachment, with the parts that were stated."""
    actions: Json = {
        f"{level}Action": {"EventAction": noun.takeover[level].event_action, "Notify": noun.takeover[level].notify}
        for level in RISK_LEVELS
        if level in noun.takeover
    }
    ranges: Json = {
        "BlockedIPRangeList": some(noun.blocked_ranges),
        "SkippedIPRangeList": some(noun.skipped_ranges),
    }
    parts: Json = {
        COMPROMISED: {
            "Actions": {"EventAction": noun.compromised_action},
            "EventFilter": list(noun.compromised_events),
        },
        TAKEOVER: present({"Actions": actions, "NotifyConfiguration": thaw(noun.notify) or None}),
        EXCEPTIONS: present(ranges),
    }
    properties: Json = {
        "UserPoolId": noun.pool_id,
        "ClientId": noun.client_id or _ALL,
        **{name: parts[name] for name in noun.parts},
    }
    type_name = "AWS::Cognito::UserPoolRiskConfigurationAttachment"
    return resource(type_name, properties, {"Modified": noun.modified or None})


def document(noun: PoolDocument) -> Json:
    """The resource of the document's kind; Cogsim::PoolDocument where CloudFormation has no type for it."""
    written = _TYPES.get(noun.kind)
    if written is None:
        properties: Json = {
            "UserPoolId": noun.pool_id or None,
            "Kind": noun.kind,
            "Key": noun.key or None,
            "Content": thaw(noun.content),
            "Created": noun.created,
            "Modified": noun.modified,
        }
        return resource("Cogsim::PoolDocument", properties)
    type_name, stated, pinned = written
    content = thaw(noun.content)
    pins: Json = {"Created": noun.created or None, "Modified": None if noun.modified == noun.created else noun.modified}
    return resource(type_name, {"UserPoolId": noun.pool_id, **stated(noun, content)}, pins | pinned(noun, content))


Written = Callable[[PoolDocument, dict[str, Any]], Json]

#: Each kind that CloudFormation knows: its type, the properties that it states, and what is pinned.
_TYPES: dict[str, tuple[str, Written, Written]] = {
    "LogDeliveryConfiguration": (
        "AWS::Cognito::LogDeliveryConfiguration",
        lambda _noun, content: {"LogConfigurations": content["LogConfigurations"]},
        lambda _noun, _content: {},
    ),
    "UICustomization": (
        "AWS::Cognito::UserPoolUICustomizationAttachment",
        lambda noun, content: {"ClientId": noun.key, "CSS": content.get("CSS")},
        lambda _noun, content: {"ImageFile": content.get("ImageFile")},
    ),
    "ManagedLoginBranding": (
        "AWS::Cognito::ManagedLoginBranding",
        lambda _noun, content: content,
        lambda noun, _content: {"Id": noun.key},
    ),
    "Terms": (
        "AWS::Cognito::Terms",
        lambda _noun, content: content,
        lambda noun, _content: {"Id": noun.key},
    ),
    "UserPoolReplica": (
        "AWS::Cognito::UserPoolReplica",
        lambda noun, content: {"RegionName": noun.key, "UserPoolTagsAtCreate": content.get("UserPoolTags")},
        lambda _noun, content: {"Status": content["Status"]},
    ),
}


def breached_passwords(digests: Iterable[str]) -> Json:
    """Cogsim::BreachedPasswords, as SHA-256."""
    return resource("Cogsim::BreachedPasswords", {"Sha256": sorted(digests)})
