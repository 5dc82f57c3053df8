"""AssumeRoleWithSAML through the door: from a person's password at AD FS to an object of their team."""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from cogsim.actors.adfs import AdFsServer
from cogsim.assumptions import assuming
from cogsim.aws.call import Credentials, Outcome
from cogsim.load import load
from cogsim.simulation import Simulation
from cogsim.tokens.saml_issue import Statement, response_xml
from cogsim.world.external_saml import ClaimRule
from cogsim.world.template import dump
from tests.generators.adfs_world import AWS, ENTITY, PASSWORDS, PROVIDER, READER, WORLD

PREFIX = "https://aws.amazon.com/SAML/Attributes/"
ALICE = "alice@example.com"
ACS = "https://signin.aws.amazon.com/saml"


@pytest.fixture
def world_at(tmp_path: Path) -> Callable[..., Simulation]:
    def make(*changes: tuple[str, str]) -> Simulation:
        text = WORLD
        for written, other in changes:
            assert written in text
            text = text.replace(written, other)
        (tmp_path / "world.yaml").write_text(text)
        return Simulation(load(str(tmp_path / "world.yaml")))

    return make


@pytest.fixture
def sim(world_at: Callable[..., Simulation]) -> Simulation:
    return world_at()


def posted(sim: Simulation, who: str = ALICE) -> str:
    return AdFsServer().start(sim.world, AWS, who, PASSWORDS[who], now=sim.now).saml_response


def assume(sim: Simulation, response: str, **params: Any) -> Outcome:
    given = {"RoleArn": READER, "PrincipalArn": PROVIDER, "SAMLAssertion": response, **params}
    return sim.submit("sts:AssumeRoleWithSAML", given)


def told(outcome: Outcome) -> tuple[str, str]:
    assert outcome.error is not None
    return outcome.error.code, outcome.error.message


def credentials(outcome: Outcome) -> Credentials:
    made = outcome.unwrap()["Credentials"]
    return Credentials(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])


def said(sim: Simulation, attributes: dict[str, tuple[str, ...]] | None = None, **changes: Any) -> str:
    """A response of the world's AD FS that says what is given, instead of what its rules give."""
    provider = sim.world.ad_fs[ENTITY]
    plain = {f"{PREFIX}Role": (f"{READER},{PROVIDER}",), f"{PREFIX}RoleSessionName": ("alice",)}
    merged = {**plain, **(attributes or {})}
    statement = Statement(
        ENTITY, ACS, AWS, ALICE, attributes=tuple(each for each in merged.items() if each[1]), issued_at=sim.now
    )
    raw = response_xml(replace(statement, **changes), provider.signer)
    return base64.b64encode(raw).decode()


# The way from a password to an object


