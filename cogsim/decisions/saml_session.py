"""Does STS believe this SAML response, and what does the session of its bearer carry.

1. The provider is registered with IAM; its metadata, and nothing else, say whose word counts: issuer and certificates.
   Whether a certificate has expired is not asked. # ug:saml-provider
2. The response holds as SAML has it (`tokens.saml`): signed, for AWS, at an address of AWS's, in force, with one
   confirmation, and answering no request, for STS makes none.
3. It is presented within five minutes of the assertion's issuance; until then it may be presented again.
4. The assertion names the role together with this provider, in one value; and one session name.
5. Tags and source identity keep the rules of session tags, whoever signs.
6. The roles of IAM Identity Center take no assertions.

Whether the role admits the bearer is its trust policy's to say (`trust`). # sts:AssumeRoleWithSAML
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass, replace

from cogsim.arn import Arn
from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions.refusals import Check, all_of, passed, refused
from cogsim.decisions.saml_attributes import (
    bearer_keys,
    console_duration,
    names_role,
    session_claims_of,
    session_name,
    subject_type,
)
from cogsim.decisions.session import duration
from cogsim.decisions.session_policies import unseen
from cogsim.decisions.token_session import session_claims
from cogsim.decisions.trust import FederatedBearer
from cogsim.policy.request import PrincipalKind
from cogsim.tokens.saml import Assertion, Expectation, validate_response
from cogsim.tokens.saml_encryption import load_private_key
from cogsim.tokens.saml_metadata import IdpMetadata, read_metadata, readable_certificates
from cogsim.world.iam import Role, SamlProvider
from cogsim.world.world import World

_SOURCE = "sts:AssumeRoleWithSAML"
_INVALID = "InvalidIdentityToken"
_MINUTES = "Token must be redeemed within 5 minutes of issuance"
_DENIED = Refusal("AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML")
#: Seconds between an assertion's issuance and its use. # ug:troubleshoot-saml
_LIFE = 300

#: By partition: the host where responses are sent, and the service's own name as an audience. # ug:saml-assertions
_HOSTS = {
    "aws": ("signin.aws.amazon.com", "urn:amazon:webservices"),
    "aws-cn": ("signin.amazonaws.cn", "urn:amazon:webservices:cn-north-1"),
    "aws-us-gov": ("signin.amazonaws-us-gov.com", "urn:amazon:webservices:govcloud"),
}


@dataclass(frozen=True, slots=True)
class SamlLogin:
    """An assertion that STS accepted for a role: its bearer, the session's name, and when the provider's session ends
    (seconds)."""

    assertion: Assertion
    bearer: FederatedBearer
    session_name: str
    session_end: float | None
    name_qualifier: str
    subject_type: str


def accept_assertion(
    world: World,
    provider_arn: str,
    role_arn: str,
    encoded: str,
    *,
    now: float,
    seen: frozenset[str] = frozenset(),
) -> Decision[SamlLogin | Refusal]:
    """The bearer whom the Base64 of a response makes at `now` (seconds) towards a role, or STS's refusal; `seen` are
    the ids of assertions that the provider's people presented before."""
    return login_of(believe(world, provider_arn, encoded, now=now, seen=seen), provider_arn, role_arn)


def called(
    found: Decision[Assertion | Refusal], registered: str, call: tuple[str, str], *, now: float, skew: float = 0.0
) -> Decision[SamlLogin | Refusal]:
    """STS's own rules, points 3 to 6, on what `validate_response` found by whatever was expected.

    `registered` is the provider whose trust that was, `call` the PrincipalArn and the RoleArn that STS is called with.
    """
    principal, role_arn = call
    question = "is the call made with the provider that is trusted?"
    if isinstance(found.value, Refusal):
        return Decision(found.value, found.steps)
    if principal != registered:
        told = refused(Refusal(_INVALID, "Specified provider doesn't exist"), question, principal, _SOURCE)
        return Decision(told.value, (*found.steps, *told.steps))
    same, age = passed(question, principal, _SOURCE), _in_time(found.value, skew, now)
    believed = Decision(age.value or found.value, (*found.steps, *same.steps, *age.steps))
    return login_of(believed, principal, role_arn)


