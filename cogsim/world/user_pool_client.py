"""An app client of a user pool: its secrets, flows, permissions and validities."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cogsim.assumptions import choice
from cogsim.errors import InvalidValue
from cogsim.persistent import Map
from cogsim.world.origin import NOWHERE, Origin, is_placeholder
from cogsim.world.user_pool import members

#: ExplicitAuthFlows in today's names, and the older ones, which do not go together with them. # idp:app-clients
AUTH_FLOWS = (
    *("ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH"),
    *("ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_AUTH", "ALLOW_TOKEN_EXCHANGE_DELEGATION"),
    *("ALLOW_TOKEN_EXCHANGE_IMPERSONATION", "ALLOW_CLIENT_TOKEN_AUTH"),
)
LEGACY_AUTH_FLOWS = ("ADMIN_NO_SRP_AUTH", "CUSTOM_AUTH_FLOW_ONLY", "USER_PASSWORD_AUTH")
#: ExplicitAuthFlows of a client that states none. # idp:app-clients
DEFAULT_AUTH_FLOWS = ("ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH")


@dataclass(frozen=True, slots=True)
class UserPoolClient:
    """An app client. Validities are in seconds; `read_attributes`/`write_attributes` are None where unset."""

    id: str
    pool_id: str
    name: str
    secret: str | None = field(default=None, repr=False)
    #: A second secret, while the first is being replaced; either proves the client.
    second_secret: str | None = field(default=None, repr=False)
    explicit_auth_flows: tuple[str, ...] = DEFAULT_AUTH_FLOWS
    read_attributes: tuple[str, ...] | None = None
    write_attributes: tuple[str, ...] | None = None
    access_token_validity: int = 3600
    id_token_validity: int = 3600
    refresh_token_validity: int = 30 * 86400
    auth_session_validity: int = 180
    prevent_user_existence_errors: str = "LEGACY"
    enable_token_revocation: bool = True
    refresh_token_rotation: bool = False
    #: Seconds that a rotated refresh token is still good for.
    retry_grace_period: int = 0
    propagate_user_context: bool = False
    supported_identity_providers: tuple[str, ...] = ()
    allowed_oauth_flows: tuple[str, ...] = ()
    allowed_oauth_scopes: tuple[str, ...] = ()
    allowed_oauth_flows_user_pool_client: bool = False
    callback_urls: tuple[str, ...] = ()
    logout_urls: tuple[str, ...] = ()
    default_redirect_uri: str | None = None
    #: What decides nothing, frozen: AnalyticsConfiguration and TokenValidityUnits as given, StatedValidities (the names
    #: of what is answered only where it was given), SecretCreated and SecondSecretCreated (instants in seconds).
    further: Map[str, Any] = field(default_factory=Map)
    created: float = 0.0
    modified: float = 0.0
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        for path, seconds, least, most in (
            ("AccessTokenValidity", self.access_token_validity, 300, 86400),
            ("IdTokenValidity", self.id_token_validity, 300, 86400),
            ("RefreshTokenValidity", self.refresh_token_validity, 3600, 315_360_000),
        ):
            if not least <= seconds <= most:
                raise InvalidValue(path, f"{seconds} s is not between {least} s and {most} s")
        if not 180 <= self.auth_session_validity <= 900:
            raise InvalidValue("AuthSessionValidity", f"{self.auth_session_validity} s is not between 180 s and 900 s")
        if not 0 <= self.retry_grace_period <= 60:
            raise InvalidValue("RefreshTokenRotation.RetryGracePeriodSeconds", "is not between 0 and 60")
        known = tuple(flow for flow in self.explicit_auth_flows if not is_placeholder(flow))
        members("ExplicitAuthFlows", known, (*AUTH_FLOWS, *LEGACY_AUTH_FLOWS))
        members("PreventUserExistenceErrors", (self.prevent_user_existence_errors,), ("LEGACY", "ENABLED"))


#: The assumption about a client that rotates refresh tokens and states no flows.
ROTATION_WITHOUT_FLOWS = "cognito.rotationWithoutFlows"


def default_auth_flows(rotation: bool) -> tuple[str, ...]:
    """The flows of a client that states none; refresh tokens that rotate are not renewed by a flow."""
    if rotation and choice(ROTATION_WITHOUT_FLOWS) == "without-refresh":
        return tuple(flow for flow in DEFAULT_AUTH_FLOWS if flow != "ALLOW_REFRESH_TOKEN_AUTH")
    return DEFAULT_AUTH_FLOWS


def check_combination(client: UserPoolClient) -> None:
    """InvalidValue where AWS refuses to save settings together that it takes one by one. # idp:app-clients"""
    flows = client.explicit_auth_flows
    older = [flow for flow in flows if flow in LEGACY_AUTH_FLOWS]
    if older and any(flow.startswith("ALLOW_") for flow in flows):
        raise InvalidValue("ExplicitAuthFlows", f"{older[0]} does not go together with names that begin with ALLOW_")
    if "ALLOW_CLIENT_TOKEN_AUTH" in flows and len(flows) > 1:
        raise InvalidValue("ExplicitAuthFlows", "ALLOW_CLIENT_TOKEN_AUTH must stand alone")
    if client.refresh_token_rotation and "ALLOW_REFRESH_TOKEN_AUTH" in flows:
        path = "RefreshTokenRotation.Feature"
        raise InvalidValue(path, "cannot be ENABLED together with the flow ALLOW_REFRESH_TOKEN_AUTH")
    if client.propagate_user_context and client.secret is None:
        raise InvalidValue("EnablePropagateAdditionalUserContextData", "needs a client secret")
    for path, seconds in (
        ("AccessTokenValidity", client.access_token_validity),
        ("IdTokenValidity", client.id_token_validity),
    ):
        if seconds > client.refresh_token_validity:
            raise InvalidValue(path, f"{seconds} s exceeds the refresh token's {client.refresh_token_validity} s")
    default = client.default_redirect_uri
    listed = any(is_placeholder(url) for url in client.callback_urls) or default in client.callback_urls
    if default is not None and not listed and not is_placeholder(default):
        raise InvalidValue("DefaultRedirectURI", "must be among CallbackURLs")
