"""Encoded authorization messages: what is in them, and that none can be made up."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.decision import Decision, Refusal
from cogsim.decisions.authorization_message import decoded_message, encoded_message, unauthorized_operation
from cogsim.policy.document import PolicyKind
from cogsim.policy.layers import Layers, NamedPolicy, Result
from cogsim.policy.parse import parse
from cogsim.policy.reference.decide import decide
from cogsim.policy.request import Context, Principal, PrincipalKind, Request

BOB = Principal(PrincipalKind.USER, "arn:aws:iam::123456789012:user/bob", "123456789012", unique_id="AIDABOB")
INSTANCE = "arn:aws:ec2:us-east-1:123456789012:instance/i-1"


def request(**keys: str) -> Request:
    return Request(BOB, "ec2:StopInstances", INSTANCE, "123456789012", Context(dict(keys)))


def refused(asked: Request, effect: str | None = None) -> Decision[Result]:
    if effect is None:
        return decide(Layers(), asked)
    statement = {"Effect": effect, "Action": "ec2:*", "Resource": "*"}
    policy = parse({"Version": "2012-10-17", "Statement": [statement]}, PolicyKind.IDENTITY)
    return decide(Layers(identity=(NamedPolicy("bob inline no", policy),)), asked)


def test_a_message_holds_the_decision() -> None:
    asked = request(**{"aws:SourceIp": "198.51.100.1"})
    text = decoded_message(encoded_message(refused(asked, "Deny"), asked)).value
    assert isinstance(text, str)
    held = json.loads(text)
    assert (held["allowed"], held["explicitDeny"]) == (False, True)
    assert [item["policy"] for item in held["matchedStatements"]["items"]] == ["bob inline no"]
    context = held["context"]
    assert context["principal"] == {"id": "AIDABOB", "arn": BOB.arn}
    assert (context["action"], context["resource"]) == ("ec2:StopInstances", INSTANCE)
    condition = {"key": "aws:SourceIp", "values": {"items": [{"value": "198.51.100.1"}]}}
    assert context["conditions"]["items"] == [condition]


def test_an_implicit_denial_says_so() -> None:
    asked = request()
    text = decoded_message(encoded_message(refused(asked), asked)).value
    assert isinstance(text, str)
    assert json.loads(text)["explicitDeny"] is False


def test_ec2_answers_with_the_sentence_and_the_message() -> None:
    asked = request()
    words = unauthorized_operation(refused(asked), asked)
    assert words.startswith(
        "You are not authorized to perform this operation. User: arn:aws:iam::123456789012:user/bob "
    )
    assert isinstance(decoded_message(words.rpartition(" ")[2]).value, str)


def test_a_message_is_never_too_long_to_decode() -> None:
    asked = request(**{f"aws:RequestTag/{number}": "".join(map(chr, range(40, 120))) * 9 for number in range(50)})
    big = Request(
        BOB, asked.action, asked.resource, None, Context({str(n): f"{n * n * 7919}" * 30 for n in range(900)})
    )
    for each in (asked, big):
        message = encoded_message(refused(each), each)
        assert len(message) <= 10240
        assert isinstance(decoded_message(message).value, str)


@settings(deadline=None)
@given(st.text(min_size=1, max_size=80))
def test_a_text_of_ones_own_decodes_to_nothing(text: str) -> None:
    assert decoded_message(text).value == Refusal("InvalidAuthorizationMessageException", "Message is not valid")


@settings(deadline=None)
@given(st.data())
def test_an_altered_message_decodes_to_nothing(data: st.DataObject) -> None:
    asked = request()
    message = encoded_message(refused(asked), asked)
    place = data.draw(st.integers(0, len(message) - 2))
    letter = data.draw(st.sampled_from("ABCxyz019-_").filter(lambda each: each != message[place]))
    altered = message[:place] + letter + message[place + 1 :]
    assert isinstance(decoded_message(altered).value, Refusal)
