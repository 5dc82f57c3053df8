"""Which session a broker gets for somebody: its own decisions, one table for the right one and the wrong ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogsim import load
from cogsim.decision import Decision, Refusal
from cogsim.decisions.broker_call import Grant
from cogsim.decisions.broker_choice import authenticate_person, choose_session
from cogsim.frozen import freeze, thaw
from cogsim.persistent import Map
from cogsim.world.broker import MISTAKES, Broker, BrokerPerson, BrokerRule

WORLDS = Path(__file__).parents[3] / "scenarios" / "worlds"
PORTAL = load(WORLDS / "broker.yaml").brokers["portal"]
#: A word, or something that reaches beyond the text it is put into.
WORDS = st.text(max_size=8) | st.text(st.sampled_from('ab*?$/{}"\\,:[]'), max_size=12)


def wrong(*mistakes: str) -> Broker:
    return replace(PORTAL, mistakes=mistakes)


def asked(broker: Broker, name: str, wishes: Mapping[str, str] | None = None) -> Grant:
    decision = choose_session(broker, broker.people[name], wishes or {})
    assert isinstance(decision.value, Grant), decision
    return decision.value


def refusal(decision: Decision[Any]) -> str:
    assert isinstance(decision.value, Refusal)
    assert decision.value.code == "BrokerRefusal"
    assert decision.deciding[-1].location is not None
    return decision.value.message


@pytest.mark.parametrize(
    ("name", "password", "expected"),
    [
        ("alice", "Correct-horse-7", None),
        ("alice", "correct-horse-7", "Unknown name or wrong password."),
        ("alice", "", "Unknown name or wrong password."),
        ("nobody", "Correct-horse-7", "Unknown name or wrong password."),
        ("oscar", "Long-gone-2", "The account is disabled."),
        ("oscar", "wrong", "Unknown name or wrong password."),
    ],
)
def test_a_person_comes_in_by_name_and_password(name: str, password: str, expected: str | None) -> None:
    value = authenticate_person(PORTAL, name, password).value
    if expected is None:
        assert value == PORTAL.people[name]
    else:
        assert value == Refusal("BrokerRefusal", expected)


def test_what_was_wrong_is_not_told_apart_but_no_password_stands_in_a_step() -> None:
    decision = authenticate_person(PORTAL, "alice", "my-guess")
    assert "my-guess" not in str(decision)
    assert "Correct-horse-7" not in str(authenticate_person(PORTAL, "alice", "Correct-horse-7"))


@pytest.mark.parametrize(
    ("wishes", "expected"),
    [
        ({}, "documents"),
        ({"rule": "documents"}, "documents"),
        ({"rule": "folder", "folder": "drafts"}, "folder"),
        ({"rule": "app"}, "app"),
    ],
)
def test_the_first_rule_that_fits_is_taken_or_the_one_asked_for(wishes: dict[str, str], expected: str) -> None:
    assert asked(PORTAL, "alice", wishes).rule == expected


@pytest.mark.parametrize(
    ("name", "wishes", "message"),
    [
        ("alice", {"rule": "partner", "view": "final"}, "No rule gives this person 'partner'."),
        ("anna", {"rule": "app"}, "No rule gives this person 'app'."),
        ("alice", {"rule": "folder"}, "There is no folder."),
        ("bob", {"rule": "partner", "view": "secret"}, "The view is one of drafts, final."),
        ("mallory", {}, "The tenant must not hold *."),
        *(
            ("alice", {"rule": "folder", "folder": folder}, message)
            for folder, message in (
                ("", "The folder is empty or holds control characters."),
                ("a\nb", "The folder is empty or holds control characters."),
                ("a/b", "The folder must not hold /."),
                ("a?", "The folder must not hold ?."),
                ("${aws:userid}", "The folder must not hold $ { }."),
                ("{tenant}", "The folder must not hold { }."),
                ('x","arn:aws:s3:::*', "The folder must not hold *."),
            )
        ),
    ],
)
def test_what_would_reach_further_than_meant_is_refused(name: str, wishes: dict[str, str], message: str) -> None:
    assert refusal(choose_session(PORTAL, PORTAL.people[name], wishes)) == message


def test_a_quotation_mark_ends_no_text() -> None:
    grant = asked(PORTAL, "alice", {"rule": "folder", "folder": 'x","y'})
    (statement,) = json.loads(grant.params["Policy"])["Statement"]
    assert statement["Resource"] == ['arn:aws:s3:::portal-data-111122223333/acme/x","y/*']


def test_policy_variables_are_left_to_iam() -> None:
    policy = json.loads(asked(PORTAL, "alice").params["Policy"])
    assert policy["Statement"][1]["Resource"] == "arn:aws:s3:::portal-data-111122223333/private/${aws:userid}/*"


def test_the_call_is_the_rules_with_the_persons_values() -> None:
    params = asked(PORTAL, "alice").params
    assert {name: params[name] for name in params if name not in ("Policy", "RoleArn")} == {
        "RoleSessionName": "alice",
        "ExternalId": "portal-1",
        "DurationSeconds": 3600,
    }
    app = asked(PORTAL, "alice", {"rule": "app"})
    assert app.operation == "cognito-identity:GetOpenIdTokenForDeveloperIdentity"
    assert (app.params["Logins"], app.params["PrincipalTags"]) == (
        Map({"login.portal.example": "alice"}),
        Map({"tenant": "acme"}),
    )
    partner = asked(PORTAL, "bob", {"rule": "partner", "view": "final"})
    assert (partner.operation, partner.params["Name"]) == ("sts:GetFederationToken", "bob")


def test_tags_and_what_goes_with_them_are_filled() -> None:
    rule = BrokerRule(
        "r",
        role_arn="arn:aws:iam::111122223333:role/{tenant}-reader",
        session_name="{tenant}-{user}",
        source_identity="{user}",
        tags=Map({"team": "{attributes.team}"}),
        transitive_tag_keys=("team",),
        policy_arns=("arn:aws:iam::aws:policy/ReadOnlyAccess",),
    )
    alice = BrokerPerson("alice", "p", "acme", attributes=Map({"team": "red"}))
    params = asked(replace(PORTAL, rules=(rule,), people=Map({"alice": alice})), "alice").params
    assert params == freeze(
        {
            "RoleArn": "arn:aws:iam::111122223333:role/acme-reader",
            "RoleSessionName": "acme-alice",
            "SourceIdentity": "alice",
            "Tags": [{"Key": "team", "Value": "red"}],
            "TransitiveTagKeys": ["team"],
            "PolicyArns": [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
        }
    )


# Mistakes: each changes exactly what it says


@pytest.mark.parametrize(
    ("mistake", "wishes", "member", "right", "wrongly"),
    [
        ("client-chooses-tenant", {"rule": "app", "tenant": "globex"}, "PrincipalTags", "acme", "globex"),
        ("client-chooses-session-name", {"session_name": "bob"}, "RoleSessionName", "alice", "bob"),
        ("one-session-name", {}, "RoleSessionName", "alice", "broker"),
        ("no-session-policy", {}, "Policy", "acme", None),
        ("unescaped-substitution", {"rule": "folder", "folder": 'x","y'}, "Policy", 'x\\",\\"y', 'x","y'),
    ],
)
def test_each_mistake_changes_what_it_says(
    mistake: str, wishes: dict[str, str], member: str, right: str, wrongly: str | None
) -> None:
    assert right in str(thaw(asked(PORTAL, "alice", wishes).params[member]))
    changed = asked(wrong(mistake), "alice", wishes).params
    if wrongly is None:
        assert member not in changed
    else:
        assert wrongly in str(thaw(changed[member]))
    same = {name for name in changed if name != member}
    assert {name: changed[name] for name in same} == {
        name: value for name, value in asked(PORTAL, "alice", wishes).params.items() if name != member
    }


def test_the_broker_hands_out_its_own_keys_whoever_asks() -> None:
    assert asked(wrong("long-term-keys"), "mallory") == Grant("", None)


def test_a_large_policy_has_a_second_try_without_it_only_by_mistake() -> None:
    assert asked(PORTAL, "alice").fallback is None
    grant = asked(wrong("large-policy-omitted"), "alice")
    assert grant.fallback is not None
    assert set(grant.params) - set(grant.fallback) == {"Policy"}
    assert asked(wrong("large-policy-omitted", "no-session-policy"), "alice").fallback is None


def test_somebody_disabled_comes_in_only_by_mistake() -> None:
    decision = authenticate_person(wrong("disabled-people-admitted"), "oscar", "Long-gone-2")
    assert decision.value == PORTAL.people["oscar"]
    assert decision.steps[-1].answer == "not looked at"


@pytest.mark.parametrize("mistake", sorted(MISTAKES))
def test_the_line_that_states_a_mistake_is_cited_where_it_bears(mistake: str) -> None:
    broker = load(WORLDS / "broker.yaml", WORLDS / "broker" / f"{mistake}.yaml").brokers["portal"]
    person, wishes = broker.people["oscar"], {"tenant": "acme", "session_name": "bob"}
    steps = authenticate_person(broker, "oscar", person.password).steps + choose_session(broker, person, wishes).steps
    cited = {step.location.file for step in steps if step.location}
    bears = mistake != "large-policy-omitted"  # which bears on what STS answers
    assert any(mistake in file for file in cited) == bears


# Properties


@given(folder=WORDS, tenant=WORDS)
def test_a_right_broker_puts_a_value_into_one_place_of_one_resource(folder: str, tenant: str) -> None:
    person = BrokerPerson("someone", "p", tenant, ("staff",))
    decision = choose_session(PORTAL, person, {"rule": "folder", "folder": folder})
    if isinstance(decision.value, Refusal):
        return
    policy = json.loads(decision.value.params["Policy"])
    (statement,) = policy["Statement"]
    assert set(statement) == {"Effect", "Action", "Resource"}
    assert statement["Resource"] == [f"arn:aws:s3:::portal-data-111122223333/{tenant}/{folder}/*"]
    assert not set(tenant + folder) & set("*?${}/")


@given(folder=WORDS)
def test_any_text_is_a_policy_or_a_refusal_and_a_wrong_broker_takes_any(folder: str) -> None:
    wishes = {"rule": "folder", "folder": folder}
    grant = asked(wrong("unescaped-substitution"), "alice", wishes)
    assert folder in grant.params["Policy"]
