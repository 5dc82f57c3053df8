"""Hostile tokens: each is refused for its own reason, and taken where exactly the rule that stops it is gone."""

from __future__ import annotations

import base64
import hmac
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.decision import Decision, Refusal
from cogsim.decisions.oidc_token import accept_oidc_token
from cogsim.errors import NotModelled
from cogsim.tokens import jwt, oidc_claims, strict_text
from cogsim.tokens.jwks import verification_key
from cogsim.tokens.jwt import sign
from cogsim.tokens.keys import ec_key
from cogsim.tokens.strict_text import encode
from cogsim.world.external_oidc import OidcIssuer
from cogsim.world.world import World
from tests.generators.jwt_hostile import (
    BODY,
    DER,
    FINE,
    GOOD,
    HEAD,
    HEADER,
    HOSTILE,
    ISSUER,
    KEY,
    MODULUS,
    NONCE,
    NOW,
    PEM,
    SEAL,
    STRANGER,
    URL,
    headed,
    raw,
    said,
)

WORLD = World().with_oidc_issuer(ISSUER)


def accept(token: str, world: World = WORLD, **changed: Any) -> Decision[Any]:
    return accept_oidc_token(
        world, **{"issuer_url": URL, "token": token, "audiences": ("app",), "now": NOW, "nonce": NONCE, **changed}
    )


def check_of(decision: Decision[Any]) -> str:
    """The number of the rule that refused."""
    assert isinstance(decision.value, Refusal), decision
    return dict(decision.steps[-1].facts).get("check", "")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_token_is_refused_by_the_rule_that_stops_it(name: str) -> None:
    token, check = HOSTILE[name]
    assert check_of(accept(token)) == check


FRIENDLY = {
    "plain": FINE,
    "no typ": headed(typ=None),
    "typ in lower case": headed(typ="jwt"),
    "typ written out": headed(typ="application/jwt"),
    "no kid, one key": headed(kid=None),
    "aud a list of one": said(aud=["app"]),
    "several with our azp": said(aud=["app", "other"], azp="app"),
    "azp": said(azp="app"),
    "exp with a fraction": said(exp=NOW + 0.5),
    "nbf now": said(nbf=NOW),
    "last second": said(exp=NOW + 1),
    "unknown members": headed(foo="bar", x5t="abc"),
    "a jwk that is not looked at": headed(jwk=STRANGER.jwk()),
    "blanks in the JSON": raw(HEADER, json.dumps(GOOD, indent=4)),
    "umlauts": said(name="Ünal 🔑"),
}


@pytest.mark.parametrize("name", FRIENDLY)
def test_a_friendly_token_is_taken_with_exactly_its_claims(name: str) -> None:
    decision = accept(FRIENDLY[name])
    body = FRIENDLY[name].split(".")[1]
    assert decision.value == json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


def test_a_key_that_was_brought_along_is_said_not_to_be_looked_at() -> None:
    decision = accept(FRIENDLY["a jwk that is not looked at"])
    assert any("jwk not looked at" in step.found for step in decision.steps)


def test_every_step_of_a_token_has_its_number_and_the_attack_it_stops() -> None:
    facts = [dict(step.facts) for step in accept(FINE).steps[1:]]
    assert [each["check"] for each in facts] == [str(number) for number in range(1, 13)]
    assert all(each["stops"] for each in facts)


# Each rule is what stops its attack


@pytest.fixture(autouse=True)
def every_token_is_read_anew() -> Iterator[None]:
    """What was read with a rule, or without it, is not remembered beyond its test."""
    jwt._read.cache_clear()
    yield
    jwt._read.cache_clear()


@dataclass(frozen=True)
class Gone:
    """A rule taken away: the module, its table of rules, and the number."""

    module: Any
    number: int

    def take(self, patch: pytest.MonkeyPatch) -> None:
        kept = [(rule, test) for rule, test in self.module.RULES if rule.number != self.number]
        patch.setattr(self.module, "RULES", tuple(kept))


_LAX: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    name: lambda patch, module=module, number=number: Gone(module, number).take(patch)
    for name, module, number in (
        *((name, jwt, 2) for name in ("crit", "crit, empty", "b64 without crit", "zip", "enc")),
        *((name, jwt, 3) for name in ("an access token", "a logout token", "typ a number")),
        *((name, jwt, 6) for name in ("no signature", "another key", "another payload", "signature cut")),
        *((name, jwt, 6) for name in ("jwk under the real kid", "x5c under the real kid")),
        *((name, oidc_claims, 9) for name in HOSTILE if HOSTILE[name][1] == "9"),
        *((name, oidc_claims, 10) for name in HOSTILE if HOSTILE[name][1] == "10"),
        *((name, oidc_claims, 11) for name in HOSTILE if HOSTILE[name][1] == "11"),
        *((name, oidc_claims, 12) for name in HOSTILE if HOSTILE[name][1] == "12"),
        *((name, oidc_claims, 8) for name in ("sub a list", "sub too long", "exp in milliseconds", "exp 1e300")),
        *((name, oidc_claims, 8) for name in ("iat true", "sub empty")),
        *((name, oidc_claims, 7) for name in ("no iat", "no exp")),
    )
}


