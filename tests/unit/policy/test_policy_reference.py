"""The parts of the reference: wildcards, variables, resources, steps, and the points that rest on assumptions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.assumptions import all_assumptions, assuming
from cogsim.decision import Basis
from cogsim.errors import InputError, Location
from cogsim.policy import decide, unparse
from cogsim.policy.case import case
from cogsim.policy.case import principal as caller_of
from cogsim.policy.document import PolicyKind
from cogsim.policy.layers import Layers, Level, NamedPolicy, ResourceRule, Result
from cogsim.policy.parse import parse
from cogsim.policy.reference.denial import access_denied_message
from cogsim.policy.reference.match import Wild, characters, crossing_glob, fields, glob, pattern
from cogsim.policy.reference.public import public_statement
from cogsim.policy.reference.resource import fits
from cogsim.policy.reference.variables import expand
from cogsim.policy.request import Context, Principal, PrincipalKind, Request

ACCOUNT, OTHER = "111122223333", "444455556666"
USER = Principal(PrincipalKind.USER, f"arn:aws:iam::{ACCOUNT}:user/u", ACCOUNT)
SESSION = Principal(
    PrincipalKind.ROLE_SESSION, f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:role/r"
)
GET = Request(USER, "s3:GetObject", "arn:aws:s3:::b/k", ACCOUNT)


def place(path: tuple[str | int, ...]) -> Location:
    return Location("policy.yaml", len(path), 1)


def named(kind: PolicyKind, *statements: dict[str, Any]) -> NamedPolicy:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return NamedPolicy(f"the {kind} policy", parse(document, kind, place, saved=True))


def own(*statements: dict[str, Any]) -> Layers:
    return Layers(identity=(named(PolicyKind.IDENTITY, *statements),))


def says(effect: str, action: str = "*", resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


# Wildcards


class _Counted(str):
    """A text that counts how often something is sought in it."""

    looks = 0

    def startswith(self, *asked: Any) -> bool:
        _Counted.looks += 1
        return str.startswith(self, *asked)


def test_nested_runs_grow_with_the_product_of_the_lengths() -> None:
    looks = []
    for length in (500, 1000):
        _Counted.looks = 0
        assert not glob(pattern("*a*a*a*b"), _Counted("a" * length))
        looks.append(_Counted.looks)
    assert looks[1] <= 2.1 * looks[0]
    assert not crossing_glob(pattern("*a" * 20 + "b"), "a" * 2000)


@given(st.text("ab*?:", max_size=6), st.text("ab*?:", max_size=7))
@settings(max_examples=100)
def test_both_ways_of_matching_agree_and_mean_what_the_letters_say(written: str, text: str) -> None:
    def slow(rest: str, left: str) -> bool:
        if not rest:
            return not left
        if rest[0] == "*":
            return any(slow(rest[1:], left[cut:]) for cut in range(len(left) + 1))
        return bool(left) and rest[0] in ("?", left[0]) and slow(rest[1:], left[1:])

    assert glob(pattern(written), text) == crossing_glob(pattern(written), text) == slow(written, text)


def test_an_unresolved_reference_is_literal_and_keeps_its_colons() -> None:
    assert pattern("a«*»*") == ("a«*»", Wild.RUN)
    assert fields("arn:aws:s3::«AWS::AccountId»:b:c") == ("arn", "aws", "s3", "", "«AWS::AccountId»", "b:c")
    request = replace(GET, resource="«Bucket.Arn»/x")
    assert fits("«Bucket.Arn»/*", request, PolicyKind.IDENTITY, variables=True).fits
    assert not fits("«Other.Arn»/*", request, PolicyKind.IDENTITY, variables=True).fits
    assert not fits("arn:aws:s3:::*", request, PolicyKind.IDENTITY, variables=True).fits


@given(st.text("ab${}*?'«», ", max_size=30))
@settings(max_examples=100)
def test_any_text_expands(text: str) -> None:
    context = Context({"a": "*", "ab": "?"})
    assert expand(text, context, substitute=False, wildcards=True).pattern == pattern(text)
    found = expand(text, context, substitute=True, wildcards=True)
    assert found.missing is None or f"${{{found.missing}" in text
    assert "$" in text or characters(found.pattern) == characters(pattern(text))


def test_a_variable_takes_one_value_only() -> None:
    context = Context({"aws:TagKeys": ["a"], "empty": "", "k": "v"})
    assert expand("${aws:TagKeys, 'd'}", context, substitute=True, wildcards=True).missing == "aws:TagKeys"
    assert expand("${empty, 'd'}", context, substitute=True, wildcards=True).pattern == ()
    assert expand("${none,'d'}", context, substitute=True, wildcards=True).pattern == ("d",)
    assert expand("${k}", context, substitute=False, wildcards=False).pattern == ("${k}",)


# The order of layers, and the steps


def test_every_layer_is_told_of_whatever_decided() -> None:
    layers = Layers(
        identity=(named(PolicyKind.IDENTITY, says("Deny", "s3:*"), says("Allow", "ec2:*")),),
        boundary=(named(PolicyKind.BOUNDARY, says("Allow")),),
        scps=(Level("root", (named(PolicyKind.SCP, says("Allow")),)),),
    )
    decision = decide(layers, GET)
    assert decision.value is Result.EXPLICITLY_DENIED
    (deciding,) = decision.deciding
    assert deciding.location == Location("policy.yaml", 2, 1)
    assert dict(deciding.facts) == {
        "layer": "identity", "policy": "the identity policy", "statement": "1", "sid": "", "effect": "Deny",
        "applies": "yes",
    }  # fmt: skip
    told = {dict(step.facts).get("layer") for step in decision.steps}
    assert told >= {"identity", "resource", "boundary", "session", "scp", "rcp", "vpc-endpoint"}


def test_a_near_miss_names_the_condition_and_what_was_found() -> None:
    block = {"StringLike": {"s3:prefix": ["bob/*"]}, "Bool": {"aws:SecureTransport": "true"}}
    layers = Layers(identity=(named(PolicyKind.IDENTITY, says("Allow", Sid="Own", Condition=block)),))
    request = replace(GET, context=Context({"s3:prefix": "eve/", "aws:SecureTransport": "true"}))
    step = decide(layers, request).steps[0]
    assert step.answer == "no: Condition"
    assert step.found == "StringLike s3:prefix: 'eve/'"
    assert (
        dict(step.facts).items()
        >= {"operator": "StringLike", "key": "s3:prefix", "value": "eve/", "sid": "Own"}.items()
    )


def test_across_accounts_both_grants_decide() -> None:
    layers = Layers(
        identity=(named(PolicyKind.IDENTITY, says("Allow")),),
        resource=named(PolicyKind.RESOURCE, says("Allow", Principal={"AWS": ACCOUNT})),
    )
    decision = decide(layers, replace(GET, resource_account=OTHER))
    assert decision.value is Result.ALLOWED
    assert [dict(step.facts)["layer"] for step in decision.deciding] == ["identity", "resource"]


def test_the_owner_is_read_from_the_arn_where_nobody_says() -> None:
    layers = own(says("Allow"))
    queue = replace(GET, action="sqs:SendMessage", resource=f"arn:aws:sqs:us-east-1:{OTHER}:q", resource_account=None)
    assert decide(layers, queue).value is Result.IMPLICITLY_DENIED
    assert decide(layers, replace(GET, resource_account=None)).value is Result.ALLOWED


def test_accounts_of_two_partitions_never_meet() -> None:
    layers = Layers(
        identity=(named(PolicyKind.IDENTITY, says("Allow")),),
        resource=named(PolicyKind.RESOURCE, says("Allow", Principal="*")),
    )
    abroad = replace(GET, resource="arn:aws-cn:s3:::b/k", resource_account=OTHER)
    assert decide(layers, abroad).value is Result.IMPLICITLY_DENIED


def test_a_key_policy_without_resource_speaks_of_no_key() -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "kms:*"}
    layers = Layers(resource=named(PolicyKind.KMS_KEY, statement), resource_rule=ResourceRule.KMS)
    key = replace(GET, action="kms:Decrypt", resource=f"arn:aws:kms:us-east-1:{ACCOUNT}:key/k")
    assert decide(layers, key).value is Result.IMPLICITLY_DENIED


# Assumptions: what the answer is by default, and under the other choice

ROLE = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/r"}
EC2 = named(PolicyKind.SESSION, says("Allow", "ec2:*"))
TRUSTING = {"Effect": "Allow", "Action": "*", "Principal": ROLE}
SWITCHED: list[tuple[str, str, Layers, Request, bool]] = [
    ("policy.starAcrossColons", "never", own(says("Allow", "*", "arn:aws:s3*")),
     GET, True),
    ("policy.starAcrossColons", "any-field",
     own(says("Allow", "*", "arn:aws:*:::k")),
     replace(GET, resource=f"arn:aws:sqs:us-east-1:{ACCOUNT}:q:x:::k"), False),
    ("policy.shortArn", "no-match", own(says("Allow", "*", "arn:aws:s3")), GET, True),
    ("policy.listAllMyBuckets", "does-not-cover",
     own(says("Allow", "*", "arn:aws:s3:::*")),
     replace(GET, action="s3:ListAllMyBuckets", resource="*", wildcard_only=True), True),
    ("policy.variablesInBool", "yes",
     own(says("Allow", Condition={"Bool": {"a:b": "${a:b}"}})),
     replace(GET, context=Context({"a:b": "true"})), False),
    ("policy.forAnyValueIfExists", "true",
     own(says("Allow", Condition={"ForAnyValue:BoolIfExists": {"a:b": "true"}})),
     GET, False),
    ("policy.starAllowsServices", "no",
     Layers(resource=named(PolicyKind.RESOURCE, says("Allow", Principal={"AWS": "*"}))),
     replace(GET, principal=Principal(PrincipalKind.SERVICE, "lambda.amazonaws.com")), True),
    ("policy.notPrincipalChain", "any-listed",
     Layers((named(PolicyKind.IDENTITY, says("Allow")),),
            named(PolicyKind.RESOURCE, says("Deny", NotPrincipal={"AWS": ACCOUNT}))), GET, False),
    ("policy.sessionArnGrant", "limited",
     Layers(resource=named(PolicyKind.RESOURCE, says("Allow", Principal={"AWS": SESSION.arn})), session=(EC2,)),
     replace(GET, principal=SESSION), True),
    ("policy.boundaryOnTrust", "not-limited",
     Layers(resource=named(PolicyKind.TRUST, TRUSTING), session=(EC2,), resource_rule=ResourceRule.TRUST),
     replace(GET, principal=SESSION, action="sts:AssumeRole"), False),
    ("policy.getSessionTokenDeny", "denied", own(says("Deny")),
     replace(GET, action="sts:GetSessionToken", resource="*", wildcard_only=True), True),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "other", "layers", "request_", "by_default"), SWITCHED, ids=[f"{row[0]}={row[1]}" for row in SWITCHED]
)
def test_an_open_point_is_named_and_can_be_switched(
    name: str, other: str, layers: Layers, request_: Request, by_default: bool
) -> None:
    decision = decide(layers, request_)
    assert decision.value.allowed is by_default, str(decision)
    assert name in decision.assumptions
    with assuming({name: other}):
        assert decide(layers, request_).value.allowed is not by_default


def test_no_answer_rests_on_an_assumption_that_changes_nothing() -> None:
    layers = Layers(identity=(named(PolicyKind.IDENTITY, says("Allow", "s3:*", "arn:aws:s3:*:*:b/*")),))
    decision = decide(layers, GET)
    assert decision.value is Result.ALLOWED
    assert decision.assumptions == ()
    assert all(step.basis is Basis.DOCUMENTED for step in decision.steps)


def test_a_bare_star_in_a_trust_policy_is_marked() -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}
    layers = Layers(resource=named(PolicyKind.TRUST, statement), resource_rule=ResourceRule.TRUST)
    assert decide(layers, replace(GET, action="sts:AssumeRole")).assumptions == ("policy.bareStarInTrust",)


def test_every_assumption_of_the_policy_language_stands_in_the_register() -> None:
    used = {row[0] for row in SWITCHED} | {"policy.bareStarInTrust", "policy.oneElementList", "policy.negatedJunk"}
    used |= {
        "policy.operatorCase",
        "policy.vendorWildcard",
        "policy.allowNotPrincipal",
        "policy.crossAccountDenialText",
    }
    assert {name for name in all_assumptions() if name.startswith("policy.")} >= used


# Words of refusal, public policies, callers


def test_a_refusal_is_worded_as_aws_words_it() -> None:
    sentence = f"User: {USER.arn} is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::b/k"
    silent = decide(Layers(), GET)
    assert (
        access_denied_message(silent, GET)
        == f"{sentence} because no identity-based policy allows the s3:GetObject action"
    )
    denied = decide(own(says("Deny")), GET)
    assert access_denied_message(denied, GET) == f"{sentence} with an explicit deny in an identity-based policy"
    scp = Layers((named(PolicyKind.IDENTITY, says("Allow")),), scps=(Level("root", ()),))
    refused = access_denied_message(decide(scp, GET), GET)
    assert refused == f"{sentence} because no service control policy allows the s3:GetObject action"
    abroad = replace(GET, resource_account=OTHER)
    assert access_denied_message(decide(Layers(), abroad), abroad) == sentence
    stranger = replace(GET, principal=Principal(PrincipalKind.ANONYMOUS))
    assert access_denied_message(decide(Layers(), stranger), stranger).startswith("User: anonymous is not")
    with pytest.raises(ValueError, match="allowed"):
        access_denied_message(decide(own(says("Allow")), GET), GET)


@pytest.mark.parametrize(
    ("block", "public"),
    [
        ({}, True),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-x"}}, False),
        ({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-x"}}, True),
        ({"StringLike": {"aws:SourceVpce": "vpce-*"}}, True),
        ({"StringEquals": {"aws:SourceVpc": "${aws:PrincipalTag/vpc}"}}, True),
        ({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, False),
        ({"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32"]}}, False),
        ({"IpAddress": {"aws:SourceIp": "0.0.0.0/1"}}, True),
        ({"ArnLike": {"s3:DataAccessPointArn": f"arn:aws:s3:us-east-1:{ACCOUNT}:accesspoint/*"}}, False),
        ({"ArnLike": {"s3:DataAccessPointArn": "arn:aws:s3:us-east-1:*:accesspoint/*"}}, True),
        ({"StringLike": {"aws:UserAgent": "curl"}}, True),
    ],
)
def test_a_grant_to_everyone_is_public_unless_tied_to_something_fixed(block: dict[str, Any], public: bool) -> None:
    policy = named(PolicyKind.RESOURCE, says("Allow", Principal={"AWS": "*"}, Condition=block)).policy
    assert (public_statement(policy) is not None) is public


@pytest.mark.parametrize(
    ("written", "action", "kind", "account", "entity"),
    [
        (None, "s3:x", PrincipalKind.ANONYMOUS, None, None),
        (f"arn:aws:iam::{ACCOUNT}:root", "s3:x", PrincipalKind.ROOT, ACCOUNT, None),
        (ACCOUNT, "s3:x", PrincipalKind.ROOT, ACCOUNT, None),
        (USER.arn, "s3:x", PrincipalKind.USER, ACCOUNT, None),
        (SESSION.arn, "s3:x", PrincipalKind.ROLE_SESSION, ACCOUNT, SESSION.entity),
        (SESSION.entity, "s3:x", PrincipalKind.ROLE_SESSION, ACCOUNT, SESSION.entity),
        (f"arn:aws:sts::{ACCOUNT}:federated-user/u", "s3:x", PrincipalKind.FEDERATED_USER, ACCOUNT, USER.arn),
        ("lambda.amazonaws.com", "s3:x", PrincipalKind.SERVICE, None, None),
        ("cognito-identity.amazonaws.com", "lambda:Invoke", PrincipalKind.SERVICE, None, None),
        ("cognito-identity.amazonaws.com", "sts:TagSession", PrincipalKind.WEB_IDENTITY, None, None),
        (f"arn:aws:iam::{ACCOUNT}:oidc-provider/x", "sts:x", PrincipalKind.WEB_IDENTITY, None, None),
        (f"arn:aws:iam::{ACCOUNT}:saml-provider/x", "sts:x", PrincipalKind.SAML, None, None),
        ("a" * 64, "s3:x", PrincipalKind.CANONICAL, None, None),
        ("arn:aws:iam::cloudfront:user/Origin Access Identity E", "s3:x", PrincipalKind.CANONICAL, None, None),
    ],
)  # fmt: skip
def test_a_caller_is_known_by_its_arn(
    written: str | None, action: str, kind: PrincipalKind, account: str | None, entity: str | None
) -> None:
    found = caller_of(written, action)
    assert (found.kind, found.account, found.entity) == (kind, account, entity)


def test_a_roles_path_is_taken_from_the_context() -> None:
    with_path = f"arn:aws:iam::{ACCOUNT}:role/team/r"
    assert caller_of(SESSION.arn, "s3:x", with_path).entity == with_path
    assert caller_of(SESSION.arn, "s3:x", f"arn:aws:iam::{ACCOUNT}:role/other").entity == SESSION.entity


@pytest.mark.parametrize(
    "broken",
    [
        {}, {"request": {"principal": "?", "action": "a:b", "resource": "*"}},
        {"request": {"action": 1, "resource": "*"}},
        {"request": {"principal": None, "action": "a:b", "resource": "*", "contxt": {}}}, {"requests": {}},
        {"request": {"action": "a:b", "resource": "*"}, "scps": [[], []], "scpLevels": ["root"]},
        {"request": {"action": "a:b", "resource": "*"}, "settings": {"s3": {"blockPublicAccess": {"Restrict": True}}}},
    ],
)  # fmt: skip
def test_a_case_of_another_form_is_bad_input(broken: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        case(broken)


def test_bucket_tags_do_not_count_where_they_are_switched_off() -> None:
    request = {"action": "s3:GetObject", "resource": "*", "context": {"aws:ResourceTag/t": ["x"], "aws:x": ["y"]}}
    _, asked = case({"request": request, "settings": {"s3": {"bucketAbacEnabled": False}}})
    assert list(asked.context) == ["aws:x"]
    _, asked = case({"request": request})
    assert list(asked.context) == ["aws:ResourceTag/t", "aws:x"]


def test_the_package_offers_decide_and_unparse() -> None:
    assert unparse(named(PolicyKind.IDENTITY, says("Allow")).policy)["Version"] == "2012-10-17"
    with pytest.raises(ImportError):
        from cogsim.policy import nothing  # type: ignore[attr-defined]  # noqa: F401