def test_from_ad_fs_to_the_folder_of_ones_team(sim: Simulation) -> None:
    made = assume(sim, posted(sim)).unwrap()
    assert made["AssumedRoleUser"]["Arn"] == "arn:aws:sts::123456789012:assumed-role/Reader/alice@example.com"
    assert (made["Subject"], made["Issuer"], made["Audience"]) == (ALICE, ENTITY, ACS)
    assert made["SubjectType"] == "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
    assert made["PackedPolicySize"] == 1
    keys = Credentials(*(made["Credentials"][name] for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")))
    assert sim.call("s3:GetObject", {"Bucket": "data", "Key": "research/plan"}, keys)["Body"] == b"ours"
    assert sim.call("s3:GetObject", {"Bucket": "data", "Key": f"people/{ALICE}"}, keys)["Body"] == b"hers"
    assert told(sim.submit("s3:GetObject", {"Bucket": "data", "Key": "sales/plan"}, keys))[0] == "AccessDenied"
    assert not sim.can(keys, "s3:GetObject", f"arn:aws:s3:::data/issuers/{ENTITY}").value.allowed
    who = sim.call("sts:GetCallerIdentity", {}, keys)
    assert who["Arn"] == made["AssumedRoleUser"]["Arn"]


def test_the_record_says_whose_assertion_it_was(sim: Simulation) -> None:
    made = assume(sim, posted(sim)).unwrap()
    identity = sim.trail[-1]["userIdentity"]
    assert identity == {
        "type": "SAMLUser",
        "principalId": f"{made['NameQualifier']}:{ALICE}",
        "userName": ALICE,
        "identityProvider": made["NameQualifier"],
    }
    shown = sim.trail[-1]["requestParameters"]
    assert shown["sAMLAssertionID"].startswith("_")
    assert (shown["roleSessionName"], shown["principalTags"]) == (ALICE, {"team": "research"})
    assert "sAMLAssertion" not in shown
    assume(sim, "AAAA")
    assert sim.trail[-1]["userIdentity"] == {"type": "SAMLUser"}


def test_the_same_world_and_steps_give_the_same_bytes(world_at: Callable[..., Simulation]) -> None:
    one, other = world_at(), world_at()
    assert assume(one, posted(one)).unwrap() == assume(other, posted(other)).unwrap()


def test_the_name_qualifier_is_that_of_issuer_account_and_provider(sim: Simulation) -> None:
    import hashlib

    text = f"{ENTITY}123456789012/ADFS"
    expected = base64.b64encode(hashlib.sha1(text.encode()).digest()).decode()
    assert assume(sim, posted(sim)).unwrap()["NameQualifier"] == expected


def test_a_group_name_without_anchors_opens_a_role_that_nobody_meant(world_at: Callable[..., Simulation]) -> None:
    loose = world_at((r"'^AWS-([0-9]{12})-(\w+)$'", r"'AWS-([0-9]{12})-(\w+)'"))
    kept = assume(world_at(), posted(world_at(), "bob@example.com"))
    assert told(kept)[0] == "AccessDenied"
    found = assume(loose, posted(loose, "bob@example.com"), RoleArn=f"{READER}evil")
    assert told(found) == ("AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML")
    named = found.decision.steps
    assert any("xxarn:aws:iam::123456789012:role/Readerevil" in step.found for step in named)


# Roll-over


def test_a_changed_certificate_is_refused_until_iam_is_told(sim: Simulation) -> None:
    sim.call("cogsim:RollOverAdFsCertificate", {"EntityId": ENTITY, "Stage": "Add"})
    assert assume(sim, posted(sim)).error is None
    published = sim.world.ad_fs[ENTITY].metadata()
    sim.call("cogsim:RollOverAdFsCertificate", {"EntityId": ENTITY, "Stage": "Promote"})
    assert told(assume(sim, posted(sim))) == ("InvalidIdentityToken", "Response signature invalid")
    provider = replace(sim.world.saml_providers[PROVIDER], metadata=published)
    updated = Simulation(sim.world.with_saml_provider(provider), start=sim.now)
    assert assume(updated, posted(updated)).error is None
    updated.call("cogsim:RollOverAdFsCertificate", {"EntityId": ENTITY, "Stage": "Retire"})
    assert assume(updated, posted(updated)).error is None


# Times


def test_a_session_lasts_as_long_as_asked_as_the_role_allows_and_as_the_provider_says(sim: Simulation) -> None:
    def lasts(response: str, **params: Any) -> float:
        expires = assume(sim, response, **params).unwrap()["Credentials"]["Expiration"]
        return float(expires.timestamp() - sim.now)

    assert lasts(said(sim)) == 3600
    assert lasts(said(sim), DurationSeconds=7200) == 7200
    assert lasts(said(sim, session_not_on_or_after=sim.now + 1000), DurationSeconds=7200) == 1000
    assert lasts(said(sim, {f"{PREFIX}SessionDuration": ("43200",)})) == 3600
    assert told(assume(sim, said(sim), DurationSeconds=7201))[0] == "ValidationError"
    assert told(assume(sim, said(sim), DurationSeconds=60))[0] == "ValidationError"


def test_an_assertion_is_good_for_five_minutes(sim: Simulation) -> None:
    response = said(sim, confirm_for=3600)
    sim.advance(299)
    assert assume(sim, response).error is None
    sim.advance(2)
    late = ("ExpiredTokenException", "Token must be redeemed within 5 minutes of issuance")
    assert told(assume(sim, response)) == late


@pytest.mark.parametrize("changes", [{"confirm_for": 100}, {"valid_for": 100}])
def test_what_the_provider_limits_further_ends_earlier(sim: Simulation, changes: dict[str, Any]) -> None:
    response = said(sim, **changes)
    sim.advance(100)
    assert told(assume(sim, response))[0] == "ExpiredTokenException"


def test_an_assertion_dated_ahead_is_refused_unless_clocks_may_differ(sim: Simulation) -> None:
    response = said(sim, issued_at=sim.now + 60)
    assert told(assume(sim, response))[0] == "InvalidIdentityToken"
    with assuming({"sts.samlSkew": "180"}):
        assert assume(sim, response).error is None


def test_an_assertion_may_be_presented_again_unless_that_is_refused(sim: Simulation) -> None:
    response = said(sim)
    assert [assume(sim, response).error for _ in range(2)] == [None, None]
    with assuming({"sts.samlReplay": "refused"}):
        assert told(assume(sim, response))[0] == "InvalidIdentityToken"
        assert assume(sim, said(sim, assertion_id="_another")).error is None


# What the assertion must say

INVALID = "InvalidIdentityToken"
DENIED = ("AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML")
NAME_TEXT = "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}"
DURATION_TEXT = "SessionDuration in AuthnResponse must be between 900 and 43200"
SOURCE_TEXT = 'Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"'


@pytest.mark.parametrize(
    ("attributes", "error"),
    [
        ({"RoleSessionName": ()}, (INVALID, "RoleSessionName is required in AuthnResponse")),
        ({"RoleSessionName": ("a",)}, (INVALID, NAME_TEXT)),
        ({"RoleSessionName": ("a b",)}, (INVALID, NAME_TEXT)),
        ({"RoleSessionName": ("a" * 65,)}, (INVALID, NAME_TEXT)),
        ({"RoleSessionName": ("alice", "bob")}, (INVALID, NAME_TEXT)),
        ({"Role": ()}, DENIED),
        ({"Role": (READER,)}, DENIED),
        ({"Role": (READER, PROVIDER)}, DENIED),
        ({"Role": (f"{READER}x,{PROVIDER}",)}, DENIED),
        ({"Role": (f"{READER},{PROVIDER}x",)}, DENIED),
        ({"Role": (f"{READER[:-1]},{PROVIDER}",)}, DENIED),
        ({"Role": (f"{READER},{PROVIDER},{PROVIDER}",)}, DENIED),
        ({"Role": (f"{READER}x,{PROVIDER}", f"{READER},{PROVIDER}x")}, DENIED),
        ({"Role": (), "role": (f"{READER},{PROVIDER}",)}, DENIED),
        ({"SourceIdentity": ("a b",)}, (INVALID, SOURCE_TEXT)),
        ({"SourceIdentity": ("aws:x",)}, (INVALID, SOURCE_TEXT)),
        ({"SourceIdentity": ("ab", "cd")}, (INVALID, SOURCE_TEXT)),
        ({"PrincipalTag:team": ("a", "b")}, (INVALID, "The session tag team must have one value")),
        ({"PrincipalTag:aws:x": ("a",)}, (INVALID, "Tag keys that begin with aws: are reserved for system use.")),
        ({"PrincipalTag:t": ("*",)}, (INVALID, "The session tag t has a key or value that tags cannot have")),
        (
            {"PrincipalTag:t": ("a",), "PrincipalTag:T": ("b",)},
            (INVALID, "Duplicate tag keys found. Please note that Tag keys are case insensitive."),
        ),
        (
            {"TransitiveTagKeys": ("team",)},
            (INVALID, "Specified transitive tag key must be included in the requested tags."),
        ),
        ({"SessionDuration": ("60",)}, (INVALID, DURATION_TEXT)),
        ({"SessionDuration": ("x",)}, (INVALID, DURATION_TEXT)),
        (
            {"SessionDuration": ("900", "901")},
            (INVALID, DURATION_TEXT),
        ),
    ],
)
def test_attributes_that_do_not_hold_are_refused(
    sim: Simulation, attributes: dict[str, tuple[str, ...]], error: tuple[str, str]
) -> None:
    response = said(sim, {f"{PREFIX}{name}": values for name, values in attributes.items()})
    assert told(assume(sim, response)) == error


@pytest.mark.parametrize("pair", [f"{PROVIDER},{READER}", f" {READER} , {PROVIDER} ", f"{READER},\n{PROVIDER}"])
def test_role_and_provider_stand_in_either_order(sim: Simulation, pair: str) -> None:
    response = said(sim, {f"{PREFIX}Role": ("x", pair)})
    assert assume(sim, response).error is None
    with assuming({"sts.samlRoleSpaces": "refused"}):
        assert (assume(sim, response).error is None) == (" " not in pair and "\n" not in pair)


def test_a_session_duration_may_be_left_unread(sim: Simulation) -> None:
    with assuming({"sts.samlSessionDuration": "ignored"}):
        assert assume(sim, said(sim, {f"{PREFIX}SessionDuration": ("60",)})).error is None


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"issuer": "https://evil.example.com"}, (INVALID, "Issuer not present in specified provider")),
        ({"audience": "urn:other"}, (INVALID, "Response does not contain the required audience.")),
        ({"name_id": ""}, DENIED),
    ],
)
def test_what_is_said_to_another_or_of_nobody_is_refused(
    sim: Simulation, changes: dict[str, Any], error: tuple[str, str]
) -> None:
    assert told(assume(sim, said(sim, **changes))) == error


