"""Assertions for AWS: a genuine one, and those whose roles, names, durations or tags are not what STS takes."""

from __future__ import annotations

from collections.abc import Mapping

from cogsim.decisions.saml_attributes import (
    PREFIX,
    ROLE,
    SESSION_DURATION,
    SESSION_NAME,
    SOURCE_IDENTITY,
    TAG,
    TRANSITIVE,
)
from tests.generators.saml import good

ACS, AUDIENCE = "https://signin.aws.amazon.com/saml", "urn:amazon:webservices"
PROVIDER = "arn:aws:iam::111122223333:saml-provider/AdFs"
ROLE_ARN = "arn:aws:iam::111122223333:role/Reader"
PAIR = f"{ROLE_ARN},{PROVIDER}"

Attributes = Mapping[str, tuple[str, ...] | None]


def aws_response(**changes: object) -> bytes:
    """A response whose assertion gives the role; `attributes` replace its attributes, None leaves one out."""
    said: dict[str, tuple[str, ...] | None] = {ROLE: (PAIR,), SESSION_NAME: ("alice",)}
    said.update(changes.pop("attributes", {}))  # type: ignore[call-overload]
    attributes = tuple((name, values) for name, values in said.items() if values is not None)
    return good(**{"recipient": ACS, "audience": AUDIENCE, "attributes": attributes, **changes})


#: Role values that do not give the pair of role and provider.
ROLES: dict[str, Attributes] = {
    "wrong provider": {ROLE: (f"{ROLE_ARN},{PROVIDER}2",)},
    "other account": {ROLE: (PAIR.replace("111122223333:role", "999999999999:role"),)},
    "other account's provider": {ROLE: (PAIR.replace("111122223333:saml", "999999999999:saml"),)},
    "other partition": {ROLE: (PAIR.replace("arn:aws:", "arn:aws-cn:"),)},
    "longer": {ROLE: (f"{ROLE_ARN}Admin,{PROVIDER}",)},
    "shorter": {ROLE: (f"{ROLE_ARN[:-1]},{PROVIDER}",)},
    "other case": {ROLE: (PAIR.replace("Reader", "reader"),)},
    "pattern": {ROLE: (PAIR.replace("Reader", "*"),)},
    "role alone": {ROLE: (ROLE_ARN,)},
    "split into two values": {ROLE: (ROLE_ARN, PROVIDER)},
    "joined across values": {ROLE: (f"{ROLE_ARN},{PROVIDER}2", f"{ROLE_ARN}2,{PROVIDER}")},
    "three parts": {ROLE: (f"{PAIR},{PROVIDER}",)},
    "semicolon": {ROLE: (PAIR.replace(",", ";"),)},
    "hidden character": {ROLE: (PAIR.replace(",", "\u200b,"),)},
    "empty": {ROLE: ("",)},
    "no values": {ROLE: ()},
    "no attribute": {ROLE: None},
    "name in lower case": {ROLE: None, f"{PREFIX}role": (PAIR,)},
    "name with a blank": {ROLE: None, f"{ROLE} ": (PAIR,)},
    "name by http": {ROLE: None, ROLE.replace("https", "http"): (PAIR,)},
    "name with a slash": {ROLE: None, f"{ROLE}/": (PAIR,)},
}

#: Names of sessions that are none.
NAMES: dict[str, Attributes] = {
    "one character": {SESSION_NAME: ("a",)},
    "too long": {SESSION_NAME: ("a" * 65,)},
    "blank": {SESSION_NAME: ("a b",)},
    "slash": {SESSION_NAME: ("a/b",)},
    "line end": {SESSION_NAME: ("alice\n",)},
    "umlaut": {SESSION_NAME: ("älice",)},
    "pattern": {SESSION_NAME: ("ali*",)},
    "two": {SESSION_NAME: ("alice", "bob")},
    "twice": {SESSION_NAME: ("alice", "alice")},
    "empty": {SESSION_NAME: ("",)},
    "none": {SESSION_NAME: None},
}

#: Lengths of console sessions that are none.
DURATIONS: dict[str, Attributes] = {
    value: {SESSION_DURATION: (value,)} for value in ("899", "43201", "-900", "1h", "900.0", " 900", "٩٠٠", "")
} | {"two": {SESSION_DURATION: ("900", "901")}}

#: Tags, handed-on keys and source identities that a session cannot have.
CLAIMS: dict[str, Attributes] = {
    "tag of two values": {f"{TAG}tenant": ("a", "b")},
    "tag without value": {f"{TAG}tenant": ()},
    "tag that is a pattern": {f"{TAG}tenant": ("*",)},
    "reserved tag": {f"{TAG}aws:x": ("a",)},
    "reserved tag in capitals": {f"{TAG}AWS:x": ("a",)},
    "tag without key": {TAG: ("a",)},
    "tag too long": {f"{TAG}tenant": ("a" * 257,)},
    "key too long": {TAG + "k" * 129: ("a",)},
    "keys that differ in case": {f"{TAG}Tenant": ("a",), f"{TAG}tenant": ("b",)},
    "too many": {f"{TAG}k{number}": ("a",) for number in range(51)},
    "unknown key handed on": {f"{TAG}tenant": ("a",), TRANSITIVE: ("other",)},
    "handed on without a tag": {TRANSITIVE: ("tenant",)},
    "reserved source identity": {SOURCE_IDENTITY: ("aws:x",)},
    "two source identities": {SOURCE_IDENTITY: ("alice", "bob")},
    "source identity with a blank": {SOURCE_IDENTITY: ("a b",)},
    "short source identity": {SOURCE_IDENTITY: ("a",)},
}

#: What STS takes.
GENUINE: dict[str, Attributes] = {
    "plain": {},
    "provider first": {ROLE: (f"{PROVIDER},{ROLE_ARN}",)},
    "one of several": {ROLE: ("nonsense", f"{ROLE_ARN}2,{PROVIDER}", PAIR)},
    "all characters of a name": {SESSION_NAME: ("aZ_0+=,.@-",)},
    "shortest": {SESSION_DURATION: ("900",)},
    "longest": {SESSION_DURATION: ("43200",)},
    "tags": {f"{TAG}tenant": ("Ω é_.:/=+-@",), f"{TAG}empty": ("",), TRANSITIVE: ("tenant", "empty")},
    "source identity": {SOURCE_IDENTITY: ("alice",)},
}
