"""An app client of a user pool: its secrets, flows, permissions and validities."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cogsim.errors import InvalidValue
from cogsim.persistent import Map
from cogsim.world.origin import NOWHERE, Origin
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
    #: of the validities that were given), SecretCreated and SecondSecretCreated (instants in seconds).
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
        members("PreventUserExistenceErrors", (self.prevent_user_existence_errors,), ("LEGACY", "ENABLED"))