def login_of(
    believed: Decision[Assertion | Refusal], provider_arn: str, role_arn: str
) -> Decision[SamlLogin | Refusal]:
    """The bearer whom a believed assertion makes towards a role, or STS's refusal: points 4 to 6."""
    if isinstance(believed.value, Refusal):
        return Decision(believed.value, believed.steps)
    assertion = believed.value
    name = session_name(assertion)
    steps = (*believed.steps, *name.steps)
    if isinstance(name.value, Refusal):
        return Decision(name.value, steps)
    pair = all_of(_not_reserved(role_arn), names_role(assertion, role_arn, provider_arn), console_duration(assertion))
    said = session_claims(session_claims_of(assertion), role_arn)
    steps += pair.steps
    if pair.value is not None:
        return Decision(pair.value, steps)
    steps += said.steps
    if isinstance(said.value, Refusal):
        return Decision(said.value, steps)
    provider = Arn.parse(provider_arn)
    qualifier = name_qualifier(assertion.issuer, provider.account, provider.name)
    bearer = FederatedBearer(
        provider_arn,
        bearer_keys(assertion, provider.account, provider.name, qualifier),
        subject=assertion.name_id,
        audience=assertion.recipient,
        tags=said.value.tags,
        transitive_tag_keys=said.value.transitive_tag_keys,
        source_identity=said.value.source_identity,
        kind=PrincipalKind.SAML,
    )
    end, kind = assertion.session_not_on_or_after, subject_type(assertion)
    return Decision(
        SamlLogin(assertion, bearer, name.value, end, qualifier, kind), (*steps, _federated_provider_step())
    )


def believe(
    world: World, provider_arn: str, encoded: str, *, now: float, seen: frozenset[str] = frozenset()
) -> Decision[Assertion | Refusal]:
    """The assertion in a response that the registered provider made for AWS, or STS's refusal: points 1 to 3."""
    question, provider = "is the provider registered?", world.saml_providers.get(provider_arn)
    if provider is None:
        refusal = Refusal(_INVALID, "Specified provider doesn't exist")
        return refused(refusal, question, provider_arn, _SOURCE)
    known = Step(question, "yes", provider_arn, _SOURCE, location=provider.origin.at("SamlMetadataDocument"))
    metadata = _metadata(provider)
    raw = _octets(encoded)
    steps = (known, *metadata.steps, *raw.steps)
    for part in (metadata, raw):
        if isinstance(part.value, Refusal):
            return Decision(part.value, steps)
    assert isinstance(metadata.value, IdpMetadata)
    assert isinstance(raw.value, bytes)
    expected = replace(
        aws_expectation(metadata.value, Arn.parse(provider_arn).partition, seen=seen),
        decryption_keys=tuple(key for each in provider.private_keys if (key := load_private_key(each.pem)) is not None),
        encryption_required=provider.encryption == "Required",
    )
    found = validate_response(raw.value, expected, now)
    steps += (*_assumed_steps(expected), *found.steps)
    if isinstance(found.value, Refusal):
        told = _as_sts_says(found.value)
        return Decision(told.value, (*steps, *told.steps))
    age = _in_time(found.value, expected.skew, now)
    return Decision(age.value or found.value, (*steps, *age.steps))


def aws_expectation(metadata: IdpMetadata, partition: str, *, seen: frozenset[str] = frozenset()) -> Expectation:
    """What AWS expects of a response of that provider: any Region's address, the service's name as audience."""
    host, service = _HOSTS.get(partition, _HOSTS["aws"])
    address = f"https://{host}/saml"
    return Expectation(
        issuer=metadata.entity_id,
        certificates=readable_certificates(metadata),
        audiences=tuple(dict.fromkeys((service, "urn:amazon:webservices", address))),
        recipients=(address,),
        recipient_pattern=rf"https://[a-z]{{2}}(-[a-z]+)+-\d\.{host.replace('.', '[.]')}/saml(/acs/[A-Za-z0-9]+)?",
        any_request=choice("sts.samlInResponseTo") == "ignored",
        skew=float(choice("sts.samlSkew")),
        seen=seen if choice("sts.samlReplay") == "refused" else frozenset(),
        one_confirmation=True,
        signature_anywhere=choice("sts.samlSignaturePlace") == "any-child",
    )


def name_qualifier(issuer: str, account: str, provider_name: str) -> str:
    """What tells the same subject of two providers apart. # sts:AssumeRoleWithSAML §namequalifier"""
    text = f"{issuer}{account}/{provider_name}"
    return base64.b64encode(hashlib.sha1(text.encode(), usedforsecurity=False).digest()).decode()