@pytest.mark.parametrize(
    "recipient", ["https://signin.aws.amazon.com/saml2", "https://eu-west-1.signin.aws.amazon.com.evil.example/saml"]
)
def test_an_assertion_for_another_address_is_refused(sim: Simulation, recipient: str) -> None:
    assert told(assume(sim, said(sim, recipient=recipient)))[0] == INVALID


def test_every_regions_address_is_one_of_awss(sim: Simulation) -> None:
    address = "https://eu-central-1.signin.aws.amazon.com/saml"
    found = assume(sim, said(sim, recipient=address))
    assert told(found) == DENIED  # the role wants another saml:aud, which is the recipient
    assert assume(sim, said(sim, audience=ACS)).error is None


def test_an_answer_to_a_request_is_refused_unless_that_is_ignored(sim: Simulation) -> None:
    response = said(sim, in_response_to="_q")
    assert told(assume(sim, response))[0] == INVALID
    with assuming({"sts.samlInResponseTo": "ignored"}):
        assert assume(sim, response).error is None


@pytest.mark.parametrize("code", ["IDPRejectedClaim", "InvalidIdentityToken"])
def test_a_provider_that_refuses_is_reported(sim: Simulation, code: str) -> None:
    response = said(sim, status="urn:oasis:names:tc:SAML:2.0:status:Responder")
    with assuming({"sts.samlStatus": code}):
        assert told(assume(sim, response))[0] == code


