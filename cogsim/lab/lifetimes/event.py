"""What may happen after a sign-in to end somebody's access: each is one or more calls, made through the door."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cogsim.lab.lifetimes import pool_events, provider_events, role_events
from cogsim.lab.lifetimes.holding import Holding
from cogsim.lab.lifetimes.pool_events import on_user
from cogsim.lab.lifetimes.role_events import on_roles
from cogsim.simulation import Simulation


@dataclass(frozen=True, slots=True)
class Event:
    """An event by its `key`, in words, to what it happens, and how; NotHere where it cannot."""

    key: str
    about: str
    shown: str
    happen: Callable[[Simulation, Holding], None]


def _nothing(_sim: Simulation, _held: Holding) -> None:
    """The natural end of everything."""


#: The event that changes nothing.
NOTHING = "nothing"

_SIGN_OUTS = (
    ("global-sign-out", "the user signs out everywhere (GlobalSignOut)", pool_events.global_sign_out),
    ("admin-sign-out", "an operator signs the user out (AdminUserGlobalSignOut)", on_user("AdminUserGlobalSignOut")),
    ("revoke-token", "the app revokes its refresh token (RevokeToken)", pool_events.revoke_tokens),
    ("logout", "the browser leaves by the logout page (/logout)", pool_events.leave_pages),
)
_USERS = (
    ("password", "an operator sets another password (AdminSetUserPassword)", pool_events.new_password),
    ("disable", "the user is disabled (AdminDisableUser)", on_user("AdminDisableUser")),
    ("delete-user", "the user is deleted (AdminDeleteUser)", on_user("AdminDeleteUser")),
    ("groups", "the user is taken out of every group (AdminRemoveUserFromGroup)", pool_events.leave_groups),
    ("attribute", "an attribute of the user changes (AdminUpdateUserAttributes)", pool_events.change_attribute),
)
_ROLES = (
    ("role-policy", "the role denies everything (PutRolePolicy)", on_roles(role_events.deny_everything)),
    (
        "role-sessions",
        "the role's older sessions are revoked (AWSRevokeOlderSessions)",
        on_roles(role_events.revoke_older),
    ),
    ("role-trust", "the role trusts nobody (UpdateAssumeRolePolicy)", on_roles(role_events.trust_nobody)),
    ("delete-role", "the role is deleted (DeleteRole)", on_roles(role_events.delete_role)),
)
_IDENTITY_POOLS = (
    ("pool-roles", "the identity pool gives no role (SetIdentityPoolRoles)", provider_events.give_no_role),
    (
        "pool-logins",
        "the identity pool admits nobody any more (UpdateIdentityPool)",
        provider_events.take_no_login,
    ),
    ("delete-identity", "the identity is deleted (DeleteIdentities)", provider_events.delete_identities),
)
_CLIENTS = (
    ("no-refresh", "the app client renews no tokens any more (UpdateUserPoolClient)", pool_events.no_refresh),
    ("delete-client", "the app client is deleted (DeleteUserPoolClient)", pool_events.delete_client),
)
_PROVIDERS = (
    ("keys", "the signing keys are replaced (rotation, old ones withdrawn)", provider_events.replace_keys),
    ("directory-disable", "the account is disabled where it is kept (AD FS, OpenID)", provider_events.disable_account),
    ("directory-groups", "the person leaves every group of the directory (AD FS)", provider_events.leave_groups),
    (
        "pool-provider",
        "the user pool drops the provider (DeleteIdentityProvider)",
        provider_events.delete_pool_provider,
    ),
    (
        "iam-provider",
        "IAM drops the provider (DeleteSAMLProvider, DeleteOpenIDConnectProvider)",
        provider_events.delete_iam_providers,
    ),
)

_FAMILIES = (
    ("nothing", ((NOTHING, "nothing happens", _nothing),)),
    ("the sign-in", _SIGN_OUTS),
    ("the user", _USERS),
    ("the app client", _CLIENTS),
    ("the provider", _PROVIDERS),
    ("the identity pool", _IDENTITY_POOLS),
    ("the role", _ROLES),
)

#: Every event by its key, in the order of tables.
EVENTS: Mapping[str, Event] = {
    key: Event(key, about, shown, happen) for about, family in _FAMILIES for key, shown, happen in family
}
