"""Hypothesis strategies of what belongs to a user pool: providers, servers, domains, settings, what users own."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from cogsim.frozen import freeze
from cogsim.persistent import Map
from cogsim.world.pool_members import (
    COMPROMISED,
    EXCEPTIONS,
    RISK_EVENTS,
    RISK_LEVELS,
    SOCIAL_PROVIDERS,
    TAKEOVER,
    TAKEOVER_ACTIONS,
    PoolDocument,
    ResourceServer,
    RiskConfiguration,
    TakeoverAction,
    UserPoolDomain,
    UserPoolIdentityProvider,
)
from cogsim.world.pool_user import Device, Passkey, PasswordVerifier
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World
from tests.generators.world_values import arns, filled, flags, instants, keys, lists, maps, names, origins, texts


@st.composite
def pool_members(draw: st.DrawFn, world: World, pool: UserPool) -> World:
    """A pool's providers, resource servers and domains."""
    attributes = st.sampled_from(("username", *(name for name in pool.attribute_names if name != "sub")))
    for name in draw(lists(st.one_of(names, st.sampled_from(SOCIAL_PROVIDERS)), 2)):
        provider = UserPoolIdentityProvider(
            pool.id,
            name,
            name if name in SOCIAL_PROVIDERS else draw(st.sampled_from(("SAML", "OIDC"))),
            draw(maps()),
            Map(
                {
                    key: value
                    for key, value in draw(st.dictionaries(attributes, texts, max_size=2)).items()
                    if key != "identities"
                }
            ),
            tuple(f"{name}/{each}" for each in draw(lists(names))),
            Map(draw(st.dictionaries(st.sampled_from(("Level1", "Level4")), texts))),
            draw(instants),
            draw(instants),
            draw(origins),
        )
        world = world.with_pool_provider(provider)
        world = world.with_resource_server(ResourceServer(pool.id, f"rs-{name}", draw(names), draw(maps())))
    if draw(flags):
        prefix = UserPoolDomain(pool.id, f"prefix-{pool.id[-1]}", None, draw(st.integers(1, 2)), created=draw(instants))
        world = world.with_domain(prefix)
    if draw(flags):
        failover = {"SecondaryRegion": "eu-west-1", "PrimaryRoute53HealthCheckId": "check"}
        routing = freeze({"Failover": failover}) if draw(flags) else Map()
        policy = draw(st.sampled_from((None, "TLS_V1")))
        custom = UserPoolDomain(pool.id, f"{pool.id}.example.com", draw(arns), 1, policy, routing, origin=draw(origins))
        world = world.with_domain(custom)
    return world


@st.composite
def pool_settings(draw: st.DrawFn, world: World, pool: UserPool) -> World:
    """How a pool is set up beside itself, with documents of every kind."""
    ranges = lists(st.sampled_from(("192.0.2.0/24", "2001:db8::/32", "198.51.100.7/32", "«Range»/8")))
    actions = st.builds(TakeoverAction, st.sampled_from(TAKEOVER_ACTIONS), flags)
    for client_id in draw(lists(st.sampled_from(("", "clientA")), 2)):
        parts = draw(st.sets(st.sampled_from((COMPROMISED, TAKEOVER, EXCEPTIONS)), min_size=1))
        compromised, takeover, exceptions = (name in parts for name in (COMPROMISED, TAKEOVER, EXCEPTIONS))
        risk = RiskConfiguration(
            pool_id=pool.id,
            client_id=client_id or None,
            compromised_action=draw(st.sampled_from(("BLOCK", "NO_ACTION"))) if compromised else "NO_ACTION",
            compromised_events=(draw(lists(st.sampled_from(RISK_EVENTS))) if compromised else ()) or RISK_EVENTS,
            takeover=Map(draw(st.dictionaries(st.sampled_from(RISK_LEVELS), actions)) if takeover else {}),
            notify=freeze({"SourceArn": draw(arns), "From": draw(texts)} if takeover and draw(flags) else {}),
            blocked_ranges=draw(ranges) if exceptions else (),
            skipped_ranges=draw(ranges) if exceptions else (),
            parts=tuple(name for name in (COMPROMISED, TAKEOVER, EXCEPTIONS) if name in parts),
            modified=draw(instants),
            origin=draw(origins),
        )
        world = world.with_risk_configuration(risk)
    for kind, key, content in draw(st.lists(_documents(), max_size=4, unique_by=lambda each: each[:2])):
        document = PoolDocument(pool.id, kind, key, freeze(content), draw(instants), draw(instants), draw(origins))
        world = world.with_pool_document(document)
    return world