@pytest.mark.parametrize("response", ["AAAA", "!!!!", "=", "AAAA" * 100, base64.b64encode(b"<a/>").decode()])
def test_what_is_no_response_is_refused(sim: Simulation, response: str) -> None:
    found = assume(sim, response.ljust(4, "="))
    assert told(found)[0] == INVALID
    with assuming({"sts.unseenTexts": "empty"}):
        assert told(assume(sim, response.ljust(4, "="))) == (INVALID, "")


def test_a_response_of_more_than_a_hundred_thousand_characters_is_not_read(sim: Simulation) -> None:
    assert told(assume(sim, "A" * 100_001))[0] == "ValidationError"


# Provider, role, trust


def test_a_provider_that_is_not_registered_is_refused(sim: Simulation) -> None:
    found = assume(sim, said(sim), PrincipalArn=f"{PROVIDER}x")
    assert told(found) == (INVALID, "Specified provider doesn't exist")


def test_metadata_that_say_nothing_admit_nobody(sim: Simulation) -> None:
    response = said(sim)
    broken = replace(sim.world.saml_providers[PROVIDER], metadata="<x/>")
    assert told(assume(Simulation(sim.world.with_saml_provider(broken)), response))[0] == INVALID


def test_the_trust_policy_must_admit_provider_action_and_tags(world_at: Callable[..., Simulation]) -> None:
    for change in (
        ("[sts:AssumeRoleWithSAML, sts:TagSession]", "sts:AssumeRoleWithWebIdentity"),
        ('"saml:aud": "https://signin.aws.amazon.com/saml"', '"saml:aud": "urn:amazon:webservices"'),
        ("Principal: {Federated: !GetAtt Idp.Arn}", "Principal: {Federated: !Sub '${Idp.Arn}2'}"),
    ):
        sim = world_at(change)
        assert told(assume(sim, said(sim))) == DENIED
    untagged = world_at(("[sts:AssumeRoleWithSAML, sts:TagSession]", "sts:AssumeRoleWithSAML"))
    assert assume(untagged, said(untagged)).error is None
    tagged = said(untagged, {f"{PREFIX}PrincipalTag:team": ("x",)})
    assert told(assume(untagged, tagged)) == ("AccessDenied", "Not authorized to perform sts:TagSession")
    sourced = said(untagged, {f"{PREFIX}SourceIdentity": ("alice",)})
    assert told(assume(untagged, sourced)) == ("AccessDenied", "Not authorized to perform sts:SetSourceIdentity")


