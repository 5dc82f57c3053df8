"""Cogsim::AdFs and its receivers: read, written back, refused where they say nothing, each with its place."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.decisions.adfs_claims import issued_claims, rule_values
from cogsim.errors import InputError, InvalidValue
from cogsim.tokens.saml_metadata import IdpMetadata, read_metadata
from cogsim.world.external_saml import AdFs, ClaimRule, DirectoryUser, NameIdRule, RelyingParty, SigningCertificate
from cogsim.world.template import dump
from tests.generators.adfs_world import AWS, ENTITY, PROVIDER, WORLD


def test_a_provider_registered_with_iam_has_the_metadata_of_the_ad_fs(world_of: Any) -> None:
    world = world_of(WORLD)
    provider = world.ad_fs[ENTITY]
    found = read_metadata(world.saml_providers[PROVIDER].metadata)
    assert isinstance(found, IdpMetadata)
    assert found.entity_id == ENTITY
    assert found.certificates == (provider.certificate(SigningCertificate(1, 1748736000.0)),)
    assert dict(found.sign_in)["urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"] == "https://adfs.example.com/adfs/ls/"
    assert not world.completeness.warnings


def test_people_and_rules_are_read(world_of: Any) -> None:
    provider = world_of(WORLD).ad_fs[ENTITY]
    alice = provider.users["alice@example.com"]
    assert (alice.upn, alice.name, alice.sid, alice.enabled) == ("Alice@example.com", "Alice", "S-1-5-21-1", True)
    assert alice.values("phones") == ("1", "2")
    assert alice.values("groups") == ("AWS-123456789012-Reader", "Staff")
    assert alice.values("nothing") == ()
    assert not provider.users["carol@example.com"].enabled
    rule = provider.parties[AWS].rules[1]
    assert rule.origin.location is not None
    assert (
        rule.origin.location.line
        == WORLD.split("\n").index("        - Claim: https://aws.amazon.com/SAML/Attributes/Role") + 1
    )


def test_all_of_it_comes_back_from_what_is_written(world_of: Any) -> None:
    first = world_of(WORLD)
    again = world_of(*dump(first).values())
    assert again.ad_fs == first.ad_fs
    assert again == first


@pytest.mark.parametrize(
    ("written", "wrong", "told"),
    [
        ("BaseUrl: https://", "BaseUrl: http://", "must begin with https://"),
        ("Upn: bob@example.com", "Upn: ALICE@example.com", "as another user's is"),
        ("Password: Correct-Horse-2", "Passwort: x", "Passwort"),
        ("(\\w+)$", "(\\w+$", "no regular expression"),
        ("$1:role/$2", "$1:role/$3", "speaks of group 3"),
        ("Attribute: department}", "Attribute: department, Value: x}", "either it or Value"),
        ("Format: emailAddress, ", "Format: email, ", "must be one of"),
        ("AdFs: !Ref Adfs", "AdFs: http://other.example.com/", "no AD FS of that entity id"),
        ("Endpoints: [https://signin.aws.amazon.com/saml]", "Endpoints: []", "a receiver has an address"),
        ("{Generation: 1,", "{Generation: 0,", "from 1"),
        ("{mail: bob@example.com,", "{upn: bob@example.com,", "stands beside Attributes"),
        ("{mail: bob@example.com,", "{mail: {a: b},", "must be a text or a list"),
        ('Value: "3600"', 'Value: "3600", Matches: x', "needs an Attribute"),
    ],
)
def test_what_makes_no_sense_is_an_error_with_its_place(world_of: Any, written: str, wrong: str, told: str) -> None:
    assert written in WORLD
    with pytest.raises(InputError) as raised:
        world_of(WORLD.replace(written, wrong, 1))
    assert told in str(raised.value)
    assert str(raised.value).startswith("a.yaml:")


def test_receivers_of_an_ad_fs_that_is_not_known_are_told_of(world_of: Any) -> None:
    world = world_of(WORLD.replace("AdFs: !Ref Adfs", "AdFs: !ImportValue elsewhere"))
    assert not world.ad_fs[ENTITY].parties
    assert any("is left out" in warning for warning in world.completeness.warnings)


@pytest.mark.parametrize(
    ("document", "told"),
    [("<x/>", "no EntityDescriptor"), ("not XML", "not XML"), ("!GetAtt Adfs.Metadata", None)],
)
def test_metadata_by_which_nobody_is_believed_are_told_of(world_of: Any, document: str, told: str | None) -> None:
    world = world_of(WORLD.replace("!GetAtt Adfs.Metadata", document))
    warnings = [each for each in world.completeness.warnings if "SamlMetadataDocument" in each]
    assert [told in each for each in warnings] == ([True] if told else [])


# Rules

USER = DirectoryUser("u@x", "U", "S-1", "p", ("AWS-1-a", "xAWS-2-b y", "none"))


@pytest.mark.parametrize(
    ("rule", "given"),
    [
        (ClaimRule("c", value="k"), ("k",)),
        (ClaimRule("c", "sid"), ("S-1",)),
        (ClaimRule("c", "absent"), ()),
        (ClaimRule("c", "groups", matches="AWS"), ("AWS-1-a", "xAWS-2-b y")),
        (ClaimRule("c", "groups", matches="^AWS-(.)-(.)$", replacement="$2/$1"), ("a/1",)),
        (ClaimRule("c", "groups", matches="AWS-(.)-(.)", replacement="$2/$1"), ("a/1", "xb/2 y")),
        (ClaimRule("c", "groups", matches="^none$", replacement=r"a\1b"), (r"a\1b",)),
    ],
)
def test_a_rule_gives_a_claim_for_each_value_that_fits(rule: ClaimRule, given: tuple[str, ...]) -> None:
    assert rule_values(rule, USER) == given


def test_a_derived_name_is_of_one_provider_and_one_receiver() -> None:
    persistent = NameIdRule("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent")
    one, other = (RelyingParty(name, ("https://x",), persistent) for name in ("a", "b"))
    provider, second = AdFs("http://a", "https://a"), AdFs("http://b", "https://b")
    named = {issued_claims(each, party, USER).value.name_id for each in (provider, second) for party in (one, other)}
    assert len(named) == 4
    assert issued_claims(provider, one, USER).value == issued_claims(provider, one, USER).value


def test_a_name_that_is_not_derived_needs_an_attribute() -> None:
    with pytest.raises(InvalidValue):
        NameIdRule()
