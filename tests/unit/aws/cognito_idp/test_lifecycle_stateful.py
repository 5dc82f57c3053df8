"""Any order of what people and operators do to an account, against a model of it: status, password, codes, time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from cogsim.aws.mailbox import messages
from cogsim.errors import AwsError

PASSWORDS = ("Correct-horse-9", "Battery-staple-8", "Third-choice-77")
password = st.sampled_from(PASSWORDS)
HOUR, DAY = 3600.0, 86400.0
LIMIT = "LimitExceededException"


@dataclass
class Account:
    """What is known of alice from outside; a code is (text, when it went out)."""

    status: str = "UNCONFIRMED"
    password: str = PASSWORDS[0]
    enabled: bool = True
    verified: bool = False
    temporary_since: float | None = None
    sign_up_code: tuple[str, float] | None = None
    reset_code: tuple[str, float] | None = None
    spent: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)


class Life(RuleBasedStateMachine):
    """One account in a pool that verifies e-mail addresses."""

    pools: Any

    def __init__(self) -> None:
        super().__init__()
        self.pools = type(self).make()
        self.account: Account | None = None

    @property
    def now(self) -> float:
        return float(self.pools.cloud.clock.now)

    def attempt(self, name: str, **params: Any) -> str | None:
        """The code of the refusal, or None."""
        try:
            self.pools.call(name, **params)
        except AwsError as error:
            return error.code
        return None

    def admin(self, name: str, **params: Any) -> str | None:
        return self.attempt(name, UserPoolId=self.pools.pool_id, Username="alice", **params)

    def public(self, name: str, **params: Any) -> str | None:
        return self.attempt(name, ClientId=self.pools.client_id, Username="alice", **params)

    def latest(self) -> str:
        return str(messages(self.pools.cloud.state)[-1].code)

    @rule(chosen=password)
    @precondition(lambda self: self.account is None)
    def sign_up(self, chosen: str) -> None:
        given = self.pools.as_list({"email": "alice@example.com"})
        assert self.public("SignUp", Password=chosen, UserAttributes=given) is None
        self.account = Account(password=chosen, sign_up_code=(self.latest(), self.now))

    @rule(chosen=password)
    @precondition(lambda self: self.account is None)
    def create(self, chosen: str) -> None:
        given = self.pools.as_list({"email": "alice@example.com", "email_verified": "true"})
        assert self.admin("AdminCreateUser", TemporaryPassword=chosen, UserAttributes=given) is None
        self.account = Account("FORCE_CHANGE_PASSWORD", chosen, verified=True, temporary_since=self.now)

    @rule(old=st.booleans())
    @precondition(lambda self: self.account is not None and self.account.sign_up_code is not None)
    def confirm(self, old: bool) -> None:
        account = self.account
        code, sent = account.sign_up_code
        given = "000000" if old else code
        answer = self.public("ConfirmSignUp", ConfirmationCode=given)
        if answer == LIMIT:
            return
        if account.status != "UNCONFIRMED":
            assert answer == "NotAuthorizedException"
        elif self.now >= sent + DAY:
            assert answer == "ExpiredCodeException"
        elif given != code:
            assert answer == "CodeMismatchException"
        else:
            assert answer is None
            account.status, account.verified, account.sign_up_code = "CONFIRMED", True, None

    @rule()
    @precondition(lambda self: self.account is not None)
    def resend(self) -> None:
        answer = self.public("ResendConfirmationCode")
        if answer != LIMIT:
            assert (answer is None) == (self.account.status == "UNCONFIRMED")
        if answer is None:
            self.account.sign_up_code = (self.latest(), self.now)

    @rule()
    @precondition(lambda self: self.account is not None)
    def forget(self) -> None:
        account = self.account
        answer = self.public("ForgotPassword")
        if answer == LIMIT:
            return
        if not account.enabled or account.status == "FORCE_CHANGE_PASSWORD":
            assert answer == "NotAuthorizedException"
        elif not account.verified:
            assert answer == "InvalidParameterException"
        else:
            assert answer is None
            account.reset_code = (self.latest(), self.now)

    @rule(chosen=password, code=st.sampled_from(["right", "wrong", "spent"]))
    @precondition(lambda self: self.account is not None)
    def confirm_forgotten(self, chosen: str, code: str) -> None:
        account = self.account
        held = account.reset_code
        given = {"right": held[0] if held else "111111", "wrong": "x", "spent": (account.spent or ["y"])[-1]}[code]
        answer = self.public("ConfirmForgotPassword", ConfirmationCode=given, Password=chosen)
        if answer == LIMIT:
            return
        if not account.enabled or account.status == "FORCE_CHANGE_PASSWORD":
            assert answer == "NotAuthorizedException"
        elif account.status == "UNCONFIRMED":
            assert answer == "UserNotConfirmedException"
        elif held is None or self.now >= held[1] + HOUR:
            assert answer == "ExpiredCodeException"
        elif given != held[0]:
            assert answer == "CodeMismatchException"
        else:
            assert answer is None
            account.spent.append(given)
            account.status, account.password, account.reset_code = "CONFIRMED", chosen, None

    @rule()
    @precondition(lambda self: self.account is not None)
    def reset(self) -> None:
        account = self.account
        answer = self.admin("AdminResetUserPassword")
        if account.status in ("UNCONFIRMED", "FORCE_CHANGE_PASSWORD") or not account.enabled:
            assert answer == "NotAuthorizedException"
        elif not account.verified:
            assert answer == "InvalidParameterException"
        else:
            assert answer is None
            account.status, account.reset_code = "RESET_REQUIRED", (self.latest(), self.now)

    @rule(chosen=password, permanent=st.booleans())
    @precondition(lambda self: self.account is not None)
    def set_password(self, chosen: str, permanent: bool) -> None:
        assert self.admin("AdminSetUserPassword", Password=chosen, Permanent=permanent) is None
        account = self.account
        account.password = chosen
        account.status = "CONFIRMED" if permanent else "FORCE_CHANGE_PASSWORD"
        account.temporary_since = None if permanent else self.now

    @rule(enabled=st.booleans())
    @precondition(lambda self: self.account is not None)
    def enable(self, enabled: bool) -> None:
        assert self.admin("AdminEnableUser" if enabled else "AdminDisableUser") is None
        self.account.enabled = enabled
        if not enabled:
            self.account.tokens = []

    @rule()
    @precondition(lambda self: self.account is not None)
    def delete(self) -> None:
        assert self.admin("AdminDeleteUser") is None
        for token in self.account.tokens:
            assert self.attempt("GetUser", AccessToken=token) in ("UserNotFoundException", "NotAuthorizedException")
        self.account = None

    @rule(span=st.sampled_from([1.0, 900.0, HOUR, DAY, 7 * DAY]))
    def wait(self, span: float) -> None:
        self.pools.cloud.advance(span)

    @rule(chosen=password)
    @precondition(lambda self: self.account is not None)
    def sign_in(self, chosen: str) -> None:
        account = self.account
        self.pools.cloud.advance(900)  # no lock stands any more
        expected = self.refusal(chosen)
        assert self.attempt("InitiateAuth", **self.pools.login(password=chosen)) == expected
        if expected is not None:
            return
        answer = self.pools.log_in(password=chosen)
        if account.status == "FORCE_CHANGE_PASSWORD":
            assert answer["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
            assert "AuthenticationResult" not in answer
        else:
            account.tokens.append(answer["AuthenticationResult"]["AccessToken"])

    def refusal(self, chosen: str) -> str | None:
        """How a sign-in by that password is refused now."""
        account = self.account
        if account.status == "RESET_REQUIRED":
            return "PasswordResetRequiredException"
        if chosen != account.password or not account.enabled:
            return "NotAuthorizedException"
        if account.status == "UNCONFIRMED":
            return "UserNotConfirmedException"
        since = account.temporary_since
        expired = account.status == "FORCE_CHANGE_PASSWORD" and since is not None and self.now >= since + 7 * DAY
        return "NotAuthorizedException" if expired else None

    @rule(chosen=password, previous=password)
    @precondition(lambda self: self.account is not None and bool(self.account.tokens))
    def change(self, chosen: str, previous: str) -> None:
        account = self.account
        self.pools.cloud.advance(900)
        token = account.tokens[-1]
        if self.attempt("GetUser", AccessToken=token) is not None:
            account.tokens.pop()
            return
        answer = self.attempt("ChangePassword", AccessToken=token, PreviousPassword=previous, ProposedPassword=chosen)
        if answer == LIMIT:
            return
        if account.status == "RESET_REQUIRED":
            assert answer == "PasswordResetRequiredException"
        elif self.refusal(previous) is not None:
            assert answer == self.refusal(previous)
        else:
            assert answer is None
            account.password = chosen
            if account.status == "FORCE_CHANGE_PASSWORD":
                account.temporary_since = self.now

    @invariant()
    def it_is_as_it_should_be(self) -> None:
        if self.account is None:
            assert self.admin("AdminGetUser") == "UserNotFoundException"
            return
        user = self.pools.user()
        assert (user["UserStatus"], user["Enabled"]) == (self.account.status, self.account.enabled)
        assert user["email_verified"] == str(self.account.verified).lower()

    @invariant()
    def nothing_secret_is_shown(self) -> None:
        shown = repr(self.pools.cloud.log[-1:])
        assert not any(chosen in shown for chosen in PASSWORDS)


def test_an_account_is_always_what_was_done_to_it(make: Any) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    Life.make = staticmethod(make)  # type: ignore[attr-defined]
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
    run_state_machine_as_test(
        Life, settings=settings(max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=checks)
    )
