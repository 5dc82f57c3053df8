"""Any order of what people, operators and thieves do to accounts, codes, sessions and tokens: what must never happen.

1. Nobody has tokens who did not prove the password, replace a temporary one, and give the factor switched on.
2. Nobody signs in who is disabled, unconfirmed or reset, nor by what was proved before that changed.
3. A code works once, for its user and purpose, in its time, and only the latest.
4. A sign-in that was revoked neither refreshes nor looks; nor does a token that another replaced.
5. No password and no code stands in a record of the trail, a step, a repr or an error.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cogsim.aws.trail.log import records
from cogsim.errors import AwsError
from cogsim.tokens.totp import code_at
from cogsim.world.user_pool_client import UserPoolClient

PASSWORDS = ("Correct-horse-9", "Battery-staple-8", "Third-choice-77")
ROTATING = "2rotating3client4id5other6c"
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
LIVES = {"sign-up": DAY, "reset": HOUR}
name = st.sampled_from(("alice", "bob"))
password = st.sampled_from(PASSWORDS)
client = st.sampled_from((0, 0, 1))
index = st.integers(0, 7)


@dataclass
class Person:
    """`version` changes with status and password, `born` tells one account of a name from the next."""

    born: int
    password: str
    status: str = "UNCONFIRMED"
    enabled: bool = True
    version: int = 0
    temporary_since: float = 0.0
    app: str | None = None

    def become(self, status: str, chosen: str | None = None) -> None:
        self.status, self.version, self.password = status, self.version + 1, chosen or self.password


@dataclass
class Sent:
    text: str
    purpose: str
    owner: tuple[str, int]
    at: float
    live: bool = True


@dataclass
class Step:
    """An open challenge, and what was proved before it."""

    session: str
    challenge: str
    owner: tuple[str, int]
    version: int
    client: str
    at: float
    proved: frozenset[str]
    used: bool = False


@dataclass
class SignIn:
    owner: tuple[str, int]
    client: str
    at: float
    refresh: list[str]
    access: list[tuple[str, float]]
    revoked: bool = False


class Thieves(RuleBasedStateMachine):
    """One pool with two apps, the second of which rotates its refresh tokens."""

    make: Any
    seen: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        pools = type(self).make(pool={"mfa": "OPTIONAL", "mfa_factors": ("SOFTWARE_TOKEN_MFA",)})
        other = UserPoolClient(ROTATING, pools.pool_id, "other", explicit_auth_flows=("ALLOW_USER_PASSWORD_AUTH",))
        pools.cloud.world = pools.cloud.world.with_client(replace(other, refresh_token_rotation=True))
        self.pools, self.clients = pools, (pools.client_id, ROTATING)
        self.people: dict[str, Person] = {}
        self.born = 0
        self.codes: list[Sent] = []
        self.steps: list[Step] = []
        self.sign_ins: list[SignIn] = []
        self.checked = 0

    # What happens

    def attempt(self, operation: str, **params: Any) -> Any:
        """The response, or None where it was refused."""
        try:
            return self.pools.call(operation, **params)
        except AwsError:
            return None

    def admin(self, operation: str, who: str, **params: Any) -> Any:
        return self.attempt(operation, UserPoolId=self.pools.pool_id, Username=who, **params)

    @property
    def now(self) -> float:
        return float(self.pools.cloud.clock.now)

    def owner(self, who: str) -> tuple[str, int]:
        return who, self.people[who].born

    def person(self, owner: tuple[str, int]) -> Person | None:
        person = self.people.get(owner[0])
        return person if person is not None and person.born == owner[1] else None

    def add(self, who: str, chosen: str, status: str) -> None:
        self.born += 1
        self.people[who] = Person(self.born, chosen, status, temporary_since=self.now)

    def posted(self, purpose: str, who: str) -> None:
        """The latest message held a code, which replaces those before it."""
        for each in self.codes:
            each.live = each.live and (each.purpose, each.owner) != (purpose, self.owner(who))
        self.codes.append(Sent(self.pools.code(who), purpose, self.owner(who), self.now))

    def spent(self, text: str, purpose: str, who: str) -> None:
        """Argument 3."""
        good = [
            each
            for each in self.codes
            if (each.live, each.text, each.purpose, each.owner) == (True, text, purpose, self.owner(who))
        ]
        assert good, f"{purpose} by a code that is not out"
        assert self.now < good[0].at + LIVES[purpose]
        good[0].live = False
        self.seen["code"] += 1

    def revoke(self, owner: tuple[str, int]) -> None:
        for each in self.sign_ins:
            each.revoked = each.revoked or each.owner == owner

    # People and operators

    @initialize(chosen=password)
    def both_are_here(self, chosen: str) -> None:
        for who in ("alice", "bob"):
            self.invite(who, chosen)
            self.set_password(who, chosen, True)

    @rule(who=name, chosen=password)
    def sign_up(self, who: str, chosen: str) -> None:
        given = self.pools.as_list({"email": f"{who}@example.com"})
        params = {"ClientId": self.pools.client_id, "Username": who, "Password": chosen, "UserAttributes": given}
        if self.attempt("SignUp", **params) is not None:
            assert who not in self.people
            self.add(who, chosen, "UNCONFIRMED")
            self.posted("sign-up", who)

    @rule(who=name, chosen=password)
    def invite(self, who: str, chosen: str) -> None:
        given = self.pools.as_list({"email": f"{who}@example.com", "email_verified": "true"})
        made = {"TemporaryPassword": chosen, "MessageAction": "SUPPRESS", "UserAttributes": given}
        if self.admin("AdminCreateUser", who, **made) is not None:
            self.add(who, chosen, "FORCE_CHANGE_PASSWORD")

    @rule(who=name)
    def resend(self, who: str) -> None:
        if self.attempt("ResendConfirmationCode", ClientId=self.pools.client_id, Username=who) is not None:
            self.posted("sign-up", who)

    @precondition(lambda self: self.codes)
    @rule(who=name, which=index, latest=st.booleans())
    def confirm(self, who: str, which: int, latest: bool) -> None:
        text = self.codes[-1 if latest else which % len(self.codes)].text
        params = {"ClientId": self.pools.client_id, "Username": who, "ConfirmationCode": text}
        if self.attempt("ConfirmSignUp", **params) is not None:
            assert self.people[who].status == "UNCONFIRMED"
            self.spent(text, "sign-up", who)
            self.people[who].become("CONFIRMED")

    @rule(who=name, operator=st.booleans())
    def lose_the_password(self, who: str, operator: bool) -> None:
        forgot = {"ClientId": self.pools.client_id, "Username": who}
        answer = self.admin("AdminResetUserPassword", who) if operator else self.attempt("ForgotPassword", **forgot)
        if answer is not None:
            self.posted("reset", who)
            if operator:
                self.people[who].become("RESET_REQUIRED")

    @precondition(lambda self: self.codes)
    @rule(who=name, which=index, latest=st.booleans(), chosen=password)
    def reset(self, who: str, which: int, latest: bool, chosen: str) -> None:
        text = self.codes[-1 if latest else which % len(self.codes)].text
        params = {"ClientId": self.pools.client_id, "Username": who, "ConfirmationCode": text, "Password": chosen}
        if self.attempt("ConfirmForgotPassword", **params) is not None:
            assert self.people[who].enabled
            self.spent(text, "reset", who)
            self.people[who].become("CONFIRMED", chosen)

    @precondition(lambda self: any(each.live for each in self.codes))
    @rule(which=index, chosen=password)
    def come_too_late(self, which: int, chosen: str) -> None:
        """The right code in the moment in which its time is over."""
        live = [number for number, each in enumerate(self.codes) if each.live]
        number = live[which % len(live)]
        sent = self.codes[number]
        self.pools.cloud.advance(max(0.0, sent.at + LIVES[sent.purpose] - self.now))
        if sent.purpose == "sign-up":
            self.confirm(sent.owner[0], number, False)
        else:
            self.reset(sent.owner[0], number, False, chosen)

    @rule(who=name, chosen=password, permanent=st.booleans())
    def set_password(self, who: str, chosen: str, permanent: bool) -> None:
        if self.admin("AdminSetUserPassword", who, Password=chosen, Permanent=permanent) is not None:
            self.people[who].become("CONFIRMED" if permanent else "FORCE_CHANGE_PASSWORD", chosen)
            self.people[who].temporary_since = self.now

    @rule(who=name, enabled=st.booleans())
    def switch(self, who: str, enabled: bool) -> None:
        if self.admin("AdminEnableUser" if enabled else "AdminDisableUser", who) is not None:
            self.people[who].enabled = enabled
            if not enabled:
                self.revoke(self.owner(who))

    @rule(who=name, really=st.sampled_from((False, False, False, True)))
    def delete(self, who: str, really: bool) -> None:
        if really and self.admin("AdminDeleteUser", who) is not None:
            self.revoke(self.owner(who))
            for each in self.codes:
                each.live = each.live and each.owner != self.owner(who)
            del self.people[who]

    @precondition(lambda self: self.sign_ins)
    @rule(which=index)
    def add_an_app(self, which: int) -> None:
        chosen = self.sign_ins[which % len(self.sign_ins)]
        token = chosen.access[-1][0]
        made = self.attempt("AssociateSoftwareToken", AccessToken=token)
        person = self.person(chosen.owner)
        if made is None or person is None:
            return
        code = code_at(made["SecretCode"], self.now)
        if self.attempt("VerifySoftwareToken", AccessToken=token, UserCode=code) is not None:
            person.app = made["SecretCode"]
            preferred = {"SoftwareTokenMfaSettings": {"Enabled": True, "PreferredMfa": True}}
            assert self.admin("AdminSetUserMFAPreference", chosen.owner[0], **preferred) is not None
            self.seen["app"] += 1

    # Sign-ins

    @rule(who=name, right=st.sampled_from((True, True, False)), through=client)
    def sign_in(self, who: str, right: bool, through: int) -> None:
        person = self.people.get(who)
        known = person.password if person else PASSWORDS[0]
        given = known if right else "Wrong-horse-99"
        parameters = {"USERNAME": who, "PASSWORD": given}
        begun = {"ClientId": self.clients[through], "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters}
        answer = self.attempt("InitiateAuth", **begun)
        if answer is not None:
            assert right, "by a wrong password"
            self.led_to(answer, who, self.clients[through], frozenset({"PASSWORD"}))

    @rule(who=name, through=client)
    def come_in(self, who: str, through: int) -> None:
        """Sign in and give every answer that is asked for."""
        before = len(self.steps)
        self.sign_in(who, True, through)
        while len(self.steps) > before:
            before = len(self.steps)
            self.answer(0, True, True, None, None)

    @precondition(lambda self: self.steps)
    @rule(which=index, latest=st.booleans(), right=st.booleans(), who=st.none() | name, through=st.none() | client)
    def answer(self, which: int, latest: bool, right: bool, who: str | None, through: int | None) -> None:
        step = self.steps[-1 if latest else which % len(self.steps)]
        who = who or step.owner[0]
        person, chosen = self.people.get(who), "Another-choice-6"
        secret = person.app if person else None
        code = code_at(secret, self.now) if secret and right else "000000"
        given = (
            {"NEW_PASSWORD": chosen} if step.challenge == "NEW_PASSWORD_REQUIRED" else {f"{step.challenge}_CODE": code}
        )
        params = {"ClientId": step.client if through is None else self.clients[through], "Session": step.session}
        params |= {"ChallengeName": step.challenge, "ChallengeResponses": {"USERNAME": who, **given}}
        answer = self.attempt("RespondToAuthChallenge", **params)
        if answer is None:
            return
        assert self.owner(who) == step.owner, "by another's session"
        assert params["ClientId"] == step.client
        assert not step.used
        assert self.now < step.at + 3 * MINUTE
        assert person.enabled
        assert person.version == step.version, "by what was proved of an earlier state"
        step.used = True
        if step.challenge == "NEW_PASSWORD_REQUIRED":
            person.become("CONFIRMED", chosen)
        else:
            assert code == code_at(secret, self.now), "by a wrong code"
        self.seen[step.challenge] += 1
        self.led_to(answer, who, step.client, step.proved | {step.challenge})

    @precondition(lambda self: any(step.used for step in self.steps))
    @rule(which=index)
    def answer_again(self, which: int) -> None:
        """The right answer of the next half minute to a step that was answered."""
        self.pools.cloud.advance(31)
        used = [number for number, step in enumerate(self.steps) if step.used]
        self.answer(used[which % len(used)], False, True, None, None)

    def led_to(self, answer: Any, who: str, through: str, proved: frozenset[str]) -> None:
        """Arguments 1 and 2."""
        person = self.people[who]
        assert person.enabled
        assert person.status in ("CONFIRMED", "FORCE_CHANGE_PASSWORD")
        if person.status == "FORCE_CHANGE_PASSWORD":
            assert answer["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
            assert self.now < person.temporary_since + 7 * DAY
        if "ChallengeName" in answer:
            assert "AuthenticationResult" not in answer
            at, owner = self.now, self.owner(who)
            step = Step(answer["Session"], answer["ChallengeName"], owner, person.version, through, at, proved)
            self.steps.append(step)
            return
        assert person.app is None or "SOFTWARE_TOKEN_MFA" in proved
        result = answer["AuthenticationResult"]
        access = (result["AccessToken"], self.now + HOUR)
        self.sign_ins.append(SignIn(self.owner(who), through, self.now, [result["RefreshToken"]], [access]))
        self.seen["tokens"] += 1

    @precondition(lambda self: self.sign_ins)
    @rule(which=index, old=st.booleans(), through=st.none() | client)
    def refresh(self, which: int, old: bool, through: int | None) -> None:
        held = self.sign_ins[which % len(self.sign_ins)]
        token = held.refresh[0 if old else -1]
        asked = held.client if through is None else self.clients[through]
        answer = self.attempt("GetTokensFromRefreshToken", ClientId=asked, RefreshToken=token)
        if answer is None:
            return
        person = self.person(held.owner)
        assert not held.revoked
        assert person is not None
        assert person.enabled
        assert asked == held.client
        assert self.now < held.at + 30 * DAY
        assert token == held.refresh[-1], "by a token that another replaced"
        result = answer["AuthenticationResult"]
        held.access.append((result["AccessToken"], self.now + HOUR))
        assert ("RefreshToken" in result) == (held.client == ROTATING)
        held.refresh += [result["RefreshToken"]] if "RefreshToken" in result else []
        self.seen["refreshed"] += 1

    @precondition(lambda self: self.sign_ins)
    @rule(which=index, everywhere=st.booleans())
    def sign_out(self, which: int, everywhere: bool) -> None:
        held = self.sign_ins[which % len(self.sign_ins)]
        if everywhere:
            if self.attempt("GlobalSignOut", AccessToken=held.access[-1][0]) is not None:
                assert not held.revoked
                self.revoke(held.owner)
        elif self.attempt("RevokeToken", ClientId=held.client, Token=held.refresh[-1]) is not None:
            held.revoked = True
            self.seen["revoked"] += 1

    @precondition(lambda self: self.sign_ins)
    @rule(which=index, old=st.booleans())
    def look(self, which: int, old: bool) -> None:
        held = self.sign_ins[which % len(self.sign_ins)]
        token, ends = held.access[0 if old else -1]
        answer = self.attempt("GetUser", AccessToken=token)
        if answer is not None:
            assert not held.revoked
            assert self.now < ends
            assert self.person(held.owner) is not None
            assert answer["Username"] == held.owner[0]

    @rule(span=st.sampled_from((1.0, 31.0, 3 * MINUTE, 15 * MINUTE, HOUR, DAY, 7 * DAY)))
    def wait(self, span: float) -> None:
        self.pools.cloud.advance(span)

    # What is shown

    def secret_in(self, shown: str) -> str | None:
        """Argument 5: the first secret that stands in a text."""
        words = set(re.findall(r"[\w-]+", shown))
        known = (*PASSWORDS, "Wrong-horse-99", "Another-choice-6", *(each.text for each in self.codes))
        return next((each for each in known if each in words), None)

    @invariant()
    def nothing_secret_is_shown(self) -> None:
        log = self.pools.cloud.log[self.checked :]
        self.checked += len(log)
        shown = repr(log) + repr([getattr(entry, "decision", None) for entry in log])
        assert not self.secret_in(shown), self.secret_in(shown)

    def teardown(self) -> None:
        shown = json.dumps(records(self.pools.cloud), default=str) + repr(self.pools.cloud.world)
        assert not self.secret_in(shown), self.secret_in(shown)


def explored(make: Any, examples: int, length: int) -> Counter[str]:
    Thieves.make, Thieves.seen = staticmethod(make), Counter()
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    bounds = settings(max_examples=examples, stateful_step_count=length, deadline=None, suppress_health_check=checks)
    run_state_machine_as_test(Thieves, settings=bounds)
    return Thieves.seen


def test_no_order_of_calls_leads_where_nobody_may_be(make: Any) -> None:
    assert explored(make, 50, 40)["tokens"]  # how far the search comes is asked of the long one


@pytest.mark.slow
def test_no_long_order_of_calls_leads_where_nobody_may_be(make: Any) -> None:
    seen = explored(make, 400, 60)
    reached = {"tokens", "code", "app", "refreshed", "revoked", "NEW_PASSWORD_REQUIRED", "SOFTWARE_TOKEN_MFA"}
    assert reached <= set(seen)
