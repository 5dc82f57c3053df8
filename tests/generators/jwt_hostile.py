"""Tokens of a forger who knows the provider, a client and a JWT library by heart; each with the number of the rule that
stops it."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import serialization

from cogsim.tokens.keys import SigningKey, rsa_key
from cogsim.tokens.strict_text import encode
from cogsim.world.external_oidc import OidcIssuer

URL, NOW, NONCE = "https://idp.example.com/tenant", 1_767_225_600, "n-0S6_WzA2Mj"
ISSUER = OidcIssuer(URL)
KEY = ISSUER.signing_key
STRANGER = rsa_key("attacker")
GOOD = {"iss": URL, "sub": "alice", "aud": "app", "iat": NOW, "exp": NOW + 300, "nonce": NONCE}
HEADER = {"kid": KEY.kid, "alg": "RS256", "typ": "JWT"}


def raw(header: object, payload: object, key: SigningKey = KEY) -> str:
    """A token over any header and payload, objects or texts, with a real signature of an RSA key."""
    from jwt.algorithms import RSAAlgorithm

    parts = [part if isinstance(part, str) else json.dumps(part) for part in (header, payload)]
    body = ".".join(encode(part.encode("utf-8", "surrogatepass")) for part in parts)
    return f"{body}.{encode(RSAAlgorithm(RSAAlgorithm.SHA256).sign(body.encode(), key.private_key))}"  # type: ignore[arg-type]


def said(**changed: Any) -> str:
    """A token whose claims differ; None leaves one out."""
    return raw(HEADER, {name: value for name, value in {**GOOD, **changed}.items() if value is not None})


def headed(**changed: Any) -> str:
    return raw({name: value for name, value in {**HEADER, **changed}.items() if value is not None}, GOOD)


def written(name: str, value: str) -> str:
    """A token whose payload has `value` written as it is."""
    members = ",".join(f"{json.dumps(key)}:{json.dumps(each)}" for key, each in GOOD.items() if key != name)
    return raw(HEADER, f'{{{members},"{name}":{value}}}')


def hmac_by(secret: bytes) -> str:
    body = raw({**HEADER, "alg": "HS256"}, GOOD).rpartition(".")[0]
    return f"{body}.{encode(hmac.digest(secret, body.encode(), 'sha256'))}"


PEM = KEY.private_key.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)
DER = KEY.private_key.public_key().public_bytes(
    serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
)
MODULUS = (KEY.private_key.public_key().public_numbers().n).to_bytes(256, "big")  # type: ignore[union-attr]
FINE = said()
HEAD, BODY, SEAL = FINE.split(".")


def last_bit(segment: str) -> str:
    """The same bytes by another last character, whose unused bits are set."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return segment[:-1] + alphabet[alphabet.index(segment[-1]) | 1]


