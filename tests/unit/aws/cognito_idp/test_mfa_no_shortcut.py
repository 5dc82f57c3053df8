"""Whatever is tried in whatever order: where MFA is required, no tokens come without a factor that was really given."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from cogsim.aws.call import Call, Credentials
from cogsim.aws.cloud import Cloud
from cogsim.aws.mailbox import messages
from cogsim.clock import Clock
from cogsim.decisions.password import keep
from cogsim.entropy import named
from cogsim.errors import AwsError
from cogsim.persistent import Map
from cogsim.tokens.totp import code_at, encoded
from cogsim.world.pool_user import PoolUser, SoftwareToken, UserStatus
from cogsim.world.user_pool import DeviceConfiguration, UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

POOL = UserPool(
    "us-east-1_AbCdEfGhI",
    "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_AbCdEfGhI",
    "Main",
    mfa="ON",
    mfa_factors=("SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"),
    recovery=("admin_only",),
    devices=DeviceConfiguration(challenge_required_on_new_device=True),
)
CLIENT = UserPoolClient("client1", POOL.id, "app", explicit_auth_flows=("ALLOW_USER_PASSWORD_AUTH",))
SECRET, PASSWORD = encoded(b"0123456789abcdefghij"), "Correct-horse-9"
KEYS = {
    "SMS_MFA": "SMS_MFA_CODE",
    "EMAIL_OTP": "EMAIL_OTP_CODE",
    "SOFTWARE_TOKEN_MFA": "SOFTWARE_TOKEN_MFA_CODE",
    "SELECT_MFA_TYPE": "ANSWER",
}


def world(attributes: dict[str, str], app: bool) -> World:
    password = keep(POOL, "alice", PASSWORD, named("test"))
    alice = PoolUser(POOL.id, "alice", "sub-alice", Map(attributes), UserStatus.CONFIRMED, password=password)
    alice = replace(alice, software_token=SoftwareToken(SECRET) if app else None)
    return World().with_user_pool(POOL).with_client(CLIENT).with_pool_user(alice)


class Intruder(RuleBasedStateMachine):
    """Somebody who knows the password, tries codes and sessions, and reads the mailbox only when the rule says so."""

    @initialize(
        contacts=st.sampled_from([(), (), ("email",), ("phone_number",), ("email", "phone_number")]),
        app=st.booleans(),
    )
    def begin(self, contacts: tuple[str, ...], app: bool) -> None:
        values = {"phone_number": "+15550100", "email": "alice@example.com"}
        attributes = {name: values[name] for name in contacts}
        self.cloud = Cloud(world(attributes, app), "t", Clock())
        self.sessions: list[tuple[str, str]] = []
        self.honest, self.set_up = False, not attributes and not app
        self.log_in(PASSWORD, "")

    def call(self, name: str, **params: Any) -> Any:
        credentials: Credentials | None = None
        outcome = self.cloud.submit(Call(f"cognito-idp:{name}", params, credentials, self.cloud.origin()))
        try:
            answer = outcome.unwrap()
        except AwsError:
            return {}
        if "ChallengeName" in answer:
            self.sessions.append((answer["ChallengeName"], answer["Session"]))
        elif "Session" in answer:
            self.sessions.append(("MFA_SETUP", answer["Session"]))
        assert "AuthenticationResult" not in answer or self.honest, answer.get("ChallengeName")
        return answer

    def respond(self, name: str, session: str, **responses: str) -> Any:
        given = {"USERNAME": "alice", **responses}
        return self.call(
            "RespondToAuthChallenge", ClientId=CLIENT.id, ChallengeName=name, Session=session, ChallengeResponses=given
        )

    @rule(password=st.sampled_from([PASSWORD, PASSWORD, "wrong"]), key=st.sampled_from(["", "", "us-east-1_0a"]))
    def log_in(self, password: str, key: str) -> None:
        parameters = {"USERNAME": "alice", "PASSWORD": password} | ({"DEVICE_KEY": key} if key else {})
        self.call("InitiateAuth", ClientId=CLIENT.id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=parameters)

    @rule(data=st.data(), code=st.sampled_from(["000000", "", "SMS_MFA", "EMAIL_OTP", "SOFTWARE_TOKEN_MFA"]))
    def guess(self, data: st.DataObject, code: str) -> None:
        if self.sessions:
            name, session = data.draw(st.sampled_from(self.sessions[-3:]))
            others = sorted({*KEYS, "MFA_SETUP", "DEVICE_SRP_AUTH"})
            asked = name if data.draw(st.booleans()) else data.draw(st.sampled_from(others))
            more = {"DEVICE_KEY": "us-east-1_0a", "SRP_A": "2"} if asked == "DEVICE_SRP_AUTH" else {}
            self.respond(asked, session, **({KEYS[asked]: code} if asked in KEYS else {}), **more)

    @rule(code=st.sampled_from(["000000", "SMS_MFA", "EMAIL_OTP"]))
    def hurry(self, code: str) -> None:
        """Log in and answer at once."""
        before = len(self.sessions)
        self.log_in(PASSWORD, "")
        for name, session in self.sessions[before:]:
            self.respond(name, session, **({KEYS[name]: code} if name in KEYS else {}))

    @rule(data=st.data())
    def begin_to_set_up(self, data: st.DataObject) -> None:
        if self.sessions:
            _, session = data.draw(st.sampled_from(self.sessions[-3:]))
            begun = self.call("AssociateSoftwareToken", Session=session)
            assert not begun or self.set_up
            self.call("VerifySoftwareToken", Session=begun.get("Session", session), UserCode="000000")

    @rule(span=st.sampled_from([0.5, 31.0, 200.0, 1000.0]))
    def wait(self, span: float) -> None:
        self.cloud.advance(span)

    @rule(data=st.data())
    def give_the_factor(self, data: st.DataObject) -> None:
        """The owner herself, with what she was sent or what her app shows."""
        sent = messages(self.cloud.state, POOL.id, "alice")
        if self.sessions:
            name, session = data.draw(st.sampled_from(self.sessions))
            code = code_at(SECRET, self.cloud.clock.now) if name == "SOFTWARE_TOKEN_MFA" else sent and sent[-1].code
            if name in KEYS and code:
                self.honest = True
                self.respond(name, session, **{KEYS[name]: code})
                self.honest = False

    @invariant()
    def no_secret_is_shown(self) -> None:
        if hasattr(self, "cloud"):
            shown = repr(self.cloud.state) + repr(self.cloud.log[-3:])
            assert SECRET not in shown


Intruder.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestNoShortcut = Intruder.TestCase
