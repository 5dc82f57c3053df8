"""How a user pool is set up beside itself: threat protection, logs, looks, terms, replicas, sessions, limits."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.frozen import freeze
from cogsim.load.cloudformation.adapter import Adapter, Resource
from cogsim.load.cloudformation.draft import ATTACHMENTS
from cogsim.load.cloudformation.intrinsics import Reference
from cogsim.load.cloudformation.properties import Properties
from cogsim.load.cloudformation.values import json_value
from cogsim.persistent import Map
from cogsim.world.pool_members import (
    COMPROMISED,
    EXCEPTIONS,
    RISK_EVENTS,
    RISK_LEVELS,
    TAKEOVER,
    TAKEOVER_ACTIONS,
    PoolDocument,
    RiskConfiguration,
    TakeoverAction,
)

#: The app client id that stands for the whole pool.
_ALL = "ALL"
#: Kinds of documents that CloudFormation has no type for.
_KINDS = ("UserPoolSessionConfiguration", "UserPoolClientSessionConfiguration", "ProvisionedLimit")


def read_risk(resource: Resource) -> Reference:
    """Threat protection of a pool or of one of its clients. # idp:threat-protection"""
    properties = resource.properties
    pool_id, whose = properties.needed("UserPoolId"), properties.needed("ClientId")
    compromised, takeover, exceptions = (properties.child(name) for name in (COMPROMISED, TAKEOVER, EXCEPTIONS))
    actions = takeover.child("Actions")
    risk = properties.make(
        lambda: RiskConfiguration(
            pool_id=pool_id,
            client_id=None if whose == _ALL else whose,
            compromised_action=compromised.child("Actions").choice("EventAction", ("BLOCK", "NO_ACTION"), "NO_ACTION"),
            compromised_events=compromised.words("EventFilter", RISK_EVENTS) or RISK_EVENTS,
            takeover=Map(
                {
                    level: _takeover(actions.child(f"{level}Action"))
                    for level in RISK_LEVELS
                    if actions.has(f"{level}Action")
                }
            ),
            notify=freeze(_plain(takeover, "NotifyConfiguration")),
            blocked_ranges=exceptions.texts("BlockedIPRangeList"),
            skipped_ranges=exceptions.texts("SkippedIPRangeList"),
            parts=tuple(name for name in (COMPROMISED, TAKEOVER, EXCEPTIONS) if properties.has(name)),
            modified=resource.pins.instant("Modified"),
            origin=resource.origin,
        )
    )
    resource.define("risk configuration", f"of {whose} of {pool_id}")
    resource.draft.later(ATTACHMENTS, lambda: _warn_of_rest(resource, risk))
    resource.draft.world = resource.draft.world.with_risk_configuration(risk)
    return resource.reference(f"UserPoolRiskConfigurationAttachment-{pool_id}-{whose}")


def _warn_of_rest(resource: Resource, risk: RiskConfiguration) -> None:
    """AWS refuses to configure threat protection that is off; what is read here changes nothing until it is on."""
    pool = resource.draft.world.user_pools.get(risk.pool_id)
    if pool is not None and pool.advanced_security == pool.custom_auth_security == "OFF":
        text = f"{resource.logical_id} configures threat protection, which is off in {pool.id}: AWS refuses that"
        resource.draft.notes.warn(resource.place, text)


def _takeover(stated: Properties) -> TakeoverAction:
    stated.needed("EventAction")
    return TakeoverAction(stated.choice("EventAction", TAKEOVER_ACTIONS, "NO_ACTION"), stated.flag("Notify"))


def _plain(properties: Properties, name: str) -> Any:
    """A property as any JSON; an absent one is an empty mapping."""
    node = properties.get(name)
    return {} if node is None else json_value(node)


def _keep(resource: Resource, kind: str, key: str, content: Mapping[str, Any]) -> PoolDocument:
    """Put the document into the world; members that are None are left out."""
    pins = resource.pins
    document = PoolDocument(
        pool_id=resource.properties.needed("UserPoolId"),
        kind=kind,
        key=key,
        content=freeze({name: value for name, value in content.items() if value is not None}),
        created=pins.instant("Created"),
        modified=pins.instant("Modified", pins.instant("Created")),
        origin=resource.origin,
    )
    resource.define(kind, f"{key} of {document.pool_id}")
    resource.draft.world = resource.draft.world.with_pool_document(document)
    return document


def read_logs(resource: Resource) -> Reference:
    """Where a pool sends its logs. # idp:log-delivery"""
    entries: list[dict[str, Any]] = []
    for stated in resource.properties.children("LogConfigurations"):
        entry = _log(stated)
        if any(entry["EventSource"] == other["EventSource"] for other in entries):
            raise stated.error("EventSource", f"is {entry['EventSource']}, which is configured before")
        entries.append(entry)
    document = _keep(resource, "LogDeliveryConfiguration", "", {"LogConfigurations": entries})
    return resource.reference(document.pool_id, Id=document.pool_id)