def saml_duration(
    requested: int | None, role: Role, session_end: float | None, *, now: float
) -> Decision[int | Refusal]:
    """The session's length in seconds: as any role's, and no longer than the provider's session lasts."""
    allowed = duration(requested, role)
    if isinstance(allowed.value, Refusal) or session_end is None:
        return allowed
    if session_end - now < 1:
        # clocks may differ when it is believed, but no session lasts less than a second
        question, found = "does the provider's session go on?", f"it ended {now - session_end:g} s ago"
        ended = refused(_EXPIRED, question, found, _SOURCE, assumption="sts.samlSkew")
        return Decision(ended.value, (*allowed.steps, *ended.steps))
    seconds = min(allowed.value, int(session_end - now))
    step = Step(
        "does the provider's session end earlier?", "no" if seconds == allowed.value else "yes", f"{seconds} s", _SOURCE
    )
    return Decision(seconds, (*allowed.steps, step))


# The parts


def _metadata(provider: SamlProvider) -> Decision[IdpMetadata | Refusal]:
    question, found = "do its metadata say whom to believe?", read_metadata(provider.metadata)
    if isinstance(found, str):
        return unseen(_INVALID, "Could not parse metadata", question, found, "ug:saml-provider")
    return decided(found, Step(question, "yes", found.entity_id, "ug:saml-provider"))


def _octets(encoded: str) -> Decision[bytes | Refusal]:
    question = "is it Base64?"
    try:
        raw = base64.b64decode("".join(encoded.split()), validate=True)
    except (ValueError, binascii.Error):
        return unseen(_INVALID, "Invalid base64 SAMLResponse", question, f"{len(encoded)} characters", _SOURCE)
    return decided(raw, Step(question, "yes", f"{len(raw)} bytes", _SOURCE))


def _assumed_steps(expected: Expectation) -> tuple[Step, ...]:
    def step(question: str, name: str) -> Step:
        return Step(question, choice(name), "", _SOURCE, Basis.ASSUMED, assumption=name)

    return (
        step("by how many seconds may the clocks differ?", "sts.samlSkew"),
        step("is an assertion that answers a request refused?", "sts.samlInResponseTo"),
        step("is an assertion taken twice?", "sts.samlReplay"),
        step("where may a signature stand?", "sts.samlSignaturePlace"),
    )


def _federated_provider_step() -> Step:
    question, name = "is aws:FederatedProvider there?", "sts.samlFederatedProvider"
    return Step(question, choice(name), "", "ug:iam-condition-keys", Basis.ASSUMED, assumption=name)


def _in_time(assertion: Assertion, skew: float, now: float) -> Check:
    question, age = "was it issued within the last five minutes?", now - assertion.issued_at
    if -skew <= age <= _LIFE + skew:
        return passed(question, f"{age:g} s ago", "ug:troubleshoot-saml")
    return refused(Refusal("ExpiredTokenException", _MINUTES), question, f"{age:g} s ago", "ug:troubleshoot-saml")


def _not_reserved(role_arn: str) -> Check:
    """IAM Identity Center's own roles are reached through it alone."""
    question, arn = "is it a role of IAM Identity Center?", Arn.try_parse(role_arn)
    if arn is not None and arn.name.startswith("AWSReservedSSO_"):
        return refused(_DENIED, question, role_arn, _SOURCE, answer="yes")
    return passed(question, role_arn, _SOURCE, answer="no")


# STS's words for a check that failed


def _as_sts_says(refusal: Refusal) -> Decision[Refusal]:
    """The error of STS for a response that does not hold; the check that failed stands in the steps before."""
    question = "what does STS say to that?"
    told = _TOLD.get(refusal.code)
    if told is not None:
        return refused(told, question, refusal.code, "ug:troubleshoot-saml", answer=told.code)
    if refusal.code == "Status":
        code = choice("sts.samlStatus")
        return refused(Refusal(code, ""), question, "Status", _SOURCE, answer=code, assumption="sts.samlStatus")
    return unseen(_INVALID, f"Invalid SAML response: {refusal.message}", question, refusal.code, _SOURCE)


_SIGNATURE = Refusal(_INVALID, "Response signature invalid")
_EXPIRED = Refusal("ExpiredTokenException", _MINUTES)
_TOLD: dict[str, Refusal] = {
    **dict.fromkeys(
        ("Signed", "SignaturePlace", "SignatureForm", "Algorithm", "Signature", "SignedElement"), _SIGNATURE
    ),
    "Issuer": Refusal(_INVALID, "Issuer not present in specified provider"),
    "Audience": Refusal(_INVALID, "Response does not contain the required audience."),
    "Subject": _DENIED,
    **dict.fromkeys(("NotOnOrAfter", "ConfirmationTime", "SessionNotOnOrAfter"), _EXPIRED),
}
