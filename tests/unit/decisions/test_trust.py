"""Who may become a role: the table of trust policies, tags and source identities, tokens, the foreign pool."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.decision import Refusal
from cogsim.decisions.call_origin import CallOrigin
from cogsim.decisions.caller import Caller, IamUser, RoleSession, Root
from cogsim.decisions.trust import FederatedBearer, assume_keys, may_assume
from cogsim.persistent import Map
from cogsim.policy.document import PolicyKind
from cogsim.policy.layers import NamedPolicy
from cogsim.policy.parse import parse
from cogsim.policy.request import Values
from cogsim.world.iam import ManagedPolicy, Role, User
from cogsim.world.world import World

HERE, THERE = "123456789012", "999999999999"
TARGET = f"arn:aws:iam::{HERE}:role/target"
BOB = f"arn:aws:iam::{HERE}:user/bob"
EVE = f"arn:aws:iam::{THERE}:user/eve"
WORKER = f"arn:aws:iam::{HERE}:role/worker"
SESSION = f"arn:aws:sts::{HERE}:assumed-role/worker/s1"
S3_ONLY = f"arn:aws:iam::{HERE}:policy/s3-only"
ORIGIN = CallOrigin()


def document(kind: PolicyKind, effect: str, action: Any, condition: Any = None, **who: Any) -> Any:
    statement = {"Effect": effect, "Action": action, **who}
    if condition:
        statement["Condition"] = condition
    return parse({"Version": "2012-10-17", "Statement": [statement]}, kind)


def trust(principal: Any, action: Any = "sts:AssumeRole", condition: Any = None) -> Any:
    return document(PolicyKind.TRUST, "Allow", action, condition, Principal=principal)


def own(effect: str = "Allow", action: Any = "sts:AssumeRole") -> Any:
    return document(PolicyKind.IDENTITY, effect, action, Resource="*")


def world(trusted: Any, *, policy: Any = None, boundary: bool = False, tags: dict[str, str] | None = None) -> World:
    held = Map({"own": policy}) if policy else Map()
    limit = S3_ONLY if boundary else None
    return (
        World()
        .with_managed_policy(ManagedPolicy(S3_ONLY, "s3-only", own("Allow", "s3:*")))
        .with_user(User(BOB, "bob", inline=held, boundary=limit))
        .with_user(User(EVE, "eve", inline=held))
        .with_role(Role(WORKER, "worker", trust({"AWS": HERE}), unique_id="AROAWORKER", inline=held, boundary=limit))
        .with_role(Role(TARGET, "target", trusted, tags=Map(tags or {})))
    )


def user(arn: str = BOB) -> Caller:
    return IamUser(arn, "AIDAX")


def session(policies: tuple[NamedPolicy, ...] | None = None) -> RoleSession:
    return RoleSession(WORKER, "AROAWORKER", "s1", session_policies=policies)


NARROW = (NamedPolicy("session policy", document(PolicyKind.SESSION, "Allow", "s3:*", Resource="*")),)

TABLE: dict[str, tuple[Any, Any, bool, Caller, bool]] = {
    "a user named needs no policy of its own": (trust({"AWS": BOB}), None, False, user(), True),
    "a user whose account is named needs one": (trust({"AWS": HERE}), None, False, user(), False),
    "a user whose account is named, with one": (trust({"AWS": HERE}), own(), False, user(), True),
    "a boundary that lacks the action stops it": (trust({"AWS": HERE}), own(), True, user(), False),
    "an explicit deny stops even a user named": (trust({"AWS": BOB}), own("Deny"), False, user(), False),
    "a session whose role is named": (trust({"AWS": WORKER}), None, False, session(), True),
    "a session whose role is named, bounded": (trust({"AWS": WORKER}), None, True, session(), False),
    "a session whose role is named, narrowed": (trust({"AWS": WORKER}), None, False, session(NARROW), False),
    "a session named itself": (trust({"AWS": SESSION}), None, False, session(), True),
    "everyone named": (trust({"AWS": "*"}), None, False, user(), True),
    "nobody named: a policy of one's own is not enough": (trust({"AWS": WORKER}), own(), False, user(), False),
    "across accounts, account named, policy held": (trust({"AWS": THERE}), own(), False, user(EVE), True),
    "across accounts, user named, policy held": (trust({"AWS": EVE}), own(), False, user(EVE), True),
    "across accounts, user named, no policy": (trust({"AWS": EVE}), None, False, user(EVE), False),
    "a root user never": (trust({"AWS": "*"}), None, False, Root(HERE), False),
}


@pytest.mark.parametrize(("trusted", "policy", "boundary", "caller", "expected"), TABLE.values(), ids=TABLE.keys())
def test_the_trust_table(trusted: Any, policy: Any, boundary: bool, caller: Caller, expected: bool) -> None:
    asked = world(trusted, policy=policy, boundary=boundary)
    answer = may_assume(asked, TARGET, caller, "sts:AssumeRole", origin=ORIGIN, now=0.0)
    assert (answer.value is None) is expected, str(answer)


def test_a_role_does_not_trust_itself() -> None:
    asked = world(trust({"AWS": BOB}), policy=own())
    itself = RoleSession(TARGET, asked.roles[TARGET].unique_id, "s")
    assert may_assume(asked, TARGET, itself, "sts:AssumeRole", origin=ORIGIN, now=0.0).value is not None


def test_a_role_that_does_not_exist_is_refused_in_the_same_words() -> None:
    asked = world(trust({"AWS": BOB}))
    missing = TARGET.replace("target", "nowhere")
    absent = may_assume(asked, missing, user(EVE), "sts:AssumeRole", origin=ORIGIN, now=0.0).value
    refused = may_assume(asked, TARGET, user(EVE), "sts:AssumeRole", origin=ORIGIN, now=0.0).value
    assert isinstance(absent, Refusal)
    assert isinstance(refused, Refusal)
    assert absent == Refusal("AccessDenied", refused.message.replace("target", "nowhere"))


def test_root_is_told_so() -> None:
    answer = may_assume(world(trust({"AWS": "*"})), TARGET, Root(HERE), "sts:AssumeRole", origin=ORIGIN, now=0.0)
    assert answer.value == Refusal("AccessDenied", "Roles may not be assumed by root accounts.")


@pytest.mark.parametrize(
    ("actions", "keys", "missing"),
    [
        (["sts:AssumeRole"], assume_keys("s"), None),
        (["sts:AssumeRole"], assume_keys("s", tags={"team": "red"}), "sts:TagSession"),
        (["sts:AssumeRole", "sts:TagSession"], assume_keys("s", tags={"team": "red"}), None),
        (["sts:AssumeRole"], assume_keys("s", source_identity="bob"), "sts:SetSourceIdentity"),
        (["sts:AssumeRole", "sts:SetSourceIdentity"], assume_keys("s", source_identity="bob"), None),
    ],
)
def test_tags_and_source_identity_are_actions_of_their_own(
    actions: list[str], keys: dict[str, Any], missing: str | None
) -> None:
    asked = world(trust({"AWS": EVE}, actions), policy=own("Allow", "sts:*"))
    answer = may_assume(asked, TARGET, user(EVE), "sts:AssumeRole", origin=ORIGIN, now=0.0, context=keys).value
    assert (answer is None) is (missing is None)
    if missing is not None:
        assert isinstance(answer, Refusal)
        assert f"not authorized to perform: {missing}" in answer.message


def test_an_inherited_source_identity_must_be_allowed_too() -> None:
    marked = RoleSession(WORKER, "AROAWORKER", "s1", source_identity="bob")
    asked = world(trust({"AWS": WORKER}))
    answer = may_assume(asked, TARGET, marked, "sts:AssumeRole", origin=ORIGIN, now=0.0)
    assert isinstance(answer.value, Refusal)
    assert "sts:SetSourceIdentity" in answer.value.message


@pytest.mark.parametrize(("given", "expected"), [("s3cret", True), ("other", False), (None, False)])
def test_an_external_id_is_what_the_trust_policy_makes_of_it(given: str | None, expected: bool) -> None:
    asked = world(
        trust({"AWS": THERE}, condition={"StringEquals": {"sts:ExternalId": "s3cret"}}), policy=own("Allow", "sts:*")
    )
    keys = assume_keys("s", external_id=given)
    answer = may_assume(asked, TARGET, user(EVE), "sts:AssumeRole", origin=ORIGIN, now=0.0, context=keys)
    assert (answer.value is None) is expected


@pytest.mark.parametrize("handed_on", ["team", "Team", "TEAM"])
def test_tags_handed_on_stand_for_the_roles_own_without_regard_to_case(handed_on: str) -> None:
    condition = {"StringEquals": {"aws:ResourceTag/team": "green"}}
    asked = world(trust({"AWS": WORKER}, condition=condition), tags={"team": "red"})
    tags = Map({"Team": "green"})
    marked = RoleSession(WORKER, "AROAWORKER", "s1", session_tags=tags, transitive_tag_keys=(handed_on,))
    plain = RoleSession(WORKER, "AROAWORKER", "s1", session_tags=Map({"team": "green"}))
    assert may_assume(asked, TARGET, marked, "sts:AssumeRole", origin=ORIGIN, now=0.0).value is None
    assert may_assume(asked, TARGET, plain, "sts:AssumeRole", origin=ORIGIN, now=0.0).value is not None


COGNITO = "cognito-identity.amazonaws.com"
WEB = "sts:AssumeRoleWithWebIdentity"
AUD = {"StringEquals": {f"{COGNITO}:aud": "us-east-1:pool"}}
SIGNED_IN = {**AUD, "ForAnyValue:StringLike": {f"{COGNITO}:amr": "authenticated"}}


def bearer(*, aud: str = "us-east-1:pool", amr: str = "authenticated", account: str = HERE) -> FederatedBearer:
    keys = {f"{COGNITO}:aud": Values((aud,)), f"{COGNITO}:amr": Values((amr,), multivalued=True)}
    return FederatedBearer(COGNITO, Map(keys), account=account)


BEARERS: dict[str, tuple[Any, FederatedBearer, bool]] = {
    "the pool and a login": (SIGNED_IN, bearer(), True),
    "a guest of the pool": (SIGNED_IN, bearer(amr="unauthenticated"), False),
    "another pool": (SIGNED_IN, bearer(aud="us-east-1:other"), False),
    "without amr a guest gets in": (AUD, bearer(amr="unauthenticated"), True),
    "without aud another pool of the account gets in": (None, bearer(aud="us-east-1:other"), True),
    "without aud a foreign pool is stopped by STS": (None, bearer(account=THERE), False),
    "with aud a foreign pool that is named gets in": (SIGNED_IN, bearer(account=THERE), True),
}


@pytest.mark.parametrize(("condition", "holder", "expected"), BEARERS.values(), ids=BEARERS.keys())
def test_a_tokens_bearer_is_held_to_the_trust_policy_alone(
    condition: Any, holder: FederatedBearer, expected: bool
) -> None:
    asked = world(trust({"Federated": COGNITO}, WEB, condition))
    answer = may_assume(asked, TARGET, holder, WEB, origin=ORIGIN, now=0.0)
    assert (answer.value is None) is expected, str(answer)
    if not expected:
        assert answer.value == Refusal("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")


def test_the_guard_against_foreign_pools_is_a_switch() -> None:
    asked = world(trust({"Federated": COGNITO}, WEB))
    answer = may_assume(asked, TARGET, bearer(account=THERE), WEB, origin=ORIGIN, now=0.0)
    assert "sts.cognitoCrossAccountGuard" in answer.assumptions
    with assuming({"sts.cognitoCrossAccountGuard": "off"}):
        assert may_assume(asked, TARGET, bearer(account=THERE), WEB, origin=ORIGIN, now=0.0).value is None


def test_a_bearer_has_no_keys_of_principals() -> None:
    condition = {**SIGNED_IN, "Null": {"aws:PrincipalArn": "true", "aws:PrincipalAccount": "true"}}
    asked = world(trust({"Federated": COGNITO}, WEB, condition))
    assert may_assume(asked, TARGET, bearer(), WEB, origin=ORIGIN, now=0.0).value is None


def test_what_is_no_arn_is_invalid() -> None:
    asked = world(trust({"AWS": BOB}))
    answer = may_assume(asked, "«Role»", user(), "sts:AssumeRole", origin=ORIGIN, now=0.0)
    assert answer.value == Refusal("ValidationError", "«Role» is invalid")
    assert answer.steps[0].facts == (("unresolved", "«Role»"),)