def test_a_role_that_does_not_exist_is_answered_like_one_that_trusts_nobody(sim: Simulation) -> None:
    missing = f"{READER}2"
    response = said(sim, {f"{PREFIX}Role": (f"{missing},{PROVIDER}",)})
    assert told(assume(sim, response, RoleArn=missing)) == DENIED


def test_roles_of_identity_center_take_no_assertions(world_at: Callable[..., Simulation]) -> None:
    sim = world_at(("RoleName: Reader", "RoleName: AWSReservedSSO_Reader_0"))
    role = READER.replace("Reader", "AWSReservedSSO_Reader_0")
    response = said(sim, {f"{PREFIX}Role": (f"{role},{PROVIDER}",)})
    assert told(assume(sim, response, RoleArn=role)) == DENIED


@pytest.mark.parametrize(
    ("condition", "attributes", "admitted"),
    [
        ('StringEquals: {"saml:iss": "http://adfs.example.com/adfs/services/trust"}', {}, True),
        ('StringEquals: {"saml:doc": "123456789012/ADFS"}', {}, True),
        ('StringEquals: {"saml:sub": "alice@example.com"}', {}, True),
        ('StringEquals: {"saml:sub": "bob@example.com"}', {}, False),
        ('StringEquals: {"saml:sub_type": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"}', {}, True),
        ('StringEquals: {"sts:RoleSessionName": "alice"}', {}, True),
        ('StringEquals: {"sts:RoleSessionName": "bob"}', {}, False),
        ('StringEquals: {"saml:edupersonorgdn": "o=x"}', {"urn:oid:1.3.6.1.4.1.5923.1.1.1.3": ("o=x",)}, True),
        (
            '"ForAnyValue:StringEquals": {"saml:edupersonaffiliation": "staff"}',
            {"urn:oid:1.3.6.1.4.1.5923.1.1.1.1": ("member", "staff")},
            True,
        ),
        (
            '"ForAnyValue:StringEquals": {"saml:edupersonaffiliation": "staff"}',
            {"urn:oid:1.3.6.1.4.1.5923.1.1.1.1": ("student",)},
            False,
        ),
        (
            '"ForAnyValue:StringEquals": {"saml:eduorglegalname": "X"}',
            {"urn:oid:1.3.6.1.4.1.5923.1.2.1.4": ("X",)},
            True,
        ),
        (
            'StringEquals: {"saml:mail": "a@x"}',
            {"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress": ("a@x",)},
            True,
        ),
        ('StringEquals: {"saml:uid": "7"}', {"0.9.2342.19200300100.1.1": ("7",)}, True),
        ('"Null": {"aws:FederatedProvider": "true"}', {}, True),
    ],
)
def test_the_trust_policy_reads_what_the_assertion_says(
    world_at: Callable[..., Simulation], condition: str, attributes: dict[str, tuple[str, ...]], admitted: bool
) -> None:
    sim = world_at(('StringEquals: {"saml:aud": "https://signin.aws.amazon.com/saml"}', condition))
    assert (assume(sim, said(sim, attributes)).error is None) == admitted


def test_whether_the_provider_is_a_key_of_its_own_is_an_assumption(world_at: Callable[..., Simulation]) -> None:
    condition = 'StringEquals: {"aws:FederatedProvider": "arn:aws:iam::123456789012:saml-provider/ADFS"}'
    sim = world_at(('StringEquals: {"saml:aud": "https://signin.aws.amazon.com/saml"}', condition))
    assert told(assume(sim, said(sim))) == DENIED
    with assuming({"sts.samlFederatedProvider": "present"}):
        assert assume(sim, said(sim)).error is None


