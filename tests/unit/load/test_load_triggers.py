"""Cogsim::Trigger: what is read, what is refused with its line, and what is written back."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from cogsim.errors import InputError, Location
from cogsim.frozen import freeze
from cogsim.load import load
from cogsim.simulation import Simulation
from cogsim.world.template import dump
from cogsim.world.world import World

POOL = """
Resources:
  Guard: {Type: AWS::Lambda::Function, Properties: {Handler: x}}
  Shaper: {Type: AWS::Serverless::Function, Properties: {Handler: x}}
  Pool:
    Type: AWS::Cognito::UserPool
    Properties:
      AutoVerifiedAttributes: [email]
      LambdaConfig:
        PreSignUp: !GetAtt Guard.Arn
        PostConfirmation: !Sub "${Guard.Arn}"
        PreTokenGenerationConfig: {LambdaArn: !GetAtt Shaper.Arn, LambdaVersion: V2_0}
  App: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: !Ref Pool}}
"""


def rules(text: str, function: str = "!GetAtt Guard.Arn") -> str:
    """POOL with a declared trigger whose Rules are `text`; the rules begin in line 19."""
    head = f"  Rules:\n    Type: Cogsim::Trigger\n    Properties:\n      Function: {function}\n      Rules:\n"
    return POOL + head + "".join(f"        {line}\n" for line in dedent(text).strip().splitlines())


def test_a_trigger_is_read_with_the_line_of_each_rule(world_of: Any) -> None:
    world = world_of(
        rules("""
        - When: {triggerSource: PreSignUp_SignUp, request.userAttributes.email: {not: {suffix: "@example.com"}}}
          Throw: only for members
        - Response: {autoConfirmUser: true}
        """)
    )
    (trigger,) = world.triggers.values()
    assert trigger.function_arn == "«Guard.Arn»"
    first, second = trigger.rules
    assert first.when == freeze(
        {"triggerSource": "PreSignUp_SignUp", "request.userAttributes.email": {"not": {"suffix": "@example.com"}}}
    )
    assert (first.error, second.response) == ("only for members", freeze({"autoConfirmUser": True}))
    assert [rule.origin.at("") for rule in trigger.rules] == [Location("a.yaml", 19, 11), Location("a.yaml", 21, 11)]
    assert world.completeness.warnings == ()


@pytest.mark.parametrize(
    "function",
    ["!GetAtt Guard.Arn", "!Ref Guard", '!Sub "${Guard.Arn}"', "arn:aws:lambda:us-east-1:123456789012:function:Other"],
)
def test_the_function_is_that_of_the_pool_however_it_is_named(world_of: Any, function: str) -> None:
    text = POOL.replace("PreSignUp: !GetAtt Guard.Arn", f"PreSignUp: {function}")
    for named in (function, "Other" if function.startswith("arn") else "!GetAtt Guard.Arn"):
        world = world_of(
            text + f"  Rules: {{Type: Cogsim::Trigger, Properties: {{Function: {named}, Rules: [{{Throw: no}}]}}}}\n"
        )
        answer = Simulation(world).submit(
            "cognito-idp:SignUp",
            {"ClientId": next(iter(world.clients)), "Username": "alice", "Password": "Correct-1-horse"},
        )
        assert str(answer.error) == "UserLambdaValidationException: PreSignUp failed with error no."


def test_the_rule_that_decided_is_cited(world_of: Any) -> None:
    world = world_of(rules("- Throw: no"))
    params = {"ClientId": next(iter(world.clients)), "Username": "alice", "Password": "Correct-1-horse"}
    deciding = Simulation(world).submit("cognito-idp:SignUp", params).decision.deciding
    assert [str(step.location) for step in deciding] == ["a.yaml:19:11"]


def test_values_are_read_by_what_stands_at_their_place(world_of: Any) -> None:
    world = world_of(
        rules("""
        - When:
            request.userAttributes.email_verified: true
            request.session.-1.challengeResult: "true"
            request.session.length: {at_most: 3}
            request.userAttributes.custom:level: 3
            request.clientMetadata.on: yes
        - Response:
            issueTokens: "yes"
            challengeMetadata: 7
            claimsOverrideDetails: {claimsToAddOrOverride: {level: 3, ok: true}}
            claimsAndScopeOverrideDetails:
              idTokenGeneration:
                claimsToAddOrOverride:
                  {level: 3, ok: true, half: 0.5, text: "3", account: 012345678901, list: [1, {a: no}]}
              groupOverrideDetails: null
        """)
    )
    (trigger,) = world.triggers.values()
    assert trigger.rules[0].when == freeze(
        {
            "request.userAttributes.email_verified": "true",
            "request.session.-1.challengeResult": True,
            "request.session.length": {"at_most": 3},
            "request.userAttributes.custom:level": "3",
            "request.clientMetadata.on": "yes",
        }
    )
    typed = {"level": 3, "ok": True, "half": 0.5, "text": "3", "account": "012345678901", "list": [1, {"a": False}]}
    assert trigger.rules[1].response == freeze(
        {
            "issueTokens": True,
            "challengeMetadata": "7",
            "claimsOverrideDetails": {"claimsToAddOrOverride": {"level": "3", "ok": "true"}},
            "claimsAndScopeOverrideDetails": {
                "idTokenGeneration": {"claimsToAddOrOverride": typed},
                "groupOverrideDetails": None,
            },
        }
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- Wen: {}", "a.yaml:19:11: Rules of Rules has an unknown property 'Wen' (did you mean 'When'?)"),
        ("- Throw: x\n  Response: {}", "a.yaml:19:18: Rules.Throw of Rules cannot be set together with Response"),
        ("- When: [a]", "a.yaml:19:17: Rules.When of Rules is a list, and must be a mapping of paths to conditions"),
        ("- When: {usrName: x}", "nothing at usrName (did you mean 'userName'?)"),
        ("- When: {request.userAttribute.email: x}", "(did you mean 'request.userAttributes.email'?)"),
        ("- When: {request.session.0.challengResult: x}", "(did you mean 'request.session.0.challengeResult'?)"),
        ("- When: {request.session.first: x}", "the event has nothing at request.session.first"),
        ("- When: {callerContext.client: x}", "(did you mean 'callerContext.clientId'?)"),
        ("- When: {userName.first: x}", "the event has nothing at userName.first: userName is a value"),
        ("- When: {request.userNotFound.x: true}", "request.userNotFound is a value"),
        (
            "- When: {userName: {equal: x}}",
            "a.yaml:19:29: unknown operator 'equal' on userName (did you mean 'equals'?)",
        ),
        ("- When: {userName: {not: {perfix: x}}}", "unknown operator 'perfix' on userName (did you mean 'prefix'?)"),
        ("- When: {userName: [a, b]}", "the condition on userName is a list; `in` takes one"),
        ("- When: {userName: {in: a}}", "`in` takes a list, not a scalar"),
        ("- When: {userName: {equals: {a: b}}}", "userName is compared with a value, not with a mapping"),
        ("- When: {userName: {exists: maybe}}", "`exists` takes true or false"),
        ("- When: {userName: {at_least: 3}}", "`at_least` compares numbers, and userName is none"),
        ("- When: {userName: {matches: '('}}", "`matches` takes a regular expression: missing )"),
        ("- When: {request.session.length: many}", "request.session.length is a whole number, not 'many'"),
        ("- When: {request.userNotFound: perhaps}", "request.userNotFound is true or false, not 'perhaps'"),
        ("- When: {userName: '${usrName}'}", "the event has nothing at usrName"),
        (
            "- Response: {autoConfirm: true}",
            "no trigger's response has a field 'autoConfirm' (did you mean 'autoConfirmUser'?)",
        ),
        ("- Response: {autoConfirmUser: perhaps}", "autoConfirmUser must be a truth value"),
        ("- Response: {challengeName: [a]}", "challengeName must be a text"),
        ("- Response: {publicChallengeParameters: {a: [b]}}", "publicChallengeParameters.a must be a text"),
        ("- Response: {claimsOverrideDetails: x}", "claimsOverrideDetails is a scalar, and must be a mapping"),
        (
            "- Response: {claimsOverrideDetails: {claimsToAdd: {}}}",
            "claimsOverrideDetails has no field 'claimsToAdd' (did you mean 'claimsToAddOrOverride'?)",
        ),
        (
            "- Response: {claimsOverrideDetails: {claimsToSuppress: email}}",
            "claimsOverrideDetails.claimsToSuppress must be a list of texts",
        ),
        ("- Response: {emailMessage: '${request.codeParamter} x'}", "(did you mean 'request.codeParameter'?)"),
        ("- Throw: '${request.password}'", "speaks of request.password, which the client would read in the error"),
        ("- Throw: '${request.privateChallengeParameters.a}'", "which the client would read in the error"),
    ],
)
def test_bad_rules_are_refused_with_their_place(world_of: Any, text: str, message: str) -> None:
    with pytest.raises(InputError) as raised:
        world_of(rules(text))
    assert message in str(raised.value)
    assert str(raised.value).startswith("a.yaml:19:")


def test_a_function_is_declared_once(world_of: Any) -> None:
    again = "  More: {Type: Cogsim::Trigger, Properties: {Function: !Ref Guard}}\n"
    with pytest.raises(InputError, match=r"the trigger «Guard\.Arn» is defined twice"):
        world_of(rules("- Throw: no") + again)


def test_a_function_that_no_pool_has_is_warned_about(world_of: Any) -> None:
    world = world_of(rules("- Throw: no", function="Nobodys"))
    warning = "Rules says what Nobodys answers, and no user pool has that as a trigger"
    assert any(warning in each for each in world.completeness.warnings)


EVERYTHING = """
- When: {triggerSource: {prefix: PreSignUp_, not: {in: [PreSignUp_ExternalProvider, null]}}, request.session.length: 2}
  Response: {autoConfirmUser: true, autoVerifyEmail: false}
