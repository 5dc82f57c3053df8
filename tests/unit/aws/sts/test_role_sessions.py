"""AssumeRole at the door: second factors, external ids, tags, chains, source identity, policies, revocation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.assumptions import assuming
from cogsim.aws.call import Credentials
from cogsim.decisions.caller import RoleSession
from cogsim.errors import NotModelled
from cogsim.persistent import Map
from cogsim.world.iam import ManagedPolicy
from tests.unit.aws.sts.sts_door import (
    ACCOUNT,
    ALL_OF_STS,
    BOB,
    BOB_ARN,
    IAM,
    SERIAL,
    Sts,
    allow,
    identity,
    role,
    text,
    trust,
)

APP = f"{IAM}role/app"
NO_TRUST = (
    f"User: {BOB_ARN} is not authorized to perform: sts:AssumeRole on resource: {APP} "
    "because no role trust policy allows the sts:AssumeRole action"
)
WITH_MFA = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}
WRONG = ("AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code. ")


def chain(*names: str, longest: int = 3600) -> Sts:
    """Roles that trust one another in that order, the first of them bob."""
    before: Any = {"AWS": BOB_ARN}
    roles = []
    for name in names:
        roles.append(role(name, trust(*ALL_OF_STS, principal=before), max_session_duration=longest))
        before = {"AWS": f"{IAM}role/{name}"}
    return Sts(*roles)


def tags(**pairs: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in pairs.items()]


def session(sts: Sts, keys: Credentials) -> RoleSession:
    caller = sts.submit("GetCallerIdentity", keys).caller
    assert isinstance(caller, RoleSession)
    return caller


def test_a_trust_policy_that_asks_for_a_second_factor() -> None:
    sts = Sts(role("app", trust("sts:AssumeRole", **WITH_MFA)))
    assert sts.refused_role("app") == ("AccessDenied", NO_TRUST)
    assert sts.refused_role("app", SerialNumber=SERIAL, TokenCode="000000") == WRONG
    code = sts.code()
    assert sts.assume("app", SerialNumber=SERIAL, TokenCode=code)
    assert sts.refused_role("app", SerialNumber=SERIAL, TokenCode=code) == WRONG, "a code is good once"
    sts.cloud.advance(30)
    proved = sts.keys("GetSessionToken", SerialNumber=SERIAL, TokenCode=sts.code())
    assert sts.assume("app", proved)
    assert sts.refused_role("app", sts.keys("GetSessionToken")) == ("AccessDenied", NO_TRUST)


def test_a_second_factor_is_of_the_call_and_not_of_the_session() -> None:
    sts = Sts(role("app", trust("sts:AssumeRole"), allow("s3:*", **WITH_MFA)))
    keys = sts.assume("app", SerialNumber=SERIAL, TokenCode=sts.code())
    assert not sts.may(keys)


def test_whether_the_code_or_the_policies_come_first_is_a_switch() -> None:
    wrong = {"SerialNumber": SERIAL, "TokenCode": "000000"}
    untrusting = Sts(role("app", trust("sts:AssumeRole", principal={"AWS": "999999999999"})))
    assert untrusting.refused_role("app", **wrong) == WRONG
    with assuming({"sts.mfaOrder": "after"}):
        assert untrusting.refused_role("app", **wrong) == ("AccessDenied", NO_TRUST)
        assert Sts(role("app", trust("sts:AssumeRole"))).refused_role("app", **wrong) == WRONG
        asking = Sts(role("app", trust("sts:AssumeRole", **WITH_MFA)))
        assert asking.refused_role("app", **wrong) == ("AccessDenied", NO_TRUST), "a wrong code proves nothing"
        assert asking.assume("app", SerialNumber=SERIAL, TokenCode=asking.code())


@pytest.mark.parametrize(
    ("condition", "external", "admitted"),
    [
        (None, None, True),
        (None, "anything", True),
        ({"StringEquals": {"sts:ExternalId": "e-1"}}, "e-1", True),
        ({"StringEquals": {"sts:ExternalId": "e-1"}}, "E-1", False),
        ({"StringEquals": {"sts:ExternalId": "e-1"}}, None, False),
        ({"StringEquals": {"sts:RoleSessionName": "s1"}}, None, True),
        ({"StringEquals": {"sts:RoleSessionName": "${aws:username}"}}, None, False),
        ({"StringEquals": {"aws:PrincipalArn": BOB_ARN}}, None, True),
        ({"Bool": {"aws:MultiFactorAuthPresent": "false"}}, None, False),
    ],
)
def test_conditions_of_the_trust_policy(condition: dict[str, Any] | None, external: str | None, admitted: bool) -> None:
    more = {"Condition": condition} if condition else {}
    sts = Sts(role("app", trust("sts:AssumeRole", **more)))
    params = {"ExternalId": external} if external else {}
    outcome = sts.submit("AssumeRole", RoleArn=APP, RoleSessionName="s1", **params)
    assert (outcome.error is None) is admitted
    assert "e-1" not in str(outcome.response), "it is not echoed"


@pytest.mark.parametrize(
    ("params", "constraint"),
    [
        ({"RoleSessionName": "a"}, "length greater than or equal to 2"),
        ({"RoleSessionName": "a" * 65}, "length less than or equal to 64"),
        ({"RoleSessionName": "a b"}, "regular expression pattern: [\\w+=,.@-]*"),
        ({"DurationSeconds": 899}, "value greater than or equal to 900"),
        ({"DurationSeconds": 43201}, "value less than or equal to 43200"),
        ({"ExternalId": "x"}, "length greater than or equal to 2"),
        ({"SourceIdentity": "aws:x"}, "regular expression pattern"),
        ({"Tags": tags(**{f"k{n}": "v" for n in range(51)})}, "length less than or equal to 50"),
        ({"Tags": tags(k="*")}, "regular expression pattern"),
        ({"TokenCode": "1234567", "SerialNumber": SERIAL}, "length less than or equal to 6"),
    ],
)
def test_parameters_that_break_the_model(params: dict[str, Any], constraint: str) -> None:
    code, message = chain("app").refused_role("app", **params)
    assert code == "ValidationError"
    assert constraint in message


def test_a_call_of_many_faults_names_them_all() -> None:
    code, message = chain("app").refused_role("app", RoleSessionName="a", DurationSeconds=1)
    assert (code, message[:32]) == ("ValidationError", "2 validation errors detected: Va")


@pytest.mark.parametrize("params", [{"ProvidedContexts": [{"ProviderArn": "arn:aws:iam::aws:contextProvider/x"}]},
                                    {"MinimumSessionTokenSize": 1024}])  # fmt: skip
def test_what_is_not_modelled_is_named(params: dict[str, Any]) -> None:
    with pytest.raises(NotModelled, match=next(iter(params))):
        chain("app").submit("AssumeRole", RoleArn=APP, RoleSessionName="s1", **params)


def test_a_chain_inherits_what_is_transitive_and_the_source_identity() -> None:
    sts = chain("one", "two", "three")
    first = sts.assume("one", Tags=tags(tenant="red", cost="1"), TransitiveTagKeys=["tenant"], SourceIdentity="bob")
    second = sts.assume("two", first, Tags=tags(step="2"), TransitiveTagKeys=["step"])
    third = session(sts, sts.assume("three", second))
    assert third.session_tags == Map({"tenant": "red", "step": "2"})
    assert third.source_identity == "bob"
    assert third.chained
    assert sts.refused_role("two", first, Tags=tags(TENANT="blue"))[0] == "ValidationError"


def test_an_inherited_source_identity_must_be_allowed_as_well() -> None:
    first = role("one", trust("sts:AssumeRole", "sts:SetSourceIdentity"))
    sts = Sts(first, role("two", trust("sts:AssumeRole", principal={"AWS": first.arn})))
    assert sts.assume("two", sts.assume("one"))
    code, message = sts.refused_role("two", sts.assume("one", SourceIdentity="bob"))
    assert code == "AccessDenied"
    assert f"sts:SetSourceIdentity on resource: {IAM}role/two" in message


def test_a_source_identity_pinned_to_the_user_name() -> None:
    pinned = {"Condition": {"StringEquals": {"sts:SourceIdentity": "${aws:username}"}}}
    sts = Sts(role("app", trust(*ALL_OF_STS, **pinned)))
    assert sts.refused_role("app")[0] == "AccessDenied"
    assert sts.refused_role("app", SourceIdentity="eve")[0] == "AccessDenied"
    assert sts.assume("app", SourceIdentity="bob")


def test_a_tag_pinned_to_the_principals_own() -> None:
    own = {"Condition": {"StringEquals": {"aws:RequestTag/tenant": "${aws:PrincipalTag/tenant}"}}}
    sts = Sts(role("app", trust(*ALL_OF_STS[:2], **own)), tags=Map({"tenant": "red"}))
    assert sts.assume("app", Tags=tags(tenant="red"))
    assert sts.refused_role("app", Tags=tags(tenant="blue"))[0] == "AccessDenied"


def test_the_tags_of_a_session_open_what_is_named_after_them() -> None:
    by_tag = allow("s3:GetObject", resource="arn:aws:s3:::data/${aws:PrincipalTag/team}/*")
    sts = Sts(role("app", trust(*ALL_OF_STS), by_tag, tags=Map({"Team": "blue"})))
    red, plain = sts.assume("app", Tags=tags(team="red")), sts.assume("app")
    assert [sts.may(red, Key=key) for key in ("red/k", "blue/k")] == [True, False]
    assert [sts.may(plain, Key=key) for key in ("red/k", "blue/k")] == [False, True]


def test_session_policies_are_a_union_inside_what_the_role_may() -> None:
    sts = Sts(role("app", trust("sts:AssumeRole"), allow("s3:*")))
    put = ManagedPolicy(f"{IAM}policy/put", "put", identity(allow("s3:PutObject", "iam:*")))
    sts.cloud.world = sts.cloud.world.with_managed_policy(put)
    keys = sts.assume("app", Policy=text(allow("s3:GetObject")), PolicyArns=[{"arn": put.arn}])
    assert sts.may(keys)
    assert sts.may(keys, "s3:PutObject", Bucket="data", Key="k", Body="x")
    assert not sts.may(keys, "s3:DeleteObject", Bucket="data", Key="k")
    assert not sts.may(keys, "iam:ListUsers")


def test_a_session_policy_of_another_account_has_no_answer() -> None:
    sts = chain("app")
    foreign = ManagedPolicy("arn:aws:iam::999999999999:policy/p", "p", identity(allow("*")))
    sts.cloud.world = sts.cloud.world.with_managed_policy(foreign)
    with pytest.raises(NotModelled, match=f"it is not of the session's account {ACCOUNT}"):
        sts.assume("app", PolicyArns=[{"arn": foreign.arn}])


def test_tags_take_room_and_too_many_are_refused() -> None:
    sts = chain("app")
    half = tags(**{f"k{number}": "v" * 254 for number in range(4)})
    packed = sts.call("AssumeRole", RoleArn=APP, RoleSessionName="s1", Tags=half)["PackedPolicySize"]
    assert packed == 100 * 4 * 256 // 2048
    words = "Packed size of session tags consumes 113% of allotted space."
    assert sts.refused_role("app", Tags=tags(**{f"k{n}": "v" * 254 for n in range(9)})) == (
        "PackedPolicyTooLarge",
        words,
    )
    policy = {"Policy": text(allow("s3:GetObject", resource="arn:aws:s3:::" + "a" * 1200))}
    assert sts.assume("app", Tags=half, **policy)
    with assuming({"sts.packedTags": "together"}):
        assert sts.refused_role("app", Tags=half, **policy)[0] == "PackedPolicyTooLarge"


def test_older_sessions_are_revoked_by_their_issue_time() -> None:
    sts = chain("one", "two")
    old = sts.assume("one")
    sts.cloud.advance(60)
    revoking = {"Condition": {"DateLessThan": {"aws:TokenIssueTime": "2026-01-01T00:01:00Z"}}}
    sts.call(
        "iam:PutRolePolicy",
        RoleName="one",
        PolicyName="AWSRevokeOlderSessions",
        PolicyDocument=text(allow("*", effect="Deny", **revoking)),
    )
    assert not sts.may(old)
    assert sts.refused_role("two", old)[0] == "AccessDenied"
    assert sts.submit("GetCallerIdentity", old).error is None, "nothing forbids the question who one is"
    assert sts.may(sts.assume("one")), "a later session is none of them"
    assert sts.may(BOB), "long-term keys have no issue time"


def test_a_chained_session_has_an_issue_time_of_its_own() -> None:
    sts = chain("one", "two")
    first = sts.assume("one")
    sts.cloud.advance(60)
    second = sts.assume("two", first)
    revoking = {"Condition": {"DateLessThan": {"aws:TokenIssueTime": "2026-01-01T00:00:30Z"}}}
    for name in ("one", "two"):
        found = sts.cloud.world.roles[f"{IAM}role/{name}"]
        deny = identity(allow("*", effect="Deny", **revoking))
        sts.cloud.world = sts.cloud.world.with_role(replace(found, inline=found.inline.set("revoke", deny)))
    assert not sts.may(first)
    assert sts.may(second)


def test_a_session_outlives_its_trust_and_not_its_role() -> None:
    sts = chain("app")
    keys = sts.assume("app")
    nobody = trust("sts:AssumeRole", principal={"AWS": "999999999999"})
    sts.cloud.world = sts.cloud.world.with_role(replace(sts.cloud.world.roles[APP], trust=nobody))
    assert sts.may(keys)
    assert sts.refused_role("app") == ("AccessDenied", NO_TRUST)
    sts.cloud.world = sts.cloud.world.without_role(APP)
    assert sts.error("GetCallerIdentity", keys)[0] == "InvalidClientTokenId"


@pytest.mark.parametrize("key", ["aws:userid", "aws:SourceIdentity", "aws:PrincipalArn"])
def test_the_other_switches_that_stop_a_live_session(key: str) -> None:
    value = {"aws:userid": "AROAAPP:s1", "aws:SourceIdentity": "bob", "aws:PrincipalArn": APP}[key]
    stop = allow("*", effect="Deny", Condition={"StringEquals": {key: value}})
    sts = Sts(role("app", trust(*ALL_OF_STS), allow("*"), stop, unique_id="AROAAPP"))
    assert not sts.may(sts.assume("app", SourceIdentity="bob"))


ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "iam:ListUsers")
SUBSETS = st.lists(st.sampled_from(ACTIONS), unique=True)


@settings(max_examples=60, deadline=None)
@given(own=SUBSETS, boundary=st.none() | SUBSETS, passed=st.none() | SUBSETS, denied=SUBSETS)
def test_a_session_never_has_more_than_role_and_policy_and_boundary(
    own: list[str], boundary: list[str] | None, passed: list[str] | None, denied: list[str]
) -> None:
    statements = [allow(*own or ["none:None"]), allow(*denied or ["none:None"], effect="Deny")]
    bound = f"{IAM}policy/bound"
    app = role("app", trust("sts:AssumeRole"), *statements, boundary=None if boundary is None else bound)
    sts = Sts(app)
    limit = ManagedPolicy(bound, "bound", identity(allow(*boundary or ["none:None"])))
    sts.cloud.world = sts.cloud.world.with_managed_policy(limit)
    keys = sts.assume("app", **({} if passed is None else {"Policy": text(allow(*passed or ["none:None"]))}))
    everything = set(ACTIONS)
    expected = set(own) & (everything if boundary is None else set(boundary)) - set(denied)
    expected &= everything if passed is None else set(passed)
    body: dict[str, Any] = {"s3:PutObject": {"Body": "x"}}
    told = {
        action
        for action in ACTIONS
        if sts.may(keys, action, **({} if action == "iam:ListUsers" else {"Bucket": "data", "Key": "k"}),
                   **body.get(action, {}))
    }  # fmt: skip
    assert told == expected


NAMES = st.sampled_from(("tenant", "Team", "cost"))
HOPS = st.lists(st.tuples(st.dictionaries(NAMES, st.sampled_from(("a", "b")), max_size=3), st.sets(NAMES)), max_size=4)


@settings(max_examples=60, deadline=None)
@given(HOPS)
def test_what_is_transitive_never_changes_along_a_chain(hops: list[tuple[dict[str, str], set[str]]]) -> None:
    sts = chain(*(f"r{number}" for number in range(len(hops))))
    keys, held = BOB, {}
    for number, (given_tags, wished) in enumerate(hops):
        handed_on = sorted(wished & set(given_tags))
        params: dict[str, Any] = {"Tags": tags(**given_tags)} if given_tags else {}
        params |= {"TransitiveTagKeys": handed_on} if handed_on else {}
        clash = {name.casefold() for name in held} & {name.casefold() for name in given_tags}
        if clash:
            assert sts.refused_role(f"r{number}", keys, **params)[0] == "ValidationError"
            return
        keys = sts.assume(f"r{number}", keys, **params)
        held |= {name: given_tags[name] for name in handed_on}
        caller = session(sts, keys)
        assert {name: caller.session_tags[name] for name in caller.transitive_tag_keys} == held
        assert dict(caller.session_tags) == {**given_tags, **held}