@pytest.mark.parametrize("name", _LAX)
def test_without_the_one_rule_the_hostile_token_is_taken(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _LAX[name](monkeypatch)
    assert not isinstance(accept(HOSTILE[name][0]).value, Refusal)


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("duplicate sub", "check_members"),
        ("duplicate by an escape", "check_members"),
        ("duplicate alg", "check_members"),
        ("duplicate within", "check_members"),
        ("unused bits", "check_canonical"),
        ("exp 1e400", "_finite"),
    ],
)
def test_without_the_strict_reading_the_token_is_taken(
    name: str, function: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A member that stands twice counts by its last place; a header's `alg` so read is none, which rule 5 stops."""
    lax: Any = float if function == "_finite" else lambda *_: None
    monkeypatch.setattr(strict_text, function, lax)
    decision = accept(HOSTILE[name][0])
    if name in ("duplicate alg", "exp 1e400"):
        assert check_of(decision) == {"duplicate alg": "5", "exp 1e400": "8"}[name]
    else:
        assert not isinstance(decision.value, Refusal)


# What a reader does that lets the token choose its key and algorithm

_SECRETS = (PEM, DER, MODULUS, json.dumps(KEY.jwk()).encode(), b"")


def _as_the_header_says(algorithm: str, token: Any, key: Any) -> bool:
    """The arithmetic of a reader that follows `alg`: nothing for none, an HMAC by whatever it holds of the key."""
    if algorithm.casefold() == "none":
        return bool(token.signature == b"")
    if algorithm == "HS256":
        return any(hmac.digest(each, token.signing_input, "sha256") == token.signature for each in _SECRETS)
    return _really_verifies(algorithm, token, key)


_really_verifies = jwt._verifies


@pytest.mark.parametrize(
    "name", ["alg none", "alg NONE", *(each for each in HOSTILE if each.startswith("HMAC")), "alg of the family"]
)
def test_the_algorithm_that_a_key_fixes_is_what_stops_a_reader_that_follows_the_header(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jwt, "_verifies", _as_the_header_says)
    assert check_of(accept(HOSTILE[name][0])) == "5"
    Gone(jwt, 5).take(monkeypatch)
    if name == "alg of the family":  # signed by RS256 after all
        assert check_of(accept(HOSTILE[name][0])) == "6"
    else:
        assert accept(HOSTILE[name][0]).value == GOOD


_BROUGHT = ("jwk brought along", "jku brought along", "x5u brought along", "jwk under the real kid")


@pytest.mark.parametrize("name", _BROUGHT)
def test_a_reader_that_takes_the_key_of_the_header_believes_the_attacker(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jwt, "_key_of", lambda header, keys: verification_key(STRANGER))
    assert accept(HOSTILE[name][0]).value == GOOD


@pytest.mark.parametrize("name", [each for each in HOSTILE if each.startswith(("kid", "unknown kid"))])
def test_a_reader_that_takes_any_kid_for_the_key_it_has_is_what_an_opaque_kid_stops(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert check_of(accept(HOSTILE[name][0])) == "4"
    monkeypatch.setattr(jwt, "_key_of", lambda header, keys: verification_key(KEY))
    assert accept(HOSTILE[name][0]).value == GOOD


@pytest.mark.parametrize("name", ["padded", "blank in the signature", "newline at the end", "a null at the end"])
def test_a_reader_that_passes_over_other_characters_takes_one_token_by_many_names(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def passing_over(segment: str, what: str, padded: bool) -> bytes:
        bare = re.sub("[^A-Za-z0-9_-]", "", segment)
        return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))

    monkeypatch.setattr(jwt, "decode", passing_over)
    assert accept(HOSTILE[name][0]).value == GOOD


# Key sets


def test_keys_roll_over_a_retired_key_and_a_missing_kid_are_refused() -> None:
    both = World().with_oidc_issuer(OidcIssuer(URL, generations=(1, 2)))
    new = World().with_oidc_issuer(OidcIssuer(URL, generations=(2,)))
    newer = sign(GOOD, ISSUER.key(2))
    assert accept(FINE, both).value == accept(newer, both).value == GOOD
    assert check_of(accept(newer)) == "4"
    assert check_of(accept(FINE, new)) == "4"
    assert accept(newer, new).value == GOOD
    assert check_of(accept(headed(kid=None), both)) == "4"


def test_an_issuer_that_signs_es256_takes_nothing_else() -> None:
    world = World().with_oidc_issuer(OidcIssuer(URL, algorithm="ES256"))
    key = OidcIssuer(URL, algorithm="ES256").signing_key
    token = sign(GOOD, key, algorithm="ES256")
    assert accept(token, world).value == GOOD
    head, body, _ = token.split(".")
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    zero, one, n = bytes(32), b"\1".rjust(32, b"\0"), order.to_bytes(32, "big")
    der = key.private_key.sign(f"{head}.{body}".encode(), ec.ECDSA(SHA256()))  # type: ignore[arg-type,call-arg]
    seals = [left + right for left in (zero, one, n) for right in (zero, one, n)]
    for seal in (*seals, b"\xff" * 64, b"\0" * 63, b"\x30\x06\x02\x01\x00\x02\x01\x00", der, b""):
        assert check_of(accept(f"{head}.{body}.{encode(seal)}", world)) == "6"
    # The other s of a signature is as good: half of all signers write it. Nothing is remembered by a signature here.
    seal = base64.urlsafe_b64decode(token.rpartition(".")[2] + "==")
    other = order - int.from_bytes(seal[32:], "big")
    assert accept(f"{head}.{body}.{encode(seal[:32] + other.to_bytes(32, 'big'))}", world).value == GOOD
    assert check_of(accept(sign(GOOD, ec_key("attacker"), algorithm="ES256"), world)) == "4"
    assert check_of(accept(FINE, world)) == "4"


def test_a_provider_that_does_not_answer_or_is_not_there() -> None:
    silent = World().with_oidc_issuer(OidcIssuer(URL, reachable=False))
    assert accept(FINE, silent).value == Refusal("ProviderUnreachable", f"{URL} does not answer")
    with pytest.raises(NotModelled):
        accept(FINE, issuer_url="https://idp.example.org")


def test_clocks_may_differ_by_what_the_reader_allows() -> None:
    assert not isinstance(accept(said(exp=NOW - 5), skew=6).value, Refusal)
    assert not isinstance(accept(said(nbf=NOW + 5), skew=6).value, Refusal)
    assert check_of(accept(said(exp=NOW - 5), skew=5)) == "11"


def test_sts_reads_the_authorised_party_first() -> None:
    token = said(aud="other", azp="app")
    assert not isinstance(accept(token, party_first=True).value, Refusal)
    assert check_of(accept(said(azp="other"), party_first=True)) == "10"
    assert check_of(accept(said(aud=["app", "other"]), party_first=True)) == "10"
    assert not isinstance(accept(said(aud="anybody"), audiences=None).value, Refusal)


# Any bytes


@settings(max_examples=100, deadline=None)
@given(place=st.integers(0, len(FINE) - 1), other=st.characters(exclude_categories=("Cs",)))
def test_any_changed_character_is_refused(place: int, other: str) -> None:
    changed = FINE[:place] + other + FINE[place + 1 :]
    assert changed == FINE or isinstance(accept(changed).value, Refusal)


@settings(max_examples=100, deadline=None)
@given(at=st.integers(0, 255), bit=st.integers(0, 7))
def test_any_changed_bit_of_the_signature_is_refused(at: int, bit: int) -> None:
    seal = bytearray(base64.urlsafe_b64decode(SEAL + "=="))
    seal[at] ^= 1 << bit
    assert check_of(accept(f"{HEAD}.{BODY}.{encode(bytes(seal))}")) == "6"


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=200))
def test_any_text_ends_in_a_refusal(text: str) -> None:
    assert isinstance(accept(text).value, Refusal)


_json = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=100, deadline=None)
@given(name=st.sampled_from(("iss", "sub", "aud", "azp", "exp", "iat", "nbf", "nonce")), value=_json)
def test_any_value_of_any_claim_is_taken_or_refused_and_never_fails(name: str, value: Any) -> None:
    decision = accept(raw(HEADER, json.dumps({**GOOD, name: value})))
    if not isinstance(decision.value, Refusal):
        assert decision.value["iss"] == URL
        assert decision.value["exp"] > NOW


@settings(max_examples=100, deadline=None)
@given(name=st.sampled_from(("kid", "alg", "typ", "jwk", "crit", "cty")), value=_json)
def test_any_value_of_any_header_is_taken_or_refused_and_never_fails(name: str, value: Any) -> None:
    decision = accept(raw(json.dumps({**HEADER, name: value}), GOOD))
    assert isinstance(decision.value, Refusal) or decision.value == GOOD