#: What is sent, and the number of the rule that refuses it.
HOSTILE: Mapping[str, tuple[str, str]] = {
    # one text, one reading
    "padded": (f"{HEAD}.{BODY}.{SEAL}==", "1"),
    "blank in the signature": (f"{HEAD}.{BODY}.{SEAL[:9]} {SEAL[9:]}", "1"),
    "newline at the end": (FINE + "\n", "1"),
    "other alphabet": (f"{HEAD}.{BODY}.{SEAL[:-6]}+/{SEAL[-4:]}", "1"),
    "letters beyond ASCII": (f"{HEAD}.{BODY}.{SEAL[:-1]}\uff21", "1"),
    "unused bits": (f"{HEAD}.{BODY}.{last_bit(SEAL)}", "1"),
    "a null at the end": (FINE + "\0", "1"),
    "byte order mark in front": ("\ufeff" + FINE, "1"),
    "a fourth part": (FINE + ".x", "1"),
    "five parts": ("a.b.c.d.e", "1"),
    "empty": ("", "1"),
    "JSON serialisation": (json.dumps({"protected": HEAD, "payload": BODY, "signature": SEAL}), "1"),
    "duplicate sub": (raw(HEADER, json.dumps(GOOD)[:-1] + ',"sub":"root"}'), "1"),
    "duplicate by an escape": (raw(HEADER, json.dumps(GOOD)[:-1] + ',"s\\u0075b":"root"}'), "1"),
    "duplicate alg": (raw(json.dumps(HEADER)[:-1] + ',"alg":"none"}', GOOD), "1"),
    "duplicate within": (written("address", '{"a":1,"a":2}'), "1"),
    "exp NaN": (written("exp", "NaN"), "1"),
    "exp Infinity": (written("exp", "Infinity"), "1"),
    "exp 1e400": (written("exp", "1e400"), "1"),
    "a list as payload": (raw(HEADER, json.dumps([GOOD])), "1"),
    "text behind the payload": (raw(HEADER, json.dumps(GOOD) + "{}"), "1"),
    "byte order mark": (raw(HEADER, "\ufeff" + json.dumps(GOOD)), "1"),
    "half a character": (written("sub", '"\\ud800"'), "1"),
    "deeply nested": (written("x", "[" * 40 + "]" * 40), "1"),
    "very deeply nested": (written("x", "[" * 9000 + "]" * 9000), "1"),
    "many digits": (written("exp", "9" * 5000), "1"),
    "very long": (said(x="y" * 70_000), "1"),
    # nothing unknown
    "crit": (headed(crit=["exp"], exp=NOW + 300), "2"),
    "crit, empty": (headed(crit=[]), "2"),
    "crit, null": (raw({**HEADER, "crit": None}, GOOD), "2"),
    "b64": (headed(b64=False, crit=["b64"]), "2"),
    "b64 without crit": (headed(b64=True), "2"),
    "zip": (headed(zip="DEF"), "2"),
    "enc": (headed(enc="A256GCM"), "2"),
    # of another type
    "an access token": (headed(typ="at+jwt"), "3"),
    "a logout token": (headed(typ="logout+jwt"), "3"),
    "typ a number": (headed(typ=5), "3"),
    "typ null": (raw({**HEADER, "typ": None}, GOOD), "3"),
    # keys
    "unknown kid": (headed(kid="other"), "4"),
    "kid a path": (headed(kid="../../../../dev/null"), "4"),
    "kid SQL": (headed(kid="x' UNION SELECT 'key'--"), "4"),
    "kid a list": (headed(kid=[KEY.kid]), "4"),
    "kid a number": (headed(kid=0), "4"),
    "kid in another case": (headed(kid=KEY.kid.swapcase()), "4"),
    "kid null": (raw({**HEADER, "kid": None}, GOOD), "4"),
    "jwk brought along": (raw({"alg": "RS256", "kid": "mine", "jwk": STRANGER.jwk()}, GOOD, STRANGER), "4"),
    "jku brought along": (raw({"alg": "RS256", "kid": "mine", "jku": "https://evil.example"}, GOOD, STRANGER), "4"),
    "x5u brought along": (raw({"alg": "RS256", "kid": "mine", "x5u": "https://evil.example"}, GOOD, STRANGER), "4"),
    "jwk under the real kid": (raw({**HEADER, "jwk": STRANGER.jwk()}, GOOD, STRANGER), "6"),
    "x5c under the real kid": (raw({**HEADER, "x5c": ["MIIB"]}, GOOD, STRANGER), "6"),
    # algorithms
    "alg none": (f"{encode(json.dumps({**HEADER, 'alg': 'none'}).encode())}.{BODY}.", "5"),
    "alg NONE": (f"{encode(json.dumps({**HEADER, 'alg': 'NONE'}).encode())}.{BODY}.", "5"),
    "alg absent": (headed(alg=None), "5"),
    "alg a list": (headed(alg=["RS256"]), "5"),
    "alg of the family": (headed(alg="RS512"), "5"),
    "alg with other padding": (headed(alg="PS256"), "5"),
    "alg of another kind": (headed(alg="ES256"), "5"),
    "HMAC by the PEM": (hmac_by(PEM), "5"),
    "HMAC by the DER": (hmac_by(DER), "5"),
    "HMAC by the JWK": (hmac_by(json.dumps(KEY.jwk()).encode()), "5"),
    "HMAC by the modulus": (hmac_by(MODULUS), "5"),
    "HMAC by nothing": (hmac_by(b""), "5"),
    # signatures
    "no signature": (f"{HEAD}.{BODY}.", "6"),
    "another key": (raw(HEADER, GOOD, STRANGER), "6"),
    "another payload": (f"{HEAD}.{said(sub='root').split('.')[1]}.{SEAL}", "6"),
    "signature cut": (f"{HEAD}.{BODY}.{encode(base64.urlsafe_b64decode(SEAL + '==')[:-1])}", "6"),
    # claims that are missing
    "no exp": (said(exp=None), "7"),
    "exp null": (written("exp", "null"), "7"),
    "no iat": (said(iat=None), "7"),
    "no sub": (said(sub=None), "7"),
    "no aud": (said(aud=None), "7"),
    "no iss": (said(iss=None), "7"),
    # claims of other types
    "exp a text": (said(exp=str(NOW + 300)), "8"),
    "exp true": (said(exp=True), "8"),
    "exp a list": (said(exp=[NOW + 300]), "8"),
    "exp negative": (said(exp=-1), "8"),
    "exp in milliseconds": (said(exp=(NOW + 300) * 1000), "8"),
    "exp 1e300": (written("exp", "1e300"), "8"),
    "nbf a text": (said(nbf="0"), "8"),
    "iat true": (said(iat=True), "8"),
    "sub a list": (said(sub=["alice"]), "8"),
    "sub empty": (said(sub=""), "8"),
    "sub too long": (said(sub="a" * 256), "8"),
    "aud null": (written("aud", "null"), "7"),
    "aud an object": (said(aud={"app": True}), "8"),
    "aud empty": (said(aud=[]), "8"),
    "aud nested": (said(aud=[["app"]]), "8"),
    "iss a list": (said(iss=[URL]), "8"),
    "azp a list": (said(azp=["app"]), "8"),
    # issuers
    "iss with a slash": (said(iss=URL + "/"), "9"),
    "iss a prefix": (said(iss="https://idp.example.com"), "9"),
    "iss longer": (said(iss=URL + "s"), "9"),
    "iss with a user": (said(iss="https://idp.example.com@evil.example/tenant"), "9"),
    "iss without scheme": (said(iss=URL.removeprefix("https://")), "9"),
    "iss by http": (said(iss=URL.replace("https", "http")), "9"),
    "iss with a port": (said(iss="https://idp.example.com:443/tenant"), "9"),
    "iss in capitals": (said(iss=URL.upper()), "9"),
    "iss with a query": (said(iss=URL + "?x"), "9"),
    # audiences
    "aud of another": (said(aud="other"), "10"),
    "aud that holds ours": (said(aud="app2"), "10"),
    "aud that ours holds": (said(aud="ap"), "10"),
    "aud in capitals": (said(aud="APP"), "10"),
    "aud joined by commas": (said(aud="app,other"), "10"),
    "aud a list of others": (said(aud=["other", "another"]), "10"),
    "several without azp": (said(aud=["app", "other"]), "10"),
    "azp of another": (said(azp="other"), "10"),
    "several, azp of another": (said(aud=["app", "other"], azp="other"), "10"),
    "azp ours, aud not": (said(aud="other", azp="app"), "10"),
    # time
    "expired": (said(exp=NOW - 1), "11"),
    "expires now": (said(exp=NOW), "11"),
    "for later": (said(nbf=NOW + 1), "11"),
    "issued in the future": (said(iat=NOW + 1), "11"),
    # sign-in
    "another nonce": (said(nonce="other"), "12"),
    "no nonce": (said(nonce=None), "12"),
}
