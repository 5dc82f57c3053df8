"""Why AWS does not take a SAML response: the registration, the receiver at AD FS, the claim rules."""

from __future__ import annotations

from dataclasses import replace

from cogsim.clock import iso
from cogsim.decisions.saml_attributes import ROLE, SESSION_NAME
from cogsim.decisions.saml_session import aws_expectation
from cogsim.lab.doctor.cause import Cause, Changed, Cure, reads
from cogsim.lab.doctor.claim_rules import role_rule_cure, session_name_cure
from cogsim.lab.doctor.directory import at_aws, changed_party, directory_of
from cogsim.lab.doctor.proof import read_response
from cogsim.lab.doctor.question import Question
from cogsim.lab.doctor.symptom import Symptom
from cogsim.lab.doctor.written import in_call, in_resource
from cogsim.tokens.saml_conditions import Expectation
from cogsim.tokens.saml_metadata import IdpMetadata, read_metadata
from cogsim.world.world import World

_SOURCE = "ug:troubleshoot-saml"


@reads("is the provider registered?")
def not_registered(symptom: Symptom) -> Cause | None:
    """PrincipalArn, or the pool's entry, names a SAML provider that IAM does not have."""
    arn, said = _provider_arn(symptom), read_response(_response(symptom))
    others = [each for each in symptom.world.saml_providers if said is None or _entity(symptom, each) == said.issuer]
    what, why = "the SAML provider does not exist", f"{arn} is not registered with IAM"
    where = symptom.pool.origin.at("SamlProviderARNs") if symptom.pool is not None else None
    if not others:
        advice = (
            "register it (AWS::IAM::SAMLProvider) with the metadata of the provider; not tried: whose that is, is open"
        )
        return Cause("saml-provider-missing", what, why, where, None, advice, _SOURCE)

    def apply(world: World, question: Question) -> Changed:
        return world, replace(question, provider=others[0])

    cure = Cure(f"name {others[0]}", in_call({"PrincipalArn": others[0]}), apply, in_world=False)
    return Cause("saml-provider-missing", what, why, where, cure, source=_SOURCE)


def _entity(symptom: Symptom, arn: str) -> str:
    found = read_metadata(symptom.world.saml_providers[arn].metadata)
    return found.entity_id if isinstance(found, IdpMetadata) else ""


@reads("check:Signature", "check:Issuer", "do its metadata say whom to believe?")
def stale_metadata(symptom: Symptom) -> Cause | None:
    """The registration holds other certificates, or another issuer, than the provider that signed."""
    provider = symptom.world.saml_providers.get(_provider_arn(symptom))
    said, step = read_response(_response(symptom)), symptom.refusing
    if provider is None or step is None:
        return None
    issuer = said is not None and said.issuer != _entity(symptom, provider.arn)
    key = "saml-issuer" if issuer else "saml-metadata-stale"
    what = (
        "the response is of another issuer than the registered metadata name"
        if issuer
        else "the response is not signed by a certificate of the registered metadata"
    )
    where = provider.origin.at("SamlMetadataDocument")
    directory = symptom.world.ad_fs.get(said.issuer) if said is not None else None
    if directory is None or directory.metadata() == provider.metadata:
        advice = "update the provider with the issuer's present metadata; not tried: they are not in the world"
        return Cause(key if issuer else "saml-signature", what, step.found, where, None, advice, _SOURCE)
    fresh = directory.metadata()

    def apply(world: World, question: Question) -> Changed:
        return world.with_saml_provider(replace(world.saml_providers[provider.arn], metadata=fresh)), question

    write = in_resource(
        provider.origin, provider.name, {"SamlMetadataDocument": f"<metadata of {directory.entity_id}>"}
    )
    cure = Cure("update the provider with the issuer's present metadata (UpdateSAMLProvider)", write, apply)
    why = f"{step.found}; AD FS has changed its certificate, and a registration does not follow by itself"
    return Cause(key, what, step.found if issuer else why, where, cure, source=_SOURCE)


@reads("check:Audience")
def other_audience(symptom: Symptom) -> Cause | None:
    """The assertion is meant for another service than AWS."""
    return _at_party(
        symptom,
        "saml-audience",
        "the assertion is meant for another audience than AWS",
        "Identifier",
        _expected(symptom).audiences[0],
    )


@reads("check:Recipient", "check:Destination")
def other_recipient(symptom: Symptom) -> Cause | None:
    """The assertion is to be presented at another address than AWS's."""
    return _at_party(
        symptom,
        "saml-recipient",
        "the response was made for another address than AWS's sign-in",
        "Endpoints",
        _expected(symptom).recipients[0],
    )


