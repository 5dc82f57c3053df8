"""What a decision keeps to be told later, and what documents remember: neither changes an answer or a word."""

from __future__ import annotations

import copy
import pickle

from cogsim.assumptions import all_assumptions, assuming
from cogsim.policy import decide
from cogsim.policy.document import Condition, Effect, Operator, Patterns, Policy, PolicyKind, Statement
from cogsim.policy.layers import Layers, NamedPolicy
from cogsim.policy.reference import statement
from cogsim.policy.reference.statement import Statements
from cogsim.policy.request import Context, Principal, PrincipalKind, Request, Values

ACCOUNT = "111122223333"
USER = Principal(PrincipalKind.USER, f"arn:aws:iam::{ACCOUNT}:user/u", ACCOUNT)
GET = Request(USER, "s3:GetObject", "arn:aws:s3:::b/k", ACCOUNT)
TWICE_ASSUMED = (
    Condition(Operator("StringEquals"), "a:b", ("x",)),
    Condition(Operator("Bool"), "c:d", ("${e:f, 'true'}",)),
)


def identity(*actions: str, conditions: tuple[Condition, ...] = ()) -> Layers:
    statements = tuple(
        Statement(Effect.ALLOW, Patterns((action,)), Patterns(("*",)), conditions=conditions) for action in actions
    )
    return Layers((NamedPolicy("p", Policy(statements, "2012-10-17", kind=PolicyKind.IDENTITY)),))


def test_the_words_are_those_of_the_assumptions_in_force_when_it_was_decided() -> None:
    """A reading that rests on two assumptions tells the second in a step of its own, with the answer chosen."""
    name, layers = "policy.variablesInBool", identity("s3:*", conditions=TWICE_ASSUMED)
    request = Request(USER, GET.action, GET.resource, ACCOUNT, Context({"a:b": Values(("x",), True), "c:d": "true"}))
    told = {}
    for chosen in all_assumptions()[name].choices:
        with assuming({name: chosen}):
            decision, looked_at = decide(layers, request), decide(layers, request).steps
        assert decision.steps == looked_at
        told[chosen] = [step.answer for step in decision.steps if step.assumption == name]
    assert told == {chosen: [chosen] for chosen in all_assumptions()[name].choices}


def test_a_decision_that_nobody_looked_at_is_pickled_with_its_steps() -> None:
    decision = decide(identity("s3:*"), GET)
    assert pickle.loads(pickle.dumps(decision)) == decision


def test_what_a_policy_remembers_is_no_part_of_it() -> None:
    asked, fresh = identity("s3:*").identity[0].policy, identity("s3:*").identity[0].policy
    before = hash(asked), repr(asked)
    assert asked.derived(Statements).that_speak_of("s3:GetObject")
    assert (hash(asked), repr(asked)) == before
    assert asked == fresh
    for other in (copy.copy(asked), copy.deepcopy(asked), pickle.loads(pickle.dumps(asked))):
        assert other == asked
        assert not hasattr(other, "_derived")


def test_a_policy_remembers_no_more_actions_than_there_is_room_for() -> None:
    statements = identity("s3:*", "s3:Get*").identity[0].policy.derived(Statements)
    for number in range(statement.MOST + 5):
        assert [place for _, place in statements.that_speak_of(f"s3:Get{number}")] == [1, 2]
    assert len(statements._by_action) <= statement.MOST
