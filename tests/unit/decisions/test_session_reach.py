"""Which operations each kind of session may call at all: the published comparison, row by row."""

from __future__ import annotations

import pytest

from cogsim.assumptions import assuming
from cogsim.decision import Refusal
from cogsim.decisions.caller import Anonymous, Caller, FederatedUser, IamUser, RoleSession, Root, Service
from cogsim.decisions.session_reach import session_reach

ACCOUNT = "123456789012"
USER = f"arn:aws:iam::{ACCOUNT}:user/bob"
KEYS = IamUser(USER, "AIDAB")
SESSION, WITH_MFA = IamUser(USER, "AIDAB", issued_at=0.0), IamUser(USER, "AIDAB", issued_at=0.0, mfa_at=0.0)
ROLE = RoleSession(f"arn:aws:iam::{ACCOUNT}:role/r", "AROAR", "s")
CAROL = FederatedUser("carol", USER)
ROOT, ROOT_SESSION = Root(ACCOUNT), Root(ACCOUNT, issued_at=0.0)
ROOT_WITH_MFA, ASSUMED_ROOT = Root(ACCOUNT, issued_at=0.0, mfa_at=0.0), Root(ACCOUNT, issued_at=0.0, assumed=True)

INVALID = "InvalidClientTokenId"
CASES: list[tuple[Caller, str, str | None]] = [
    (KEYS, "sts:GetSessionToken", None),
    (KEYS, "sts:GetFederationToken", None),
    (KEYS, "iam:GetUser", None),
    (ROOT, "sts:GetSessionToken", None),
    (ROOT, "sts:GetFederationToken", None),
    (ROLE, "sts:GetSessionToken", "AccessDenied"),
    (ROLE, "sts:GetFederationToken", "AccessDenied"),
    (ROLE, "sts:AssumeRole", None),
    (ROLE, "sts:AssumeRoot", None),
    (ROLE, "sts:GetAccessKeyInfo", None),
    (ROLE, "iam:GetUser", None),
    (SESSION, "sts:GetSessionToken", "AccessDenied"),
    (SESSION, "sts:GetFederationToken", "AccessDenied"),
    (SESSION, "sts:AssumeRole", None),
    (SESSION, "sts:GetCallerIdentity", None),
    (SESSION, "sts:GetAccessKeyInfo", INVALID),
    (SESSION, "sts:DecodeAuthorizationMessage", INVALID),
    (SESSION, "iam:GetUser", INVALID),
    (SESSION, "s3:GetObject", None),
    (WITH_MFA, "iam:GetUser", None),
    (WITH_MFA, "sts:GetAccessKeyInfo", INVALID),
    (ROOT_SESSION, "iam:ListUsers", INVALID),
    (ROOT_WITH_MFA, "iam:ListUsers", None),
    (ASSUMED_ROOT, "iam:ListAccessKeys", None),
    (ASSUMED_ROOT, "sts:GetSessionToken", "AccessDenied"),
    (CAROL, "sts:GetCallerIdentity", None),
    (CAROL, "sts:AssumeRole", INVALID),
    (CAROL, "sts:GetFederationToken", "AccessDenied"),
    (CAROL, "iam:GetUser", INVALID),
    (CAROL, "s3:GetObject", None),
    (Anonymous(), "sts:GetSessionToken", None),
    (Service("lambda.amazonaws.com"), "sts:GetSessionToken", None),
]


@pytest.mark.parametrize(("caller", "operation", "code"), CASES)
def test_what_a_session_may_call(caller: Caller, operation: str, code: str | None) -> None:
    check = session_reach(caller, operation)
    refusal = check.value if check is not None else None
    assert (refusal.code if refusal is not None else None) == code


def test_the_words_for_sessions_that_ask_for_sessions() -> None:
    check = session_reach(ROLE, "sts:GetSessionToken")
    assert check is not None
    assert check.value == Refusal("AccessDenied", "Cannot call GetSessionToken with session credentials")


def test_which_error_the_others_get_is_a_switch() -> None:
    with assuming({"sts.sessionReachCode": "AccessDenied"}):
        check = session_reach(CAROL, "iam:GetUser")
        assert check is not None
        assert check.value == Refusal("AccessDenied", "Cannot call IAM with session credentials")
        assert check.assumptions == ("sts.sessionReachCode",)
