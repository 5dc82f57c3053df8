"""The calls that a question takes, from the sign-in on, as whoever asks would make them; all through the door."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.actors.adfs import AdFsServer
from cogsim.actors.oidc_provider import AtProvider, workload_token
from cogsim.aws.call import Credentials
from cogsim.decisions.open_id_token import cognito_principal
from cogsim.errors import InputError
from cogsim.lab.doctor.proof import aws_party, login_name, saml_provider
from cogsim.lab.doctor.question import PersonKind, Question
from cogsim.simulation import Simulation
from cogsim.tokens.totp import decoded, hotp, step_at

Answer = Mapping[str, Any]

#: The audience of a job's token for AWS. # github:oidc
_JOBS_AUDIENCE = "sts.amazonaws.com"


def play(sim: Simulation, question: Question) -> Answer:
    """The answer to the last call; an AwsError where one was refused, which then is the last in the cloud's log."""
    match question.name:
        case "AssumeRole":
            return _assume_role(sim, question)
        case "AssumeRoleWithSAML":
            return _with_saml(sim, question)
        case "AssumeRoleWithWebIdentity" if question.pool_id is None:
            return _with_web_identity(sim, question, _proof(sim, question))
        case "AssumeRoleWithWebIdentity":
            return _with_web_identity(sim, question, str(_open_id_token(sim, question)["Token"]))
        case "GetOpenIdTokenForDeveloperIdentity":
            return _developer_token(sim, question)
        case "GetId":
            return _identity(sim, question, _logins(sim, question))
        case "GetOpenIdToken":
            return _open_id_token(sim, question)
        case _:
            return _credentials(sim, question)


# Identity pools


def _credentials(sim: Simulation, question: Question) -> Answer:
    custom = {} if question.role_arn is None else {"CustomRoleArn": question.role_arn}
    if question.developer_user is not None:
        told = _developer_token(sim, question)
        pool = sim.world.identity_pools[question.pool_id or ""]
        logins = {cognito_principal(pool.partition): told["Token"]}
        held = {"IdentityId": told["IdentityId"], "Logins": logins, **custom}
        return sim.call("cognito-identity:GetCredentialsForIdentity", held)
    logins = _logins(sim, question)
    identity = _identity(sim, question, logins)["IdentityId"]
    asked = {"IdentityId": identity, **_given(logins), **custom}
    return sim.call("cognito-identity:GetCredentialsForIdentity", asked)


def _open_id_token(sim: Simulation, question: Question) -> Answer:
    logins = _logins(sim, question)
    identity = _identity(sim, question, logins)["IdentityId"]
    return sim.call("cognito-identity:GetOpenIdToken", {"IdentityId": identity, **_given(logins)})


def _identity(sim: Simulation, question: Question, logins: Mapping[str, str]) -> Answer:
    return sim.call("cognito-identity:GetId", {"IdentityPoolId": question.pool_id, **_given(logins)})


def _given(logins: Mapping[str, str]) -> dict[str, Any]:
    return {"Logins": dict(logins)} if logins else {}


def _logins(sim: Simulation, question: Question) -> dict[str, str]:
    """The Logins of the call: none for a guest."""
    if question.person is not None and question.person.kind is PersonKind.GUEST:
        return {}
    proof = _proof(sim, question)
    return {login_name(sim.world, question, proof): proof}


def _developer_token(sim: Simulation, question: Question) -> Answer:
    pool = sim.world.identity_pools[question.pool_id or ""]
    name = question.provider or pool.developer_provider_name or "developer"
    asked: dict[str, Any] = {"IdentityPoolId": pool.id, "Logins": {name: question.developer_user}}
    if question.tags:
        asked["PrincipalTags"] = dict(question.tags)
    return sim.call("cognito-identity:GetOpenIdTokenForDeveloperIdentity", asked, _user(question))


# STS


def _with_web_identity(sim: Simulation, question: Question, token: str) -> Answer:
    asked = {"RoleArn": question.role_arn, "RoleSessionName": question.session_name, "WebIdentityToken": token}
    provider = {} if question.pool_id else _access_token_provider(login_name(sim.world, question, token))
    return sim.call("sts:AssumeRoleWithWebIdentity", {**asked, **provider, **_wishes(question)})


def _access_token_provider(name: str) -> dict[str, str]:
    return {"ProviderId": name} if name in ("graph.facebook.com", "www.amazon.com") else {}


