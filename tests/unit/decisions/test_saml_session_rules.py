"""What AWS expects of an assertion, by partition, and what its attributes become."""

from __future__ import annotations

import pytest

from cogsim.assumptions import assuming
from cogsim.decision import Refusal
from cogsim.decisions.saml_attributes import CONDITION_KEYS, attribute_keys, console_duration, role_pairs, session_name
from cogsim.decisions.saml_session import aws_expectation, believe, name_qualifier, saml_duration
from cogsim.persistent import Map
from cogsim.policy.document import Policy, PolicyKind
from cogsim.policy.request import Values
from cogsim.tokens.saml import Assertion
from cogsim.tokens.saml_metadata import IdpMetadata
from cogsim.world.iam import Role
from cogsim.world.world import World

METADATA = IdpMetadata("https://idp.example.com", ())
PREFIX = "https://aws.amazon.com/SAML/Attributes/"


def said(**attributes: tuple[str, ...]) -> Assertion:
    named = {f"{PREFIX}{name}": values for name, values in attributes.items()}
    return Assertion("_a", "_r", "i", "s", "f", "r", 0.0, 0.0, Map(named))


@pytest.mark.parametrize(
    ("partition", "address", "ours"),
    [
        ("aws", "https://signin.aws.amazon.com/saml", True),
        ("aws", "https://us-east-1.signin.aws.amazon.com/saml", True),
        ("aws", "https://ap-southeast-2.signin.aws.amazon.com/saml/acs/SAMLSP1", True),
        ("aws", "https://us-east-1.signin.aws.amazon.com/saml/acs/", False),
        ("aws", "http://signin.aws.amazon.com/saml", False),
        ("aws", "https://evil.us-east-1.signin.aws.amazon.com/saml", False),
        ("aws", "https://us-east-1.signinXaws.amazon.com/saml", False),
        ("aws", "https://us-east-1.signin.aws.amazon.com/saml\n", False),
        ("aws", "https://signin.amazonaws.cn/saml", False),
        ("aws-cn", "https://signin.amazonaws.cn/saml", True),
        ("aws-cn", "https://cn-north-1.signin.amazonaws.cn/saml", True),
        ("aws-us-gov", "https://signin.amazonaws-us-gov.com/saml", True),
        ("aws-us-gov", "https://us-gov-west-1.signin.amazonaws-us-gov.com/saml", True),
    ],
)
def test_each_partition_has_its_addresses(partition: str, address: str, ours: bool) -> None:
    assert aws_expectation(METADATA, partition).is_ours(address) is ours


def test_each_partition_has_its_own_name_and_the_common_one() -> None:
    assert aws_expectation(METADATA, "aws").audiences == (
        "urn:amazon:webservices",
        "https://signin.aws.amazon.com/saml",
    )
    assert "urn:amazon:webservices:govcloud" in aws_expectation(METADATA, "aws-us-gov").audiences


def test_switches_shape_what_is_expected() -> None:
    plain = aws_expectation(METADATA, "aws", seen=frozenset({"_a"}))
    assert (plain.skew, plain.any_request, plain.seen, plain.one_confirmation) == (0.0, False, frozenset(), True)
    with assuming({"sts.samlReplay": "refused", "sts.samlSkew": "180", "sts.samlInResponseTo": "ignored"}):
        other = aws_expectation(METADATA, "aws", seen=frozenset({"_a"}))
    assert (other.skew, other.any_request, other.seen) == (180.0, True, frozenset({"_a"}))


def test_the_name_qualifier_is_a_hash_of_issuer_account_and_provider() -> None:
    # sts:AssumeRoleWithSAML: BASE64 ( SHA1 ( "https://example.com/saml" + "123456789012" + "/MySAMLIdP" ) )
    found = name_qualifier("https://example.com/saml", "123456789012", "MySAMLIdP")
    assert (len(found), found[-1]) == (28, "=")
    assert found != name_qualifier("https://example.com/saml", "123456789012", "MySAMLIdp")


def test_a_value_is_a_pair_of_two_or_none() -> None:
    role, provider = "arn:aws:iam::1:role/r", "arn:aws:iam::1:saml-provider/p"
    assertion = said(Role=(f"{role},{provider}", f"{provider},{role}", role, f"{role},{provider},x", ""))
    assert role_pairs(assertion) == ((role, provider), (role, provider))


def test_attributes_become_keys_by_their_exact_names() -> None:
    person = "urn:oid:1.3.6.1.4.1.5923.1.1.1"
    attributes = {f"{person}.1": ("a",), f"{person}.6": ("p@x",), "2.5.4.3": ("A", "B"), "mail": ("m",), "2.5.4.4": ()}
    assertion = Assertion("_a", "_r", "i", "s", "f", "r", 0.0, 0.0, Map(attributes))
    assert attribute_keys(assertion) == {
        "saml:edupersonaffiliation": Values(("a",), multivalued=True),
        "saml:edupersonprincipalname": Values(("p@x",)),
        "saml:commonName": Values(("A", "B"), multivalued=True),
    }
    assert CONDITION_KEYS[f"{person}.11"] == "saml:edupersonassurance"
    assert CONDITION_KEYS["urn:oid:1.3.6.1.4.1.5923.1.2.1.6"] == "saml:eduorgwhitepagesuri"


def test_of_two_attributes_of_one_key_one_counts() -> None:
    claim = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname"
    attributes = {claim: ("long",), "2.5.4.4": ("short",)}
    found = attribute_keys(Assertion("_a", "_r", "i", "s", "f", "r", 0.0, 0.0, Map(attributes)))
    assert found == {"saml:surname": Values(("short",))}


@pytest.mark.parametrize("name", ["ab", "a" * 64, "a.b+c=d,e@f-g_h9"])
def test_plain_names_of_two_to_sixty_four_characters_are_taken(name: str) -> None:
    assert session_name(said(RoleSessionName=(name,))).value == name


@pytest.mark.parametrize("name", ["", "a", "a b", "é" * 3, "a/b", "ab\n", "a" * 65])
def test_other_names_are_not(name: str) -> None:
    assert isinstance(session_name(said(RoleSessionName=(name,))).value, Refusal)


@pytest.mark.parametrize(
    ("value", "good"), [("900", True), ("43200", True), ("899", False), ("43201", False), ("٩٠٠", False)]
)
def test_a_console_session_lasts_from_fifteen_minutes_to_twelve_hours(value: str, good: bool) -> None:
    assert (console_duration(said(SessionDuration=(value,))).value is None) == good


def test_a_session_ends_with_that_of_the_provider() -> None:
    role = Role("arn:aws:iam::123456789012:role/r", "r", Policy((), kind=PolicyKind.TRUST), max_session_duration=7200)
    assert saml_duration(None, role, None, now=0.0).value == 3600
    assert saml_duration(7200, role, 100.5, now=0.0).value == 100
    assert saml_duration(900, role, 1000.0, now=0.0).value == 900
    assert isinstance(saml_duration(7201, role, 100.0, now=0.0).value, Refusal)
    for ended in (0.0, -10.0):
        refusal = saml_duration(None, role, ended, now=0.0).value
        assert isinstance(refusal, Refusal)
        assert refusal.code == "ExpiredTokenException"


def test_a_provider_that_is_nobodys_is_not_believed() -> None:
    found = believe(World(), "arn:aws:iam::123456789012:saml-provider/x", "AAAA", now=0.0)
    assert found.value == Refusal("InvalidIdentityToken", "Specified provider doesn't exist")
