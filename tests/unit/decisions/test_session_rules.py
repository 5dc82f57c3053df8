"""How long a session lasts, which tags it may carry, who it says it is, and which policies narrow it."""

from __future__ import annotations

import pytest

from cogsim.assumptions import assuming
from cogsim.decision import Refusal
from cogsim.decisions.caller import Caller, IamUser, RoleSession
from cogsim.decisions.session import Lineage, assumed_session, duration, lineage
from cogsim.decisions.session_policies import packed_percentage, passed_policies
from cogsim.errors import NotModelled
from cogsim.persistent import Map
from cogsim.policy.document import Policy, PolicyKind
from cogsim.world.iam import Role
from cogsim.world.world import World

ARN = "arn:aws:iam::123456789012:role/r"
BOB = IamUser("arn:aws:iam::123456789012:user/bob", "AIDAB")
MARKED = RoleSession(
    ARN,
    "AROAR",
    "s",
    session_tags=Map({"Team": "red", "cost": "1"}),
    transitive_tag_keys=("Team",),
    source_identity="bob",
)


def role(longest: int = 3600) -> Role:
    return Role(ARN, "r", Policy((), kind=PolicyKind.TRUST), max_session_duration=longest, tags=Map({"from": "role"}))


MAXIMUM = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
CHAIN = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."


@pytest.mark.parametrize(
    ("asked", "longest", "chained", "expected"),
    [
        (None, 3600, False, 3600),
        (None, 43200, False, 3600),
        (900, 3600, False, 900),
        (43200, 43200, False, 43200),
        (3601, 3600, False, MAXIMUM),
        (3600, 43200, True, 3600),
        (7200, 43200, True, CHAIN),
        (7200, 3600, True, MAXIMUM),
    ],
)
def test_the_length_of_a_session(asked: int | None, longest: int, chained: bool, expected: int | str) -> None:
    answer = duration(asked, role(longest), chained=chained).value
    assert (answer.message if isinstance(answer, Refusal) else answer) == expected


def test_tags_handed_on_reach_the_next_session_and_others_do_not() -> None:
    carried = lineage(MARKED, (("new", "1"),), ("new",)).value
    assert carried == Lineage(Map({"Team": "red", "new": "1"}), ("Team", "new"), "bob", True)


@pytest.mark.parametrize(
    ("caller", "tags", "transitive", "identity", "words"),
    [
        (BOB, (("a", "1"), ("A", "2")), (), None, "Duplicate tag keys"),
        (BOB, (("aws:x", "1"),), (), None, "reserved"),
        (BOB, (("a", "1"),), ("b",), None, "must be included"),
        (MARKED, (("team", "blue"),), (), None, "conflicts with a transitive tag key"),
        (MARKED, (), (), "eve", "already set"),
    ],
)
def test_what_a_session_may_not_carry(
    caller: Caller,
    tags: tuple[tuple[str, str], ...],
    transitive: tuple[str, ...],
    identity: str | None,
    words: str,
) -> None:
    answer = lineage(caller, tags, transitive, identity).value
    assert isinstance(answer, Refusal)
    assert answer.code == "ValidationError"
    assert words in answer.message


def test_the_same_source_identity_may_be_given_again() -> None:
    carried = lineage(MARKED, (), (), "bob").value
    assert isinstance(carried, Lineage)
    assert carried.source_identity == "bob"


def test_a_roles_tags_can_be_frozen_into_its_sessions() -> None:
    made = assumed_session(role(), "s", Lineage(), None, now=0.0, seconds=3600)
    assert made.session_tags == Map()
    with assuming({"context.roleTags": "at-issuance"}):
        made = assumed_session(role(), "s", Lineage(), None, now=0.0, seconds=3600)
        assert made.session_tags == Map({"from": "role"})


GOOD = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'


def test_session_policies_are_parsed_or_refused() -> None:
    assert passed_policies(World(), None).value is None
    found = passed_policies(World(), GOOD, ("arn:aws:iam::aws:policy/AdministratorAccess",)).value
    assert isinstance(found, tuple)
    assert [entry.name for entry in found] == ["session policy", "arn:aws:iam::aws:policy/AdministratorAccess"]
    refused = passed_policies(World(), "{}").value
    assert isinstance(refused, Refusal)
    assert refused.code == "MalformedPolicyDocument"


def test_session_policies_have_a_size() -> None:
    refused = passed_policies(World(), GOOD + " " * 2048).value
    assert isinstance(refused, Refusal)
    assert refused.code == "PackedPolicyTooLarge"
    assert refused.message.endswith("of allotted space, please use smaller policy.")
    most = GOOD + " " * (2048 - len(GOOD))
    assert not isinstance(passed_policies(World(), most).value, Refusal)
    for policy, arns in ((most + " ", ()), (most, ("arn:aws:iam::aws:policy/AdministratorAccess",))):
        refused = passed_policies(World(), policy, arns).value
        assert isinstance(refused, Refusal)
        assert refused.code == "PackedPolicyTooLarge"
    malformed = passed_policies(World(), "{" + " " * 2048).value
    assert isinstance(malformed, Refusal)
    assert malformed.code == "MalformedPolicyDocument"  # the text is read before it is packed


def test_more_managed_policies_than_aws_takes_are_refused() -> None:
    refused = passed_policies(World(), None, ("arn:aws:iam::aws:policy/AdministratorAccess",) * 11).value
    assert isinstance(refused, Refusal)
    assert refused.code == "ValidationError"
    assert refused.message.endswith("Member must have length less than or equal to 10")
    with assuming({"sts.unseenTexts": "empty"}):
        refused = passed_policies(World(), None, ("arn:aws:iam::aws:policy/AdministratorAccess",) * 11).value
        assert refused == Refusal("ValidationError", "")


def test_a_filter_of_unknown_content_has_no_answer() -> None:
    with pytest.raises(NotModelled, match="NoSuchPolicy"):
        passed_policies(World(), None, ("arn:aws:iam::aws:policy/NoSuchPolicy",))


def test_the_packed_size_is_absent_where_nothing_is_packed() -> None:
    assert packed_percentage(None, (), 0) is None
    assert packed_percentage(GOOD, (), 0) == 100 * len(GOOD) // 2048
    assert packed_percentage(None, (), 1) == 1