- When: {request.userAttributes.email: {matches: '.*@(a|b)\\.example', exists: true}}
  Throw: "${userName} may not, $100 ${self:custom.x} ${request.userAttributes.email}"
- Response:
    publicChallengeParameters: {question: "${request.userAttributes.custom:riddle}"}
    privateChallengeParameters: {answer: "true"}
- Response: {claimsAndScopeOverrideDetails: {groupOverrideDetails: null, accessTokenGeneration: {scopesToAdd: [a/b]}}}
- Response:
    claimsAndScopeOverrideDetails:
      idTokenGeneration: {claimsToAddOrOverride: {n: 3, half: 0.5, no: false, nothing: null, list: [1, "1", {}]}}
"""


def test_what_is_written_loads_as_the_same_world(world_of: Any, tmp_path: Path) -> None:
    world: World = world_of(rules(EVERYTHING))
    for name, text in dump(world).items():
        Path(tmp_path / name).write_text(text, encoding="utf-8")
        json.loads(text)
    again = load(*(str(tmp_path / name) for name in dump(world)))
    assert again.triggers == world.triggers
    assert again == world
    assert dump(again) == dump(world)


def test_a_function_that_is_not_reached_is_read_and_written_back(world_of: Any, tmp_path: Path) -> None:
    world = world_of(rules("- Unreachable: AccessDeniedException\n- Response: {}"))
    (trigger,) = world.triggers.values()
    assert [(rule.error, rule.unreachable) for rule in trigger.rules] == [
        ("AccessDeniedException", True),
        (None, False),
    ]
    for name, text in dump(world).items():
        Path(tmp_path / name).write_text(text, encoding="utf-8")
    assert load(*(str(tmp_path / name) for name in dump(world))) == world


def test_a_rule_ends_in_one_way(world_of: Any) -> None:
    with pytest.raises(InputError, match="Unreachable of Rules cannot be set together with Throw"):
        world_of(rules("- Throw: x\n  Unreachable: y"))
