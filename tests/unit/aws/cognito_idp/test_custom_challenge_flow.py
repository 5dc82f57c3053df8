"""The custom flow at the door: functions define, create and verify challenges; the service keeps the books."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.errors import NotModelled
from cogsim.persistent import Map
from cogsim.tokens import srp
from cogsim.world.pool_members import Trigger, TriggerRule

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:"
TRIGGERS = ("DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse")
WRONG = ("NotAuthorizedException", "Incorrect username or password.")
NOT_CONFIGURED = ("InvalidParameterException", "Custom auth lambda trigger is not configured for the user pool.")

#: Three tries at a riddle whose answer is 42.
RULES = {
    "DefineAuthChallenge": (
        TriggerRule(Map({"request.session.-1.challengeResult": True}), Map({"issueTokens": True})),
        TriggerRule(Map({"request.session.length": Map({"at_least": 3})}), Map({"failAuthentication": True})),
        TriggerRule(Map(), Map({"challengeName": "CUSTOM_CHALLENGE"})),
    ),
    "CreateAuthChallenge": (
        TriggerRule(
            Map(),
            Map(
                {
                    "publicChallengeParameters": Map({"question": "6 × 7, ${userName}?"}),
                    "privateChallengeParameters": Map({"answer": "42"}),
                    "challengeMetadata": "RIDDLE",
                }
            ),
        ),
    ),
    "VerifyAuthChallengeResponse": (
        TriggerRule(
            Map({"request.challengeAnswer": "${request.privateChallengeParameters.answer}"}),
            Map({"answerCorrect": True}),
        ),
        TriggerRule(Map(), Map({"answerCorrect": False})),
    ),
}
#: First the password, then the riddle.
PASSWORD_FIRST = (
    TriggerRule(
        Map({"request.session.length": 1, "request.session.0.challengeName": "SRP_A"}),
        Map({"challengeName": "PASSWORD_VERIFIER", "issueTokens": False}),
    ),
    TriggerRule(
        Map({"request.session.-1.challengeName": "PASSWORD_VERIFIER", "request.session.-1.challengeResult": False}),
        Map({"failAuthentication": True}),
    ),
    TriggerRule(
        Map({"request.session.-1.challengeName": "CUSTOM_CHALLENGE", "request.session.-1.challengeResult": True}),
        Map({"issueTokens": True}),
    ),
    TriggerRule(Map(), Map({"challengeName": "CUSTOM_CHALLENGE"})),
)


class Riddle:
    """A pool whose triggers are RULES, and the calls of an app in a custom flow."""

    def __init__(self, pools: Any) -> None:
        self.pools = pools

    def declare(self, name: str, *rules: TriggerRule) -> None:
        world = self.pools.cloud.world
        self.pools.cloud.world = world.with_trigger(Trigger(FUNCTION + name, rules))

    def start(self, name: str = "alice", **parameters: str) -> Mapping[str, Any]:
        return self.pools.call("InitiateAuth", **self.beginning(name, **parameters))  # type: ignore[no-any-return]

    def beginning(self, name: str = "alice", **parameters: str) -> dict[str, Any]:
        parameters = {"USERNAME": name, **parameters}
        return {"ClientId": self.pools.client_id, "AuthFlow": "CUSTOM_AUTH", "AuthParameters": parameters}

    def answering(self, asked: Mapping[str, Any], answer: str, name: str = "alice") -> dict[str, Any]:
        return {
            "ClientId": self.pools.client_id,
            "ChallengeName": "CUSTOM_CHALLENGE",
            "Session": asked["Session"],
            "ChallengeResponses": {"USERNAME": name, "ANSWER": answer},
        }

    def answer(self, asked: Mapping[str, Any], answer: str, name: str = "alice") -> Mapping[str, Any]:
        return self.pools.call("RespondToAuthChallenge", **self.answering(asked, answer, name))  # type: ignore[no-any-return]

    def proof(self, asked: Mapping[str, Any], client: srp.Client, password: str) -> dict[str, Any]:
        """The answer to a PASSWORD_VERIFIER."""
        given, stamp = asked["ChallengeParameters"], srp.timestamp(self.pools.cloud.clock.now)
        responses = {
            "USERNAME": given["USER_ID_FOR_SRP"],
            "PASSWORD_CLAIM_SECRET_BLOCK": given["SECRET_BLOCK"],
            "PASSWORD_CLAIM_SIGNATURE": client.claim_signature(
                *(given["USER_ID_FOR_SRP"], password, given["SALT"], given["SRP_B"]),
                *(base64.b64decode(given["SECRET_BLOCK"]), stamp),
            ),
            "TIMESTAMP": stamp,
        }
        return {
            "ClientId": self.pools.client_id,
            "ChallengeName": "PASSWORD_VERIFIER",
            "Session": asked["Session"],
            "ChallengeResponses": responses,
        }


@pytest.fixture
def riddle(make: Any) -> Any:
    def build(client: Mapping[str, Any] | None = None, triggers: tuple[str, ...] = TRIGGERS, **pool: Any) -> Riddle:
        flows = ("ALLOW_CUSTOM_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH")
        settings = {"explicit_auth_flows": flows, **(client or {})}
        made = Riddle(
            make(pool={"triggers": Map({name: FUNCTION + name for name in triggers}), **pool}, client=settings)
        )
        for name in triggers:
            made.declare(name, *RULES.get(name, ()))
        made.pools.confirmed("alice", email="alice@example.com")
        return made

    return build


def test_a_right_answer_gives_tokens(riddle: Any) -> None:
    flow = riddle()
    asked = flow.start()
    assert (asked["ChallengeName"], asked["ChallengeParameters"]) == (
        "CUSTOM_CHALLENGE",
        {"USERNAME": "alice", "question": "6 × 7, alice?"},
    )
    tokens = flow.answer(asked, "42")["AuthenticationResult"]
    assert flow.pools.claims(tokens["IdToken"])["cognito:username"] == "alice"


def test_the_private_part_is_nowhere_to_be_seen(riddle: Any) -> None:
    flow = riddle()
    asked = flow.start()
    outcome = flow.pools.cloud.log[-1]
    assert "42" not in str(asked["ChallengeParameters"])
    assert "'42'" not in repr(outcome.decision)
    assert "'42'" not in repr(flow.pools.cloud.state)


def test_a_wrong_answer_ends_nothing_until_the_function_says_so(riddle: Any) -> None:
    flow = riddle()
    asked = flow.start()
    for _ in range(2):
        asked = flow.answer(asked, "41")
        assert asked["ChallengeName"] == "CUSTOM_CHALLENGE"
    assert flow.pools.refusal("RespondToAuthChallenge", **flow.answering(asked, "41")) == WRONG


def test_the_second_try_may_be_right(riddle: Any) -> None:
    flow = riddle()
    assert "AuthenticationResult" in flow.answer(flow.answer(flow.start(), "41"), "42")


def test_wrong_answers_to_riddles_lock_nobody(riddle: Any) -> None:
    flow = riddle()
    for _ in range(8):
        flow.answer(flow.start(), "41")
    assert "AccessToken" in flow.pools.tokens()


def test_a_step_is_answered_once(riddle: Any) -> None:
    flow = riddle()
    asked = flow.start()
    flow.answer(asked, "41")
    used = ("NotAuthorizedException", "Invalid session for the user, session can only be used once.")
    assert flow.pools.refusal("RespondToAuthChallenge", **flow.answering(asked, "42")) == used


def test_a_step_of_one_user_is_no_step_of_another(riddle: Any) -> None:
    flow = riddle()
    flow.pools.confirmed("bob")
    asked = flow.start("alice")
    assert flow.pools.refusal("RespondToAuthChallenge", **flow.answering(asked, "42", "bob"))[0] == WRONG[0]


def test_the_books_are_kept_for_the_functions(riddle: Any) -> None:
    """Every function sees the rounds so far, and only what came with the answer as ClientMetadata."""
    flow, events = riddle(), []

    def noting(name: str, answer: Mapping[str, Any]) -> Any:
        def called(event: dict[str, Any]) -> dict[str, Any]:
            events.append((event["triggerSource"], event["request"]))
            return {**event, "response": dict(answer)}

        return called

    create = {"privateChallengeParameters": {"answer": "1"}, "challengeMetadata": "M"}
    flow.pools.cloud.functions = {
        "DefineAuthChallenge": noting("Define", {"challengeName": "CUSTOM_CHALLENGE"}),
        "CreateAuthChallenge": noting("Create", create),
        "VerifyAuthChallengeResponse": noting("Verify", {"answerCorrect": True}),
    }
    asked = flow.pools.call("InitiateAuth", **flow.beginning(), ClientMetadata={"first": "1"})
    flow.pools.call("RespondToAuthChallenge", **flow.answering(asked, "x"), ClientMetadata={"second": "2"})
    assert [source for source, _ in events] == [
        "DefineAuthChallenge_Authentication",
        "CreateAuthChallenge_Authentication",
        "VerifyAuthChallengeResponse_Authentication",
        "DefineAuthChallenge_Authentication",
        "CreateAuthChallenge_Authentication",
    ]
    requests = [request for _, request in events]
    assert ["clientMetadata" in request for request in requests] == [False, False, True, True, True]
    assert requests[3]["clientMetadata"] == {"second": "2"}
    assert requests[0]["session"] == []
    done = {"challengeName": "CUSTOM_CHALLENGE", "challengeResult": True, "challengeMetadata": "M"}
    assert requests[3]["session"] == [done]
    assert requests[1]["challengeName"] == "CUSTOM_CHALLENGE"
    assert (requests[2]["privateChallengeParameters"], requests[2]["challengeAnswer"]) == ({"answer": "1"}, "x")


def test_an_operator_walks_the_same_flow(riddle: Any) -> None:
    flow = riddle()
    begun = flow.beginning()
    asked = flow.pools.admin("AdminInitiateAuth", **begun)
    done = flow.pools.admin("AdminRespondToAuthChallenge", **flow.answering(asked, "42"))
    assert "AccessToken" in done["AuthenticationResult"]


@pytest.mark.parametrize("missing", TRIGGERS)
def test_a_pool_without_the_function_says_so_where_it_is_needed(riddle: Any, missing: str) -> None:
    flow = riddle(triggers=tuple(name for name in TRIGGERS if name != missing))
    if missing != "VerifyAuthChallengeResponse":
        assert flow.pools.refusal("InitiateAuth", **flow.beginning()) == NOT_CONFIGURED
        return
    asked = flow.start()
    assert flow.pools.refusal("RespondToAuthChallenge", **flow.answering(asked, "42")) == NOT_CONFIGURED


def test_a_client_that_does_not_allow_the_flow_refuses_it(riddle: Any) -> None:
    flow = riddle(client={"explicit_auth_flows": ("ALLOW_USER_PASSWORD_AUTH",)})
    assert flow.pools.refusal("InitiateAuth", **flow.beginning())[0] == "InvalidParameterException"


# Strangers


def test_functions_are_asked_about_a_stranger_where_the_client_hides_its_users(riddle: Any) -> None:
    flow = riddle(client={"prevent_user_existence_errors": "ENABLED"})
    seen = []

    def define(event: dict[str, Any]) -> dict[str, Any]:
        seen.append((event["userName"], event["request"]["userNotFound"], event["request"]["userAttributes"]))
        return {**event, "response": {"challengeName": "CUSTOM_CHALLENGE"}}

    flow.pools.cloud.functions = {"DefineAuthChallenge": define}
    asked = flow.start("nobody")
    assert asked["ChallengeParameters"]["USERNAME"] == "nobody"
    flow.answer(asked, "42", "nobody")
    assert seen == [("nobody", True, {}), ("nobody", True, {})]


def test_a_stranger_gets_no_tokens_whatever_the_functions_say(riddle: Any) -> None:
    flow = riddle(client={"prevent_user_existence_errors": "ENABLED"})
    asked = flow.start("nobody")
    assert flow.pools.refusal("RespondToAuthChallenge", **flow.answering(asked, "42", "nobody")) == WRONG
    flow.declare("DefineAuthChallenge", TriggerRule(Map(), Map({"issueTokens": True})))
    assert flow.pools.refusal("InitiateAuth", **flow.beginning("nobody")) == WRONG


def test_a_strangers_step_is_none_of_a_users(riddle: Any) -> None:
    flow = riddle(client={"prevent_user_existence_errors": "ENABLED"})
    asked = flow.start("nobody")
    assert flow.pools.refusal("RespondToAuthChallenge", **flow.answering(asked, "42", "alice"))[0] == WRONG[0]


def test_a_client_that_hides_nothing_says_there_is_nobody(riddle: Any) -> None:
    assert riddle().pools.refusal("InitiateAuth", **riddle().beginning("nobody"))[0] == "UserNotFoundException"


# The password within


def handshake(flow: Riddle) -> srp.Client:
    return srp.Client(flow.pools.pool_id.partition("_")[2], 1234567)


def begin_with_srp(flow: Riddle, client: srp.Client, name: str = "alice") -> Mapping[str, Any]:
    flow.declare("DefineAuthChallenge", *PASSWORD_FIRST)
    return flow.start(name, CHALLENGE_NAME="SRP_A", SRP_A=client.public)


def test_first_the_password_then_the_riddle(riddle: Any) -> None:
    flow = riddle()
    client = handshake(flow)
    asked = begin_with_srp(flow, client)
    assert asked["ChallengeName"] == "PASSWORD_VERIFIER"
    further = flow.pools.call("RespondToAuthChallenge", **flow.proof(asked, client, flow.pools.password))
    assert further["ChallengeName"] == "CUSTOM_CHALLENGE"
    assert "AuthenticationResult" in flow.answer(further, "42")


def test_the_function_hears_of_a_wrong_password_and_it_is_counted(riddle: Any) -> None:
    flow = riddle()
    client = handshake(flow)
    for _ in range(5):
        asked = begin_with_srp(flow, client)
        assert flow.pools.refusal("RespondToAuthChallenge", **flow.proof(asked, client, "wrong")) == WRONG
    question = "what does the DefineAuthChallenge trigger answer?"
    assert [step.answer for step in flow.pools.steps() if step.question == question] == ["failAuthentication true"]
    asked = begin_with_srp(flow, client)
    locked = ("NotAuthorizedException", "Password attempts exceeded")
    assert flow.pools.refusal("RespondToAuthChallenge", **flow.proof(asked, client, flow.pools.password)) == locked


def test_a_stranger_fails_the_password_like_anybody(riddle: Any) -> None:
    flow = riddle(client={"prevent_user_existence_errors": "ENABLED"})
    client = handshake(flow)
    asked = begin_with_srp(flow, client, "nobody")
    assert asked["ChallengeParameters"]["USER_ID_FOR_SRP"] != "nobody"
    assert flow.pools.refusal("RespondToAuthChallenge", **flow.proof(asked, client, "whatever")) == WRONG


def test_the_proof_counts_in_its_own_session_only(riddle: Any) -> None:
    """Neither without the session, which would leave the functions out, nor by a block of the plain flow."""
    flow = riddle()
    client = handshake(flow)
    answer = flow.proof(begin_with_srp(flow, client), client, flow.pools.password)
    del answer["Session"]
    invalid = ("NotAuthorizedException", "Invalid session for the user.")
    assert flow.pools.refusal("RespondToAuthChallenge", **answer) == invalid
    asked = begin_with_srp(flow, client)
    plain = flow.pools.call(
        "InitiateAuth",
        ClientId=flow.pools.client_id,
        AuthFlow="USER_SRP_AUTH",
        AuthParameters={"USERNAME": "alice", "SRP_A": client.public},
    )
    mixed = flow.proof({**plain, "Session": asked["Session"]}, client, flow.pools.password)
    assert flow.pools.refusal("RespondToAuthChallenge", **mixed) == invalid


def test_a_password_is_asked_for_only_where_srp_a_was_sent(riddle: Any) -> None:
    flow = riddle()
    flow.declare("DefineAuthChallenge", TriggerRule(Map(), Map({"challengeName": "PASSWORD_VERIFIER"})))
    assert flow.pools.refusal("InitiateAuth", **flow.beginning())[0] == "InvalidLambdaResponseException"


def test_srp_a_without_its_challenge_name_is_named(riddle: Any) -> None:
    flow = riddle()
    with pytest.raises(NotModelled, match="CHALLENGE_NAME"):
        flow.start(SRP_A="ab")
    assert flow.pools.refusal("InitiateAuth", **flow.beginning(CHALLENGE_NAME="SRP_A")) == (
        "InvalidParameterException",
        "Missing required parameter SRP_A",
    )


# What the functions say


@pytest.mark.parametrize("name", [None, "RIDDLE", "SELECT_CHALLENGE", "DEVICE_SRP_AUTH"])
def test_a_challenge_that_there_is_not_is_refused(riddle: Any, name: str | None) -> None:
    flow = riddle()
    flow.declare("DefineAuthChallenge", TriggerRule(Map(), Map({"challengeName": name})))
    refusal = ("InvalidLambdaResponseException", "Unrecognizable lambda output")
    assert flow.pools.refusal("InitiateAuth", **flow.beginning()) == refusal
    with assuming({"cognito.defineUnknownChallenge": "UnexpectedLambdaException"}):
        assert flow.pools.refusal("InitiateAuth", **flow.beginning())[0] == "UnexpectedLambdaException"


def test_to_fail_wins_over_tokens(riddle: Any) -> None:
    flow = riddle()
    both = Map({"failAuthentication": True, "issueTokens": True})
    flow.declare("DefineAuthChallenge", TriggerRule(Map(), both))
    assert flow.pools.refusal("InitiateAuth", **flow.beginning()) == WRONG


def test_a_function_may_give_tokens_at_once(riddle: Any) -> None:
    flow = riddle()
    flow.declare("DefineAuthChallenge", TriggerRule(Map(), Map({"issueTokens": True})))
    assert "AuthenticationResult" in flow.start()


def test_the_services_own_code_is_a_round_like_any_other(riddle: Any) -> None:
    """Define asks for EMAIL_OTP; a wrong code is refused by the service, a right one is told to Define."""
    flow = riddle(mfa="OPTIONAL", mfa_factors=("EMAIL_OTP",), email=Map({"EmailSendingAccount": "DEVELOPER"}))
    done = {"request.session.-1.challengeName": "EMAIL_OTP", "request.session.-1.challengeResult": True}
    flow.declare(
        "DefineAuthChallenge",
        TriggerRule(Map(done), Map({"issueTokens": True})),
        TriggerRule(Map(), Map({"challengeName": "EMAIL_OTP"})),
    )
    asked = flow.start()
    answer = {"ClientId": flow.pools.client_id, "ChallengeName": "EMAIL_OTP", "Session": asked["Session"]}
    code = flow.pools.code("alice")
    wrong = {"USERNAME": "alice", "EMAIL_OTP_CODE": f"{(int(code) + 1) % 10 ** len(code):0{len(code)}}"}
    assert (
        flow.pools.refusal("RespondToAuthChallenge", **answer, ChallengeResponses=wrong)[0] == "CodeMismatchException"
    )
    right = {"USERNAME": "alice", "EMAIL_OTP_CODE": code}
    assert "AuthenticationResult" in flow.pools.call("RespondToAuthChallenge", **answer, ChallengeResponses=right)


# The account


def test_the_pools_own_second_factor_is_not_added(riddle: Any) -> None:
    flow = riddle(mfa="ON", mfa_factors=("EMAIL_OTP",), email=Map({"EmailSendingAccount": "DEVELOPER"}))
    assert "AuthenticationResult" in flow.answer(flow.start(), "42")


def test_an_account_that_may_not_sign_in_gets_no_tokens(riddle: Any) -> None:
    flow = riddle()
    flow.pools.sign_up("bob", email="bob@example.com")
    asked = flow.start("bob")
    assert flow.pools.refusal("RespondToAuthChallenge", **flow.answering(asked, "42", "bob"))[0] == (
        "UserNotConfirmedException"
    )
    asked = flow.start()
    flow.pools.admin("AdminDisableUser", Username="alice")
    assert flow.pools.refusal("RespondToAuthChallenge", **flow.answering(asked, "42"))[1] == "User is disabled."
    assert flow.pools.refusal("InitiateAuth", **flow.beginning())[1] == "User is disabled."


def test_a_temporary_password_is_replaced_at_the_end_unless_assumed_otherwise(riddle: Any) -> None:
    flow = riddle()
    flow.pools.admin("AdminCreateUser", Username="carol", MessageAction="SUPPRESS", TemporaryPassword="Temporary-1")
    asked = flow.answer(flow.start("carol"), "42", "carol")
    assert asked["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    answer = {"ClientId": flow.pools.client_id, "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": asked["Session"]}
    chosen = {"USERNAME": "carol", "NEW_PASSWORD": "Another-horse-9"}
    with assuming({"cognito.customFlowTemporaryPassword": "tokens"}):
        assert "AuthenticationResult" in flow.answer(flow.start("carol"), "42", "carol")
    done = flow.pools.call("RespondToAuthChallenge", **answer, ChallengeResponses=chosen)
    assert "AuthenticationResult" in done


def test_a_temporary_password_that_was_proved_is_replaced_whatever_is_assumed(riddle: Any) -> None:
    flow = riddle()
    flow.pools.admin("AdminCreateUser", Username="carol", MessageAction="SUPPRESS", TemporaryPassword="Temporary-1")
    client = handshake(flow)
    asked = begin_with_srp(flow, client, "carol")
    further = flow.pools.call("RespondToAuthChallenge", **flow.proof(asked, client, "Temporary-1"))
    with assuming({"cognito.customFlowTemporaryPassword": "tokens"}):
        assert flow.answer(further, "42", "carol")["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