json_values = st.recursive(
    st.one_of(texts, flags, st.integers(-9, 10**12), st.floats(-1e6, 1e6).filter(lambda x: "e" not in repr(x))),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(keys, inner, max_size=2),
    max_leaves=4,
)


def _documents() -> st.SearchStrategy[tuple[str, str, dict[str, Any]]]:
    """Kind, key and content of what a pool keeps."""
    log = {"LogLevel": "INFO", "EventSource": "userAuthEvents", "S3Configuration": {"BucketArn": "arn:aws:s3:::b"}}
    group = {"LogGroupArn": "arn:aws:logs:us-east-1:123456789012:log-group:«Group»"}
    note = {"LogLevel": "ERROR", "EventSource": "userNotification", "CloudWatchLogsConfiguration": group}
    asset = {"Category": "FORM_LOGO", "ColorMode": "DARK", "Extension": "PNG", "Bytes": "AAEC", "ResourceId": "on"}
    style = {"UseCognitoProvidedValues": False, "Assets": [asset]}
    links = {"cognito:default": "https://example.com", "cognito:french": "«Url»"}
    terms = {"TermsName": "terms-of-use", "TermsSource": "LINK", "Enforcement": "NONE", "Links": links}
    tracked = {"UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": 20}}
    fixed: st.SearchStrategy[tuple[str, str, dict[str, Any]]] = st.sampled_from(
        (
            ("LogDeliveryConfiguration", "", {"LogConfigurations": [log, note]}),
            ("LogDeliveryConfiguration", "", {"LogConfigurations": []}),
            ("UICustomization", "ALL", {"CSS": ".logo-customizable {}", "ImageFile": "AAEC"}),
            ("UICustomization", "clientA", {}),
            ("ManagedLoginBranding", "style-1", {**style, "ClientId": "clientA"}),
            ("Terms", "terms-1", {**terms, "ClientId": "clientA"}),
            ("Terms", "terms-2", terms),
            ("UserPoolReplica", "eu-west-1", {"Status": "ACTIVE", "UserPoolTags": {"team": "a"}}),
            ("UserPoolReplica", "us-west-2", {"Status": "INACTIVE"}),
            ("UserPoolSessionConfiguration", "", tracked),
            ("UserPoolClientSessionConfiguration", "clientA", {"SSOSession": {"MaxValidityMinutes": 0}}),
        )
    )
    settings = st.dictionaries(keys, json_values, max_size=3)
    styles = settings.map(
        lambda each: ("ManagedLoginBranding", "style-2", {"UseCognitoProvidedValues": True, "Settings": each})
    )
    return fixed | styles


def devices() -> st.SearchStrategy[Device]:
    verifier = st.just(PasswordVerifier("0a", "ff"))
    device_keys = st.sampled_from(("us-east-1_1", "us-east-1_on", "a.b"))
    moments = (instants, instants, instants)
    return st.builds(Device, device_keys, texts, verifier, texts, flags, *moments, st.sampled_from(("", "192.0.2.1")))


def passkeys() -> st.SearchStrategy[Passkey]:
    attachments = st.sampled_from((None, "platform", "cross-platform"))
    ids = st.sampled_from(("0123", "no", "AbC-_"))
    return st.builds(
        Passkey, ids, filled, filled, st.integers(0, 2**32 - 1), texts, attachments, lists(names), instants
    )