#: The level that each source of events is sent at, and each destination with the member that names it.
_LEVELS = {"userNotification": "ERROR", "userAuthEvents": "INFO"}
_DESTINATIONS = {
    "CloudWatchLogsConfiguration": "LogGroupArn",
    "S3Configuration": "BucketArn",
    "FirehoseConfiguration": "StreamArn",
}


def _log(stated: Properties) -> dict[str, Any]:
    source = stated.choice("EventSource", tuple(_LEVELS), "userNotification")
    level = stated.choice("LogLevel", ("ERROR", "INFO"), _LEVELS[source])
    if level != _LEVELS[source]:
        raise stated.error("LogLevel", f"is {level}, and {source} is sent at {_LEVELS[source]}")
    named = [name for name in _DESTINATIONS if stated.has(name)]
    if len(named) != 1:
        raise stated.error(
            "EventSource", f"has {' and '.join(named) or 'no destination'}, and must have one destination"
        )
    (name,) = named
    if source == "userNotification" and name != "CloudWatchLogsConfiguration":
        raise stated.error(name, f"takes no {source}")
    member = _DESTINATIONS[name]
    return {"LogLevel": level, "EventSource": source, name: {member: stated.child(name).needed(member)}}


def read_looks(resource: Resource) -> Reference:
    """The looks of the classic hosted UI. # idp:managed-login"""
    whose = resource.properties.needed("ClientId")
    content = {"CSS": resource.properties.text("CSS"), "ImageFile": resource.pins.text("ImageFile")}
    document = _keep(resource, "UICustomization", whose, content)
    return resource.reference(f"UserPoolUICustomizationAttachment-{document.pool_id}-{whose}")


def read_branding(resource: Resource) -> Reference:
    """An app client's style for the pages of managed login. # idp:managed-login"""
    properties = resource.properties
    drawn = resource.stack.draw("cognito-idp/branding-id", resource.logical_id).uuid()
    client_id = properties.text("ClientId")
    content = {
        "ClientId": client_id,
        "UseCognitoProvidedValues": properties.flag("UseCognitoProvidedValues"),
        "Settings": _plain(properties, "Settings") if properties.has("Settings") else None,
        "Assets": [_asset(each) for each in properties.children("Assets")] if properties.has("Assets") else None,
    }
    document = _keep(resource, "ManagedLoginBranding", resource.pins.text("Id", drawn), content)
    if client_id is not None:
        resource.define("branding style", f"of the app client {client_id} of {document.pool_id}")
    return resource.reference(f"{document.pool_id}|{document.key}", ManagedLoginBrandingId=document.key)


def _asset(stated: Properties) -> dict[str, Any]:
    members = {name: stated.needed(name) for name in ("Category", "ColorMode", "Extension")}
    further = {name: stated.text(name) for name in ("Bytes", "ResourceId")}
    return members | {name: value for name, value in further.items() if value is not None}


def read_terms(resource: Resource) -> Reference:
    """Terms that the sign-up page of an app client links to. # idp:managed-login §terms"""
    properties = resource.properties
    drawn = resource.stack.draw("cognito-idp/terms-id", resource.logical_id).uuid()
    name, client_id = properties.needed("TermsName"), properties.text("ClientId")
    content = {
        "ClientId": client_id,
        "TermsName": properties.choice("TermsName", ("terms-of-use", "privacy-policy"), name),
        "TermsSource": properties.choice("TermsSource", ("LINK",), "LINK"),
        "Enforcement": properties.choice("Enforcement", ("NONE",), "NONE"),
        "Links": properties.map("Links"),
    }
    document = _keep(resource, "Terms", resource.pins.text("Id", drawn), content)
    if client_id is not None:
        resource.define("document", f"{name} of the app client {client_id} of {document.pool_id}")
    return resource.reference(f"{document.pool_id}|{document.key}", TermsId=document.key)


def read_replica(resource: Resource) -> Reference:
    """A secondary replica of a pool in another region. # idp:multi-region"""
    properties = resource.properties
    region = properties.needed("RegionName")
    status = resource.pins.choice("Status", ("ACTIVE", "INACTIVE"), "INACTIVE")
    tags = properties.map("UserPoolTagsAtCreate") if properties.has("UserPoolTagsAtCreate") else None
    document = _keep(resource, "UserPoolReplica", region, {"Status": status, "UserPoolTags": tags})
    return resource.reference(f"{document.pool_id}|{region}")


