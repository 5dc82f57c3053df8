"""App clients of user pools."""

from __future__ import annotations

from typing import Any

from cogsim.frozen import freeze
from cogsim.load.cloudformation.adapter import Adapter, Resource
from cogsim.load.cloudformation.intrinsics import Reference
from cogsim.load.cloudformation.properties import Properties
from cogsim.persistent import Map
from cogsim.world.user_pool_client import UserPoolClient, check_combination, default_auth_flows

_UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
_TOKENS = ("AccessToken", "IdToken", "RefreshToken")
_ANALYTICS = ("ApplicationArn", "ApplicationId", "ExternalId", "RoleArn")


def read_client(resource: Resource) -> Reference:
    """An app client with AWS's defaults for what it leaves out. # idp:app-clients"""
    properties, pins = resource.properties, resource.pins
    client_id = pins.text("Id") or resource.stack.draw("cognito-idp/client-id", resource.logical_id).lower_alnum(26)
    secret = pins.text("ClientSecret")
    if secret is None and properties.flag("GenerateSecret"):
        secret = resource.stack.draw("cognito-idp/client-secret", resource.logical_id).lower_alnum(51)
    units, rotation = properties.child("TokenValidityUnits"), properties.child("RefreshTokenRotation")
    rotates = rotation.choice("Feature", ("ENABLED", "DISABLED"), "DISABLED") == "ENABLED"
    client = properties.make(
        lambda: UserPoolClient(
            id=client_id,
            pool_id=properties.needed("UserPoolId"),
            name=resource.name("ClientName"),
            secret=secret,
            second_secret=pins.text("SecondSecret"),
            explicit_auth_flows=properties.texts("ExplicitAuthFlows") or default_auth_flows(rotates),
            read_attributes=properties.texts("ReadAttributes") if properties.has("ReadAttributes") else None,
            write_attributes=properties.texts("WriteAttributes") if properties.has("WriteAttributes") else None,
            access_token_validity=_validity(properties, units, "AccessToken", "hours") or 3600,
            id_token_validity=_validity(properties, units, "IdToken", "hours") or 3600,
            refresh_token_validity=_validity(properties, units, "RefreshToken", "days") or 30 * 86400,
            auth_session_validity=60 * properties.number("AuthSessionValidity", 3),
            prevent_user_existence_errors=properties.choice(
                "PreventUserExistenceErrors", ("LEGACY", "ENABLED"), "LEGACY"
            ),
            enable_token_revocation=properties.flag("EnableTokenRevocation", True),
            refresh_token_rotation=rotates,
            retry_grace_period=rotation.number("RetryGracePeriodSeconds", 0),
            propagate_user_context=properties.flag("EnablePropagateAdditionalUserContextData"),
            **_oauth(properties),
            further=_further(properties, units, pins),
            created=pins.instant("Created"),
            modified=pins.instant("Modified", pins.instant("Created")),
            origin=resource.origin,
        )
    )
    if not resource.stack.saved:
        properties.make(lambda: check_combination(client))
    resource.define("app client", client_id)
    resource.draft.world = resource.draft.world.with_client(client)
    attributes = {"ClientId": client_id, "Name": client.name}
    if secret is not None:
        attributes["ClientSecret"] = secret
    return resource.reference(client_id, **attributes)


def _oauth(properties: Properties) -> dict[str, Any]:
    """Providers, grants, scopes and addresses of the hosted pages."""
    return {
        "supported_identity_providers": properties.texts("SupportedIdentityProviders"),
        "allowed_oauth_flows": properties.words("AllowedOAuthFlows", ("code", "implicit", "client_credentials")),
        "allowed_oauth_scopes": properties.texts("AllowedOAuthScopes"),
        "allowed_oauth_flows_user_pool_client": properties.flag("AllowedOAuthFlowsUserPoolClient"),
        "callback_urls": properties.texts("CallbackURLs"),
        "logout_urls": properties.texts("LogoutURLs"),
        "default_redirect_uri": properties.text("DefaultRedirectURI"),
    }