def _expected(symptom: Symptom) -> Expectation:
    return aws_expectation(IdpMetadata(entity_id="", certificates=()), symptom.world.home.partition)


def _at_party(symptom: Symptom, key: str, what: str, member: str, wanted: str) -> Cause:
    step = symptom.refusing
    why = f"{step.found if step is not None else ''}; AWS takes {wanted}"
    found = directory_of(symptom)
    if found is None:
        advice = f"let the provider make responses for {wanted}; not tried: the response is given"
        return Cause(key, what, why, None, None, advice, _SOURCE)
    directory, party = found
    made = at_aws(party, identifier=wanted) if member == "Identifier" else at_aws(party, endpoint=wanted)

    def apply(world: World, question: Question) -> Changed:
        return changed_party(world, directory.entity_id, party, made), question

    shown = wanted if member == "Identifier" else [wanted]
    cure = Cure(
        f"write {wanted} as {member} of the relying party", in_resource(party.origin, "Party", {member: shown}), apply
    )
    return Cause(key, what, why, party.origin.at(member), cure, source=_SOURCE)


@reads("check:NotOnOrAfter", "check:ConfirmationTime", "was it issued within the last five minutes?", "check:NotBefore")
def not_in_force(symptom: Symptom) -> Cause | None:
    """The assertion is older than STS takes, or dated ahead."""
    said, step = read_response(_response(symptom)), symptom.refusing
    if said is None or said.issued_at is None or step is None:
        return None
    issued_at = said.issued_at
    early = issued_at > symptom.now
    key, what = ("assertion-not-yet-valid", "the assertion is dated ahead") if early else (
        "assertion-expired", "the assertion is too old"
    )  # fmt: skip
    why = f"it was issued at {iso(issued_at)}, and it is {iso(symptom.now)}; STS takes it for five minutes"
    say = (
        "set the provider's clock right" if early else "sign in at the provider again, and present the response at once"
    )
    if symptom.question.assertion is None or symptom.question.at is None:
        return Cause(key, what, why, None, None, f"{say}; not tried: the clock of a running simulation cannot go back")

    def apply(world: World, question: Question) -> Changed:
        return world, replace(question, at=issued_at)

    cure = Cure(say, f"# tried with the same response at {iso(issued_at)}", apply, in_world=False)
    return Cause(key, what, why, None, cure, source=_SOURCE)


@reads("what is the session called?")
def no_session_name(symptom: Symptom) -> Cause | None:
    """RoleSessionName is missing, or no name."""
    step, found = symptom.refusing, directory_of(symptom)
    if step is None:
        return None
    missing = step.found == "no RoleSessionName"
    key = "saml-session-name-missing" if missing else "saml-session-name-malformed"
    what = "the assertion has no RoleSessionName" if missing else "the assertion's RoleSessionName is no session name"
    why = f"{step.found}; it has to be one value of 2 to 64 letters, digits and _+=,.@-, in {SESSION_NAME}"
    if found is None:
        advice = "let the provider send the attribute; not tried: the response is given"
        return Cause(key, what, why, None, None, advice, _SOURCE)
    where, cure = session_name_cure(*found)
    return Cause(key, what, why, where, cure, source=_SOURCE)


@reads("does the assertion name this role with this provider?")
def no_such_pair(symptom: Symptom) -> Cause | None:
    """The Role attribute has no pair of this role and this provider."""
    step, found = symptom.refusing, directory_of(symptom)
    if step is None:
        return None
    role, provider = str(symptom.params.get("RoleArn")), _provider_arn(symptom)
    what = "the assertion does not give this role together with this provider"
    why = f"the Role attribute has: {step.found}; wanted is {role},{provider}"
    if found is None:
        advice = f"let the provider send {ROLE} with that pair; not tried: the response is given"
        return Cause("saml-role-pair", what, why, None, None, advice, _SOURCE)
    key, where, cure = role_rule_cure(*found, symptom.question, role, provider)
    advice = "let the claim rules give the person this role; not tried: nobody in the directory is given it"
    return Cause(key, what, why, where, cure, advice, _SOURCE)


@reads("is it a role of IAM Identity Center?")
def reserved(symptom: Symptom) -> Cause | None:
    """Roles of IAM Identity Center take no assertions."""
    advice = "sign in by IAM Identity Center, or use a role of your own; not tried: it is another question"
    return Cause("saml-reserved-role", "the role is reached through IAM Identity Center alone", "", None, None, advice)


def _response(symptom: Symptom) -> str:
    return str(symptom.params.get("SAMLAssertion") or symptom.login[1])


def _provider_arn(symptom: Symptom) -> str:
    return str(symptom.params.get("PrincipalArn") or symptom.login[0])