def read_document(resource: Resource) -> Reference:
    """Configuration of the API's own shape that CloudFormation has no type for."""
    properties = resource.properties
    document = PoolDocument(
        pool_id=properties.text("UserPoolId", ""),
        kind=properties.choice("Kind", _KINDS, _KINDS[0]),
        key=properties.text("Key", ""),
        content=freeze(_plain(properties, "Content")),
        created=properties.instant("Created"),
        modified=properties.instant("Modified", properties.instant("Created")),
        origin=resource.origin,
    )
    resource.define(document.kind, f"{document.key} of {document.pool_id}")
    resource.draft.world = resource.draft.world.with_pool_document(document)
    return resource.reference(resource.logical_id)


def read_breaches(resource: Resource) -> Reference:
    """Passwords that are out in the open: as they are, or as SHA-256 in hexadecimal. # idp:compromised"""
    properties = resource.properties
    digests = {hashlib.sha256(text.encode()).hexdigest() for text in properties.texts("Passwords")}
    for text in properties.texts("Sha256"):
        if len(text) != 64 or set(text) - set("0123456789abcdefABCDEF"):
            raise properties.error("Sha256", f"holds {text[:80]!r}, which is no SHA-256 in hexadecimal")
        digests.add(text.lower())
    world = resource.draft.world
    resource.draft.world = replace(world, breached_passwords=world.breached_passwords | digests)
    return resource.reference(resource.logical_id)


_MEMBER = {"UserPoolId": "pool_id"}
_DATES = ("Created", "Modified")
_ACTIONS = tuple(f"{level}Action.{member}" for level in RISK_LEVELS for member in ("EventAction", "Notify"))

ADAPTERS = (
    Adapter(
        type="AWS::Cognito::UserPoolRiskConfigurationAttachment",
        read=read_risk,
        taken={
            **_MEMBER,
            "ClientId": "client_id",
            f"{COMPROMISED}.Actions.EventAction": "compromised_action",
            f"{COMPROMISED}.EventFilter": "compromised_events",
            **{f"{TAKEOVER}.Actions.{path}": "takeover" for path in _ACTIONS},
            f"{TAKEOVER}.NotifyConfiguration": "notify",
            f"{EXCEPTIONS}.BlockedIPRangeList": "blocked_ranges",
            f"{EXCEPTIONS}.SkippedIPRangeList": "skipped_ranges",
        },
        required=("UserPoolId", "ClientId"),
        pins=("Modified",),
    ),
    Adapter(
        type="AWS::Cognito::LogDeliveryConfiguration",
        read=read_logs,
        taken={
            **_MEMBER,
            "LogConfigurations.CloudWatchLogsConfiguration.LogGroupArn": "content",
            "LogConfigurations.EventSource": "content",
            "LogConfigurations.FirehoseConfiguration.StreamArn": "content",
            "LogConfigurations.LogLevel": "content",
            "LogConfigurations.S3Configuration.BucketArn": "content",
        },
        required=("UserPoolId",),
        attributes=("Id",),
        pins=_DATES,
    ),
    Adapter(
        type="AWS::Cognito::UserPoolUICustomizationAttachment",
        read=read_looks,
        taken={**_MEMBER, "CSS": "content", "ClientId": "key"},
        required=("UserPoolId", "ClientId"),
        pins=(*_DATES, "ImageFile"),
    ),
    Adapter(
        type="AWS::Cognito::ManagedLoginBranding",
        read=read_branding,
        taken={
            **_MEMBER,
            **{f"Assets.{name}": "content" for name in ("Bytes", "Category", "ColorMode", "Extension", "ResourceId")},
            "ClientId": "content",
            "Settings": "content",
            "UseCognitoProvidedValues": "content",
        },
        ignored=("ReturnMergedResources",),
        required=("UserPoolId",),
        attributes=("ManagedLoginBrandingId",),
        pins=(*_DATES, "Id"),
    ),
    Adapter(
        type="AWS::Cognito::Terms",
        read=read_terms,
        taken={
            **_MEMBER,
            **dict.fromkeys(("ClientId", "Enforcement", "Links", "TermsName", "TermsSource"), "content"),
        },
        required=("UserPoolId", "TermsName", "TermsSource", "Enforcement", "Links"),
        attributes=("TermsId",),
        pins=(*_DATES, "Id"),
    ),
    Adapter(
        type="AWS::Cognito::UserPoolReplica",
        read=read_replica,
        taken={**_MEMBER, "RegionName": "key", "UserPoolTagsAtCreate": "content"},
        required=("UserPoolId", "RegionName"),
        pins=(*_DATES, "Status"),
    ),
    Adapter(
        type="Cogsim::PoolDocument",
        read=read_document,
        taken={
            **_MEMBER,
            "Content": "content",
            "Created": "created",
            "Key": "key",
            "Kind": "kind",
            "Modified": "modified",
        },
        required=("Kind", "Content"),
    ),
    Adapter(
        type="Cogsim::BreachedPasswords",
        read=read_breaches,
        taken={"Passwords": "breached_passwords", "Sha256": "breached_passwords"},
    ),
)