def _validity(properties: Properties, units: Properties, token: str, default_unit: str) -> int:
    """A token's validity in seconds; 0 where it is absent or 0, which means AWS's default."""
    unit = units.choice(token, tuple(_UNITS), default_unit)
    return properties.number(f"{token}Validity", 0) * _UNITS[unit]


def _further(properties: Properties, units: Properties, pins: Properties) -> Map[str, Any]:
    """What decides nothing. Templates that cogsim writes have all validities in seconds, and pin what was stated."""
    written = pins.has("TokenValidityUnits")
    validities = ("AccessTokenValidity", "IdTokenValidity")
    found = {
        "AnalyticsConfiguration": _analytics(properties.child("AnalyticsConfiguration")),
        "TokenValidityUnits": (
            dict(pins.map("TokenValidityUnits").items())
            if written
            else {token: units.choice(token, tuple(_UNITS), "hours") for token in _TOKENS if units.has(token)}
        ),
        "StatedValidities": (
            pins.texts("StatedValidities")
            if written
            else tuple(name for name in validities if properties.number(name, 0))
        ),
        **{name: pins.instant(name) for name in ("SecretCreated", "SecondSecretCreated") if pins.has(name)},
    }
    return Map({name: freeze(value) for name, value in found.items() if value not in ({}, ())})


def _analytics(stated: Properties) -> dict[str, Any]:
    found: dict[str, Any] = {name: text for name in _ANALYTICS if (text := stated.text(name)) is not None}
    return found | ({"UserDataShared": stated.flag("UserDataShared")} if stated.has("UserDataShared") else {})


ADAPTERS = (
    Adapter(
        type="AWS::Cognito::UserPoolClient",
        read=read_client,
        taken={
            "AccessTokenValidity": "access_token_validity",
            "AllowedOAuthFlows": "allowed_oauth_flows",
            "AllowedOAuthFlowsUserPoolClient": "allowed_oauth_flows_user_pool_client",
            "AllowedOAuthScopes": "allowed_oauth_scopes",
            **{f"AnalyticsConfiguration.{name}": "further" for name in (*_ANALYTICS, "UserDataShared")},
            "AuthSessionValidity": "auth_session_validity",
            "CallbackURLs": "callback_urls",
            "ClientName": "name",
            "DefaultRedirectURI": "default_redirect_uri",
            "EnablePropagateAdditionalUserContextData": "propagate_user_context",
            "EnableTokenRevocation": "enable_token_revocation",
            "ExplicitAuthFlows": "explicit_auth_flows",
            "GenerateSecret": "secret",
            "IdTokenValidity": "id_token_validity",
            "LogoutURLs": "logout_urls",
            "PreventUserExistenceErrors": "prevent_user_existence_errors",
            "ReadAttributes": "read_attributes",
            "RefreshTokenRotation.Feature": "refresh_token_rotation",
            "RefreshTokenRotation.RetryGracePeriodSeconds": "retry_grace_period",
            "RefreshTokenValidity": "refresh_token_validity",
            "SupportedIdentityProviders": "supported_identity_providers",
            "TokenValidityUnits.AccessToken": "access_token_validity",
            "TokenValidityUnits.IdToken": "id_token_validity",
            "TokenValidityUnits.RefreshToken": "refresh_token_validity",
            "UserPoolId": "pool_id",
            "WriteAttributes": "write_attributes",
        },
        required=("UserPoolId",),
        attributes=("ClientId", "Name", "ClientSecret"),
        withheld=("ClientSecret",),
        pins=(
            *("Id", "ClientSecret", "SecondSecret", "Created", "Modified", "TokenValidityUnits", "StatedValidities"),
            *("SecretCreated", "SecondSecretCreated"),
        ),
    ),
)
