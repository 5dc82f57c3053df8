"""An AD FS at work: whom it signs in, to whom it answers, and where."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

import pytest

from cogsim.actors.adfs import AdFsRefusal, AdFsServer, Posted
from cogsim.errors import InputError
from cogsim.load import load
from cogsim.tokens.certificates import self_signed
from cogsim.tokens.keys import rsa_key
from cogsim.tokens.saml import Assertion, Expectation, validate_response
from cogsim.tokens.saml_request import AuthnRequest, redirect_url, request_xml
from cogsim.world.external_saml import TRANSIENT, NameIdRule
from cogsim.world.world import World
from tests.generators.adfs_world import AWS, ENTITY, WORLD

NOW, ACS = 1_767_225_600.0, "https://app.example.com/acs"


@pytest.fixture
def world(tmp_path: Path) -> World:
    (tmp_path / "world.yaml").write_text(WORLD)
    return load(str(tmp_path / "world.yaml"))


def with_party(world: World, **changes: object) -> World:
    provider = world.ad_fs[ENTITY]
    party = replace(provider.parties[AWS], identifier="urn:app", endpoints=(ACS, ACS + "2"), **changes)  # type: ignore[arg-type]
    return world.with_ad_fs(provider.with_party(party))


def read(world: World, posted: Posted, **expected: object) -> Assertion:
    provider = world.ad_fs[ENTITY]
    certificates = tuple(provider.certificate(each) for each in provider.certificates)
    plain = Expectation(ENTITY, certificates, ("urn:app", AWS), (posted.acs_url,))
    found = validate_response(base64.b64decode(posted.saml_response), replace(plain, **expected), NOW)  # type: ignore[arg-type]
    assert isinstance(found.value, Assertion), str(found)
    return found.value


def request(**changes: object) -> AuthnRequest:
    plain = AuthnRequest("_q7", "urn:app", ACS, "https://adfs.example.com/adfs/ls/", NOW)
    return replace(plain, **changes)  # type: ignore[arg-type]


ALICE = ("alice@example.com", "Correct-Horse-1")


def test_a_sign_in_that_begins_at_the_provider_answers_no_request(world: World) -> None:
    posted = AdFsServer().start(world, AWS, "ALICE@example.com", ALICE[1], now=NOW, relay_state="r")
    found = read(world, posted, unsolicited=True)
    assert (found.name_id, found.in_response_to, found.id) == ("alice@example.com", None, posted.assertion_id)
    assert posted.form == {"SAMLResponse": posted.saml_response, "RelayState": "r"}
    assert found.values("https://aws.amazon.com/SAML/Attributes/PrincipalTag:team") == ("research",)


def test_a_request_is_answered_at_its_address_with_its_id_and_state(world: World) -> None:
    world = with_party(world)
    posted = AdFsServer(ENTITY).answer(world, redirect_url(request(acs_url=ACS + "2"), "st"), *ALICE, now=NOW)
    assert (posted.acs_url, posted.relay_state) == (ACS + "2", "st")
    assert read(world, posted, in_response_to="_q7").in_response_to == "_q7"
    form = base64.b64encode(request_xml(request(acs_url=None)).encode()).decode()
    assert AdFsServer().answer_post(world, form, *ALICE, now=NOW).acs_url == ACS


def test_no_response_goes_to_an_address_that_is_not_the_receivers(world: World) -> None:
    world = with_party(world)
    for address in ("https://evil.example.com/acs", ACS + "/", ACS + ".evil.example"):
        with pytest.raises(AdFsRefusal, match="MSIS3200"):
            AdFsServer().answer(world, redirect_url(request(acs_url=address)), *ALICE, now=NOW)
    with pytest.raises(AdFsRefusal, match="MSIS7007"):
        AdFsServer().answer(world, redirect_url(request(issuer="urn:evil")), *ALICE, now=NOW)
    with pytest.raises(AdFsRefusal, match="MSIS7007"):
        AdFsServer().start(world, "urn:evil", *ALICE, now=NOW)


def test_a_receiver_that_signs_its_requests_is_answered_only_then(world: World) -> None:
    key = rsa_key("test", "app")
    world = with_party(world, signed_requests=True, signing_certificates=(self_signed(key, "app", 0),))
    url = redirect_url(request(), None, key)
    assert read(world, AdFsServer().answer(world, url, *ALICE, now=NOW), in_response_to="_q7")
    for broken in (redirect_url(request()), redirect_url(request(), None, rsa_key("test", "mallory"))):
        with pytest.raises(AdFsRefusal):
            AdFsServer().answer(world, broken, *ALICE, now=NOW)
    form = base64.b64encode(request_xml(request()).encode()).decode()
    with pytest.raises(AdFsRefusal, match="not signed"):
        AdFsServer().answer_post(world, form, *ALICE, now=NOW)


@pytest.mark.parametrize(
    ("upn", "password", "told"),
    [
        ("alice@example.com", "wrong", "Incorrect user ID"),
        ("nobody@example.com", "", "Incorrect user ID"),
        ("carol@example.com", "Correct-Horse-3", "disabled"),
        ("carol@example.com", "wrong", "Incorrect user ID"),
    ],
)
def test_only_those_who_know_their_password_are_signed_in(world: World, upn: str, password: str, told: str) -> None:
    with pytest.raises(AdFsRefusal, match=told):
        AdFsServer().start(world, AWS, upn, password, now=NOW)


def test_a_receiver_may_take_answers_to_its_requests_alone(world: World) -> None:
    world = with_party(world, idp_initiated=False)
    with pytest.raises(AdFsRefusal, match="did not ask"):
        AdFsServer().start(world, "urn:app", *ALICE, now=NOW)


def test_two_answers_have_two_ids_and_two_servers_the_same(world: World) -> None:
    one, other = AdFsServer(), AdFsServer()
    first, second = (one.start(world, AWS, *ALICE, now=NOW) for _ in range(2))
    assert first.assertion_id != second.assertion_id
    assert other.start(world, AWS, *ALICE, now=NOW) == first


def test_a_transient_name_is_another_one_each_time(world: World) -> None:
    world = with_party(world, name_id=NameIdRule(TRANSIENT))
    server = AdFsServer()
    names = {read(world, server.start(world, "urn:app", *ALICE, now=NOW)).name_id for _ in range(3)}
    assert len(names) == 3


def test_somebody_without_the_attribute_that_names_them_gets_no_response(world: World) -> None:
    world = with_party(world, name_id=NameIdRule(TRANSIENT, "employeeNumber"))
    with pytest.raises(AdFsRefusal, match="employeeNumber"):
        AdFsServer().start(world, "urn:app", *ALICE, now=NOW)


def test_what_is_encrypted_is_for_the_receiver_alone(world: World) -> None:
    key = rsa_key("test", "app")
    world = with_party(world, encryption_certificate=self_signed(key, "app", 0), sign="both")
    posted = AdFsServer().start(world, "urn:app", *ALICE, now=NOW)
    assert b"alice" not in base64.b64decode(posted.saml_response)
    assert read(world, posted, decryption_keys=(key.private_key,), encryption_required=True).encrypted


def test_the_newest_certificate_signs_once_it_is_promoted(world: World) -> None:
    provider = world.ad_fs[ENTITY]
    added = provider.with_next_certificate(NOW)
    assert added.signer == provider.signer
    promoted = added.with_newest_signing()
    assert promoted.signer != provider.signer
    assert len(promoted.with_signing_alone().certificates) == 1
    assert promoted.with_signing_alone().signer == promoted.signer
    after = world.with_ad_fs(promoted)
    assert read(after, AdFsServer().start(after, AWS, *ALICE, now=NOW)).name_id == "alice@example.com"


def test_a_provider_that_is_not_there_is_an_error_with_a_suggestion(world: World) -> None:
    with pytest.raises(InputError, match="did you mean"):
        AdFsServer(ENTITY + "s").start(world, AWS, *ALICE, now=NOW)
