"""App clients as they are answered. # idp:api §UserPoolClientType"""

from __future__ import annotations

from typing import Any

from cogsim.clock import at
from cogsim.decisions.client_configuration import DEFAULT_UNITS, UNITS
from cogsim.frozen import thaw
from cogsim.world.user_pool_client import UserPoolClient, default_auth_flows


def client_shown(client: UserPoolClient) -> dict[str, Any]:
    """Everything about the client that DescribeUserPoolClient shows; lists that are not set are left out."""
    made = {
        "UserPoolId": client.pool_id,
        "ClientName": client.name,
        "ClientId": client.id,
        "LastModifiedDate": at(client.modified),
        "CreationDate": at(client.created),
        "AllowedOAuthFlowsUserPoolClient": client.allowed_oauth_flows_user_pool_client,
        "EnableTokenRevocation": client.enable_token_revocation,
        "EnablePropagateAdditionalUserContextData": client.propagate_user_context,
        "AuthSessionValidity": client.auth_session_validity // 60,
        "ClientType": "REGULAR",
    }
    return {**made, **_validities(client), **_lists(client), **_single(client), **_stated(client)}


def client_listed(client: UserPoolClient) -> dict[str, str]:
    """The client as ListUserPoolClients shows it."""
    return {"ClientId": client.id, "UserPoolId": client.pool_id, "ClientName": client.name}


def _validities(client: UserPoolClient) -> dict[str, Any]:
    """The validities in the units they were given in; that of the refresh token always, the others where stated."""
    units, stated = client.further.get("TokenValidityUnits", {}), client.further.get("StatedValidities", ())
    seconds = {
        "RefreshToken": client.refresh_token_validity,
        "AccessToken": client.access_token_validity,
        "IdToken": client.id_token_validity,
    }
    shown: dict[str, Any] = {"TokenValidityUnits": thaw(units)}
    for token, validity in seconds.items():
        if token == "RefreshToken" or f"{token}Validity" in stated:
            shown[f"{token}Validity"] = validity // UNITS[units.get(token, DEFAULT_UNITS[token])]
    return shown


def _lists(client: UserPoolClient) -> dict[str, list[str]]:
    lists = {
        "ReadAttributes": client.read_attributes,
        "WriteAttributes": client.write_attributes,
        "SupportedIdentityProviders": client.supported_identity_providers,
        "CallbackURLs": client.callback_urls,
        "LogoutURLs": client.logout_urls,
        "AllowedOAuthFlows": client.allowed_oauth_flows,
        "AllowedOAuthScopes": client.allowed_oauth_scopes,
    }
    return {name: list(values) for name, values in lists.items() if values}


def _single(client: UserPoolClient) -> dict[str, Any]:
    members = {
        "ClientSecret": client.secret,
        "DefaultRedirectURI": client.default_redirect_uri,
        "AnalyticsConfiguration": thaw(client.further.get("AnalyticsConfiguration")),
    }
    return {name: value for name, value in members.items() if value is not None}


def _stated(client: UserPoolClient) -> dict[str, Any]:
    """The settings that are answered where somebody has set them, and not while AWS's default holds."""
    rotation = {
        "Feature": "ENABLED" if client.refresh_token_rotation else "DISABLED",
        "RetryGracePeriodSeconds": client.retry_grace_period,
    }
    flows, hides = list(client.explicit_auth_flows), client.prevent_user_existence_errors
    stated = client.further.get("StatedValidities", ())
    members = {
        "ExplicitAuthFlows": (flows, flows != list(default_auth_flows(client.refresh_token_rotation))),
        "PreventUserExistenceErrors": (hides, hides != "LEGACY"),
        "RefreshTokenRotation": (rotation, client.refresh_token_rotation),
    }
    return {name: value for name, (value, other) in members.items() if other or name in stated}
