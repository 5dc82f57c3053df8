"""Whether one more request fits: by category in an account, by user, and by address where a web ACL counts.

1. Operations count to categories; each category has a rate in an account and Region, whatever the pool.
2. Answers to challenges have three times the rate of sign-ins; what goes beyond counts as sign-ins.
3. One user has ten reads and ten writes a second.
4. A rate-based rule counts the public requests of an address over five minutes.
A request that is refused counts for nothing. # idp:quotas, idp:waf
"""

from __future__ import annotations

from cogsim.assumptions import choice
from cogsim.decision import Refusal
from cogsim.decisions.refusals import UNSEEN_TEXTS, Check, passed, refused

_SOURCE = "idp:quotas§categories"
_COUNTING = "cognito.quotaCounting"
TOO_MANY = Refusal("TooManyRequestsException", "Rate exceeded")
BLOCKED = Refusal("ForbiddenException", "Request not allowed due to WAF block.")

#: Operations by category; those of `_BY_VERB` follow from their names. # idp:quotas §categories
_OPERATIONS = {
    "UserAuthentication": ("InitiateAuth", "AdminInitiateAuth"),
    "UserCreation": ("SignUp", "ConfirmSignUp", "AdminCreateUser", "AdminConfirmSignUp"),
    "UserAccountRecovery": (
        *("ForgotPassword", "ConfirmForgotPassword", "ChangePassword"),
        *("AdminResetUserPassword", "AdminSetUserPassword"),
    ),
    "UserRead": ("GetUser", "AdminGetUser"),
    "UserUpdate": (
        *("UpdateUserAttributes", "AdminUpdateUserAttributes", "DeleteUser", "AdminDeleteUser"),
        *("DeleteUserAttributes", "AdminDeleteUserAttributes", "AdminEnableUser", "AdminDisableUser"),
        *("AdminLinkProviderForUser", "AdminDisableProviderForUser", "VerifyUserAttribute"),
    ),
    "UserToken": (
        *("RevokeToken", "GlobalSignOut", "AdminUserGlobalSignOut", "GetTokensFromRefreshToken"),
        *("RevokeUserSession", "AdminRevokeUserSession"),
    ),
    "UserList": ("ListUsers", "ListUsersInGroup"),
    "ClientAuthentication": ("GetClientToken",),
    "UserResourceRead": (
        *("GetDevice", "AdminGetDevice", "ListDevices", "AdminListDevices", "AdminListGroupsForUser"),
        *("AdminListUserAuthEvents", "GetUserAttributeVerificationCode", "ResendConfirmationCode"),
        *("ListWebAuthnCredentials", "GetUserAuthFactors", "AdminGetUserAuthFactors"),
        *("ListUserSessions", "AdminListUserSessions"),
    ),
    "UserResourceUpdate": (
        *("ConfirmDevice", "ForgetDevice", "AdminForgetDevice", "UpdateDeviceStatus", "AdminUpdateDeviceStatus"),
        *("AdminAddUserToGroup", "AdminRemoveUserFromGroup", "SetUserMFAPreference", "AdminSetUserMFAPreference"),
        *("SetUserSettings", "AdminSetUserSettings", "AssociateSoftwareToken", "VerifySoftwareToken"),
        *("AdminDeleteSoftwareToken", "StartWebAuthnRegistration", "CompleteWebAuthnRegistration"),
        *("DeleteWebAuthnCredential", "UpdateAuthEventFeedback", "AdminUpdateAuthEventFeedback"),
    ),
    "UserPoolRead": ("DescribeUserPool", "ListUserPools"),
    "UserPoolUpdate": ("CreateUserPool", "UpdateUserPool", "DeleteUserPool"),
    "UserPoolClientRead": ("DescribeUserPoolClient", "ListUserPoolClients"),
    "UserPoolClientUpdate": ("CreateUserPoolClient", "UpdateUserPoolClient", "DeleteUserPoolClient"),
}
_CATEGORY = {name: category for category, names in _OPERATIONS.items() for name in names}
_READING = ("Get", "List", "Describe")
_ANSWERS = frozenset({"RespondToAuthChallenge", "AdminRespondToAuthChallenge"})

#: A window of a rate-based rule, and of a rate (seconds).
ADDRESS_WINDOW, RATE_WINDOW = 300.0, 1.0


def category(operation: str) -> str:
    """The category of a user-pool operation (its bare name); what belongs to a pool and is not named above is a
    resource of the pool, read or updated."""
    if operation in _ANSWERS:
        return "UserAuthentication"
    reads = operation.startswith(_READING)
    return _CATEGORY.get(operation, "UserPoolResourceRead" if reads else "UserPoolResourceUpdate")


def counted_as(operation: str) -> str:
    """The name a request is counted under: its category, or itself where each operation has the rate for itself."""
    if operation in _ANSWERS:
        return "answers to challenges"
    return category(operation) if choice(_COUNTING) == "category" else operation


def reads_user(operation: str) -> bool:
    """Whether a user's operation counts to the reads: sign-ins do. # idp:quotas §per-user"""
    return category(operation) in ("UserAuthentication", "UserRead", "UserResourceRead")


def recent(instants: tuple[float, ...], now: float, window: float) -> tuple[float, ...]:
    """Those of `instants` that lie within the window before `now` (seconds)."""
    return tuple(instant for instant in instants if now - instant < window)


def check_rate(name: str, counted: int, rate: int) -> Check:
    """Whether one more request fits into the second."""
    question, found = f"does one more request of {name} fit?", f"{counted} of {rate} in the last second"
    if counted < rate:
        return passed(question, found, _SOURCE, assumption=_COUNTING)
    return refused(TOO_MANY, question, found, _SOURCE, assumption=_COUNTING)


def check_address_rate(address: str, counted: int, most: int) -> Check:
    """Whether the web ACL lets one more request of the address through."""
    question, found = "does the web ACL let the address through?", f"{counted} of {most} from {address} in 5 minutes"
    if counted < most:
        return passed(question, found, "idp:waf")
    return refused(BLOCKED, question, found, "idp:waf", assumption=UNSEEN_TEXTS)