def test_a_session_carries_source_identity_and_transitive_tags(world_at: Callable[..., Simulation]) -> None:
    actions = "[sts:AssumeRoleWithSAML, sts:TagSession, sts:SetSourceIdentity]"
    sim = world_at(("[sts:AssumeRoleWithSAML, sts:TagSession]", actions))
    attributes = {"SourceIdentity": ("alice.a",), "PrincipalTag:team": ("research",), "TransitiveTagKeys": ("team",)}
    found = assume(sim, said(sim, {f"{PREFIX}{name}": values for name, values in attributes.items()}))
    assert found.unwrap()["SourceIdentity"] == "alice.a"
    assert sim.can(credentials(found), "s3:GetObject", "arn:aws:s3:::data/research/plan").value.allowed


def test_session_policies_narrow_a_saml_session_too(sim: Simulation) -> None:
    policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:PutObject","Resource":"*"}]}'
    found = assume(sim, posted(sim), Policy=policy)
    assert not sim.can(credentials(found), "s3:GetObject", "arn:aws:s3:::data/research/plan").value.allowed


def test_an_assertion_of_another_provider_proves_nothing_here(
    world_at: Callable[..., Simulation], tmp_path: Path
) -> None:
    sim = world_at()
    other = sim.world.ad_fs[ENTITY]
    forger = replace(other, entity_id="http://other.example.com/adfs/services/trust")
    world = sim.world.with_ad_fs(forger)
    response = AdFsServer(forger.entity_id).start(world, AWS, ALICE, PASSWORDS[ALICE], now=sim.now).saml_response
    assert told(assume(sim, response)) == (INVALID, "Response signature invalid")
    stolen = AdFsServer(ENTITY, signer=forger.signer).start(world, AWS, ALICE, PASSWORDS[ALICE], now=sim.now)
    assert told(assume(sim, stolen.saml_response)) == (INVALID, "Response signature invalid")


def test_who_holds_the_key_needs_no_provider(sim: Simulation) -> None:
    stolen = sim.world.ad_fs[ENTITY].signer
    party = sim.world.ad_fs[ENTITY].parties[AWS]
    golden = replace(party, rules=(*party.rules[:1], ClaimRule(f"{PREFIX}Role", value=f"{READER},{PROVIDER}")))
    world = sim.world.with_ad_fs(sim.world.ad_fs[ENTITY].with_party(golden))
    forged = AdFsServer(ENTITY, signer=stolen).start(
        world, AWS, "bob@example.com", PASSWORDS["bob@example.com"], now=sim.now
    )
    assert assume(sim, forged.saml_response).error is None


def test_the_world_a_run_left_loads_again(sim: Simulation, tmp_path: Path) -> None:
    sim.call("cogsim:RollOverAdFsCertificate", {"EntityId": ENTITY, "Stage": "Add"})
    names = []
    for name, text in dump(sim.world).items():
        (tmp_path / name).write_text(text)
        names.append(str(tmp_path / name))
    assert load(*names) == sim.world


def _signature_last(response: str) -> str:
    """The response with the assertion's signature as its last child, where signers put it that know no schema."""
    root = etree.fromstring(base64.b64decode(response))
    (signature,) = root.iter("{http://www.w3.org/2000/09/xmldsig#}Signature")
    signature.getparent().append(signature)
    return base64.b64encode(etree.tostring(root)).decode()


def test_a_signature_may_be_any_child_of_what_it_signs_unless_the_schemas_place_is_asked_for(sim: Simulation) -> None:
    response = _signature_last(said(sim))
    assert assume(sim, response).error is None
    with assuming({"sts.samlSignaturePlace": "after-issuer"}):
        assert told(assume(sim, response))[0] == "InvalidIdentityToken"


def test_a_second_signature_is_not_taken_in_any_place(sim: Simulation) -> None:
    root = etree.fromstring(base64.b64decode(said(sim)))
    (signature,) = root.iter("{http://www.w3.org/2000/09/xmldsig#}Signature")
    for parent in (signature.getparent(), root):
        changed = etree.fromstring(etree.tostring(root))
        place = next(changed.iter(parent.tag))
        place.append(copy.deepcopy(signature))
        posted_twice = base64.b64encode(etree.tostring(changed)).decode()
        assert told(assume(sim, posted_twice))[0] == "InvalidIdentityToken"