def _with_saml(sim: Simulation, question: Question) -> Answer:
    response = _proof(sim, question)
    provider = saml_provider(sim.world, question, response)
    asked = {"RoleArn": question.role_arn, "PrincipalArn": provider, "SAMLAssertion": response}
    return sim.call("sts:AssumeRoleWithSAML", {**asked, **_wishes(question)})


def _wishes(question: Question) -> dict[str, Any]:
    wishes: dict[str, Any] = {}
    if question.duration is not None:
        wishes["DurationSeconds"] = question.duration
    if question.policy is not None:
        wishes["Policy"] = question.policy
    return wishes


def _assume_role(sim: Simulation, question: Question) -> Answer:
    """Every role on the way, then the role itself, with what the question says of the last call."""
    keys: Credentials | str = _user(question)
    for arn in question.via:
        answer = sim.call("sts:AssumeRole", {"RoleArn": arn, "RoleSessionName": question.session_name}, keys)
        made = answer["Credentials"]
        keys = Credentials(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
    asked: dict[str, Any] = {
        "RoleArn": question.role_arn, "RoleSessionName": question.session_name, **_wishes(question),
    }  # fmt: skip
    if question.external_id is not None:
        asked["ExternalId"] = question.external_id
    if question.tags:
        asked["Tags"] = [{"Key": key, "Value": value} for key, value in question.tags]
    if question.source_identity is not None:
        asked["SourceIdentity"] = question.source_identity
    if question.mfa:
        asked |= _code(sim, question)
    return sim.call("sts:AssumeRole", asked, keys)


def _code(sim: Simulation, question: Question) -> dict[str, str]:
    """The serial number and the present code of the user's device."""
    assert question.person is not None
    devices = [each for each in sim.world.mfa_devices.values() if each.user_arn == question.person.home]
    if not devices:
        raise InputError(f"{question.person} has no MFA device in the world: AWS::IAM::VirtualMFADevice gives one")
    code = hotp(decoded(devices[0].seed), step_at(sim.now))
    return {"SerialNumber": devices[0].serial_number, "TokenCode": code}


def _user(question: Question) -> str:
    """The IAM user who signs."""
    assert question.person is not None
    return question.person.home


# Proofs


def _proof(sim: Simulation, question: Question) -> str:
    """The token or the Base64 of the response: as it was given, or as the person gets it now."""
    given = question.token if question.token is not None else question.assertion
    if given is not None:
        return given
    person = question.person
    assert person is not None
    match person.kind:
        case PersonKind.POOL_USER:
            return sim.sign_in(person.name, question.client_id or _only_client(sim, person.home)).id_token
        case PersonKind.DIRECTORY:
            provider = sim.world.ad_fs[person.home]
            party = aws_party(provider)
            known = provider.users[person.name]
            server = AdFsServer(provider.entity_id)
            return server.start(sim.world, party.identifier, known.upn, known.password, now=sim.now).saml_response
        case PersonKind.ACCOUNT:
            return _account_token(sim, question, person.home, person.name)
        case PersonKind.REPOSITORY:
            job = {} if question.environment is None else {"Environment": question.environment}
            issuer = sim.world.oidc_issuers[person.home]
            return workload_token(sim, issuer, person.name, question.audience or _JOBS_AUDIENCE, **job)
        case _:
            raise InputError(f"{person} has nothing to prove themselves by to {question.name}")


def _only_client(sim: Simulation, pool_id: str) -> str:
    own = [client for client in sim.world.clients.values() if client.pool_id == pool_id]
    if len(own) == 1:
        return own[0].id
    accepted = {entry.client_id for pool in sim.world.identity_pools.values() for entry in pool.cognito_providers}
    taken = [client for client in own if client.id in accepted]
    if len(taken) == 1:
        return taken[0].id
    raise InputError(f"say through which app client: the user pool {pool_id} has {len(own)}")


def _account_token(sim: Simulation, question: Question, url: str, username: str) -> str:
    """An account's token from the provider's own pages, for the application that is named as audience, or the first."""
    issuer = sim.world.oidc_issuers[url]
    if not issuer.clients:
        raise InputError(f"{url} has no application that {username} could sign in to")
    client = issuer.clients.get(question.audience or next(iter(issuer.clients)))
    if client is None:
        raise InputError(f"{url} has no application {question.audience!r}")
    known = issuer.users[username]
    if known.password is None:
        raise InputError(f"the world does not know the password of {username!r}")
    got = AtProvider(sim, issuer, client, client.redirect_uris[0]).sign_in(username, known.password)
    # ci:external-providers: of Facebook and Amazon AWS takes the access token
    return got.access_token if issuer.quirks.opaque_name is not None or got.id_token is None else got.id_token
