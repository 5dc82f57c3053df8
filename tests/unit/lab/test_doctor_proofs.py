"""The doctor on tokens, responses and calls that are wrong in a world that is right; and on a simulation that runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cogsim.actors.adfs import AdFsServer
from cogsim.clock import DEFAULT_START
from cogsim.decisions.open_id_token import issuer
from cogsim.errors import InputError
from cogsim.lab.doctor.diagnosis import Diagnosis, Ending, Verified
from cogsim.lab.doctor.doctor import doctor
from cogsim.lab.doctor.proof import claims_of, issued_again
from cogsim.load.detect import load
from cogsim.persistent import Map
from cogsim.policy.document import PolicyKind
from cogsim.policy.parse import parse
from cogsim.simulation import Simulation
from cogsim.tokens.jwt import sign
from cogsim.tokens.keys import rsa_key
from cogsim.world.iam import Group, ManagedPolicy, Role
from cogsim.world.pool_user import PoolUser
from cogsim.world.world import World
from tests.generators.clinic import FOLDER, question

ACCOUNT = "arn:aws:iam::111122223333"
LATER = DEFAULT_START + 7200


@pytest.fixture(scope="module")
def world() -> World:
    return load(str(FOLDER / "clinic.yaml"))


@pytest.fixture(scope="module")
def token(world: World) -> str:
    """Alice's ID token, issued at the start."""
    return Simulation(world).sign_in("alice").id_token


@pytest.fixture(scope="module")
def response(world: World) -> str:
    """Bob's SAML response for AWS, issued at the start."""
    posted = AdFsServer("http://adfs.corp.example/adfs/services/trust").start(
        world, "urn:amazon:webservices", "bob@corp.example", "Password-of-bob-01!", now=DEFAULT_START
    )
    return posted.saml_response


def records(world: World | Simulation, **asked: Any) -> Diagnosis:
    return doctor(world, "GetCredentialsForIdentity", identity_pool="Records", **asked)


def pool_of(world: World, name: str) -> Any:
    return next(pool for pool in world.identity_pools.values() if pool.name == name)


def alice(world: World) -> PoolUser:
    return next(user for user in world.pool_users.values() if user.username == "alice")


def only(diagnosis: Diagnosis, cause: str) -> Diagnosis:
    """The diagnosis, which has that one cause, and whose cure was tried with success."""
    assert diagnosis.causes == (cause,)
    assert diagnosis.findings[0].verified is Verified.SUCCEEDS
    assert diagnosis.ending is Ending.CAUSES_FOUND
    return diagnosis


def untried(diagnosis: Diagnosis, cause: str) -> Diagnosis:
    """The diagnosis, which has that one cause and says why no cure was tried."""
    assert diagnosis.causes == (cause,)
    assert diagnosis.findings[0].verified is Verified.NOT_TRIED
    assert diagnosis.findings[0].verification.startswith("not verified: ")
    assert len(diagnosis.findings[0].verification) > len("not verified: ")
    return diagnosis


# Tokens of a user pool


def test_a_good_token_works_at_the_instant_when_it_was_issued(world: World, token: str) -> None:
    assert records(world, token=token).works


def test_an_expired_token_works_when_it_is_issued_anew(world: World, token: str) -> None:
    told = only(records(world, token=token, at=LATER), "token-expired")
    assert "2026-01-01T01:00:00Z" in told.findings[0].cause.why


def test_a_token_signed_by_another_key_works_when_its_issuer_signs_it(world: World, token: str) -> None:
    forged = sign(claims_of(token), rsa_key("somebody"))
    only(records(world, token=forged), "token-signature")


def test_an_access_token_works_when_the_id_token_is_sent(world: World) -> None:
    only(records(world, token=Simulation(world).sign_in("alice").access_token), "access-token-as-login")


def test_what_is_no_token_cannot_be_mended(world: World) -> None:
    name = next(iter(world.user_pools.values())).provider_name
    untried(records(world, token="a.b", provider=name), "token-malformed")


def test_a_token_of_an_unknown_issuer_is_never_made_welcome(world: World, token: str) -> None:
    name = next(iter(world.user_pools.values())).provider_name
    foreign = sign({**claims_of(token), "iss": "https://evil.example"}, rsa_key("evil"))
    untried(records(world, token=foreign, provider=name), "wrong-issuer")
    untried(records(world, token=foreign), "provider-not-in-pool")
    like = sign({**claims_of(token), "iss": "https://login.acme.exarnple"}, rsa_key("evil"))
    untried(records(world, token=like), "provider-not-in-pool")
    untried(doctor(world, "AssumeRoleWithWebIdentity", role="partner", token=like), "oidc-provider-missing")


def test_a_wrong_name_in_logins_is_told_from_a_wrong_configuration(world: World, token: str) -> None:
    told = only(records(world, token=token, provider="accounts.google.com"), "wrong-provider-name")
    assert told.findings[0].as_dict()["changes"] == "the call"
    told = only(records(world, token=token, provider="login.acme.example"), "wrong-provider-name")
    assert "cognito-idp.eu-west-1" in told.findings[0].cause.cure.write  # type: ignore[union-attr]


def test_a_token_of_an_identity_pool_is_no_login(world: World) -> None:
    sim = Simulation(world)
    kiosk = pool_of(world, "kiosk").id
    identity = sim.call("cognito-identity:GetId", {"IdentityPoolId": kiosk})["IdentityId"]
    own = sim.call("cognito-identity:GetOpenIdToken", {"IdentityId": identity})["Token"]
    name = next(iter(world.user_pools.values())).provider_name
    untried(records(world, token=own, provider=name), "identity-pool-token-as-login")
    untried(records(world, token=own), "identity-pool-token-as-login")
    assert claims_of(own)["iss"] == issuer("aws")


def test_a_deleted_user_stays_deleted(world: World, token: str) -> None:
    user = alice(world)
    untried(records(world.without_pool_user(user.pool_id, user.username), token=token), "user-deleted")


def test_in_a_simulation_a_revoked_sign_in_works_after_another(world: World) -> None:
    sim = Simulation(world)
    session = sim.sign_in("alice")
    assert records(sim, token=session.id_token).works
    sim.call("cognito-idp:GlobalSignOut", {"AccessToken": session.access_token})
    before = len(sim.cloud.log)
    only(records(sim, token=session.id_token), "token-revoked")
    assert len(sim.cloud.log) == before


def test_a_token_that_names_one_of_two_roles_of_one_strength_works_by_custom_role_arn(world: World, token: str) -> None:
    groups = {group.name: group for group in world.pool_groups.values()}
    roles = [groups["nurses"].role_arn, groups["seniors"].role_arn]
    open_token = issued_again(world, token, DEFAULT_START, **{"cognito:roles": roles, "cognito:preferred_role": None})
    told = only(doctor(world, "GetCredentialsForIdentity", identity_pool="Wards", token=open_token), "ambiguous-role")
    assert told.findings[0].cause.cure.write == f'CustomRoleArn: "{roles[0]}"'  # type: ignore[union-attr]


def test_a_token_without_roles_works_when_the_authenticated_role_may_stand_in(world: World, token: str) -> None:
    bare = issued_again(world, token, DEFAULT_START, **{"cognito:roles": None, "cognito:preferred_role": None})
    diagnosis = doctor(world, "GetCredentialsForIdentity", identity_pool="Wards", token=bare)
    assert diagnosis.causes == ("ambiguous-role", "no-role-attached")
    assert diagnosis.cured


@pytest.mark.parametrize("pool", ["Records", "Wards"])
def test_a_custom_role_that_is_not_the_users_is_left_out(world: World, pool: str) -> None:
    asked = {"who": "alice", "identity_pool": pool, "role": "kiosk"}
    only(doctor(world, "GetCredentialsForIdentity", **asked), "custom-role-not-allowed")


def test_a_guest_names_no_role(world: World) -> None:
    only(records(world, who="guest", role="member"), "custom-role-not-allowed")


# Identity pools


def test_the_classic_flow_is_closed_by_role_mappings_too(world: World) -> None:
    diagnosis = doctor(world, "GetOpenIdToken", who="alice", identity_pool="Records")
    assert diagnosis.causes == ("classic-flow-off", "classic-flow-role-mappings")
    assert diagnosis.cured


def test_the_classic_flow_takes_no_saml_login(world: World) -> None:
    open_pool = replace(pool_of(world, "records"), allow_classic_flow=True, role_mappings=Map())
    asked = {"who": "bob@corp.example", "identity_pool": "Records"}
    untried(doctor(world.with_identity_pool(open_pool), "GetOpenIdToken", **asked), "classic-flow-saml")


def test_a_provider_that_the_pool_lists_and_iam_lacks_is_registered(world: World) -> None:
    bare = world.without_oidc_provider(next(iter(world.oidc_providers)))
    only(records(bare, who="carol"), "oidc-provider-missing")


def test_a_provider_whose_user_pool_no_entry_names_is_added(world: World, token: str) -> None:
    empty = replace(pool_of(world, "records"), cognito_providers=())
    only(records(world.with_identity_pool(empty), token=token), "provider-not-in-pool")


def test_an_app_client_is_added_beside_one_that_exists(world: World, token: str) -> None:
    other = replace(next(iter(world.clients.values())), id="another", name="another")
    pool = pool_of(world, "records")
    entries = tuple(replace(entry, client_id="another") for entry in pool.cognito_providers)
    told = only(
        records(world.with_client(other).with_identity_pool(replace(pool, cognito_providers=entries)), token=token),
        "client-not-in-pool",
    )
    assert told.findings[0].cause.cure.say.startswith("add ")  # type: ignore[union-attr]


def test_an_app_at_google_has_to_be_the_pools() -> None:
    google = load(str(FOLDER.parent / "worlds" / "google-sign-in.yaml"))
    asked = {"who": "ann@gmail.com", "operation": "GetCredentialsForIdentity"}
    assert doctor(google, **asked, audience="web.apps.googleusercontent.com").works
    only(doctor(google, **asked, audience="game.apps.googleusercontent.com"), "social-app-id")
    pool = next(iter(google.identity_pools.values()))
    bare = google.with_identity_pool(replace(pool, supported_login_providers=Map()))
    only(doctor(bare, **asked), "provider-not-in-pool")


def test_a_developers_user_is_no_login_by_itself_and_has_one_provider(world: World) -> None:
    name = pool_of(world, "records").developer_provider_name
    untried(records(world, token="a.b.c", provider=name), "developer-name-as-login")
    asked = {**question("server"), "provider": "login.hospital.example"}
    only(doctor(world, **asked), "wrong-developer-provider")


# STS by a token


def test_an_account_without_the_provider_gets_one(world: World) -> None:
    bare = world.without_oidc_provider(next(iter(world.oidc_providers)))
    only(doctor(bare, **question("carol")), "oidc-provider-missing")


def test_a_token_for_later_and_one_for_other_roles_are_the_issuers_matter(world: World) -> None:
    acme = next(iter(world.oidc_issuers.values()))
    claims = {"iss": acme.url, "sub": "c-17", "aud": "clinic", "iat": int(DEFAULT_START), "exp": int(LATER)}
    early = sign({**claims, "nbf": int(DEFAULT_START) + 600}, acme.signing_key)
    asked = {"operation": "AssumeRoleWithWebIdentity", "role": "partner"}
    only(doctor(world, token=early, **asked), "token-not-yet-valid")
    other = sign({**claims, "https://aws.amazon.com/roles": [f"{ACCOUNT}:role/other"]}, acme.signing_key)
    untried(doctor(world, token=other, **asked), "token-names-other-roles")


def test_a_role_of_another_account_has_to_test_the_audience(world: World) -> None:
    trust = parse(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Principal": {"Federated": "cognito-identity.amazonaws.com"},
                "Action": "sts:AssumeRoleWithWebIdentity",
            },
        },
        PolicyKind.TRUST,
        saved=True,
    )
    role = Role("arn:aws:iam::999988887777:role/far", "far", trust)
    asked = {**question("classic"), "role": role.arn}
    told = only(doctor(world.with_role(role), **asked), "trust-without-audience")
    assert "StringEquals" in told.findings[0].cause.cure.write  # type: ignore[union-attr]


def test_a_misspelt_role_in_the_call_is_named_in_the_call(world: World) -> None:
    told = only(doctor(world, **{**question("classic"), "role": f"{ACCOUNT}:role/kiosq"}), "role-missing")
    assert told.findings[0].cause.cure.write == f'RoleArn: "{ACCOUNT}:role/kiosk"'  # type: ignore[union-attr]


def test_a_role_with_no_like_is_not_replaced(world: World) -> None:
    untried(doctor(world, **{**question("classic"), "role": f"{ACCOUNT}:role/xyzzy"}), "role-missing")


# STS by a response


def test_a_response_is_too_old_after_five_minutes(world: World, response: str) -> None:
    asked = {"operation": "AssumeRoleWithSAML", "role": "Analyst", "assertion": response}
    assert doctor(world, **asked).works
    only(doctor(world, **asked, at=DEFAULT_START + 301), "assertion-expired")
    only(doctor(world, **asked, at=LATER), "assertion-expired")
    only(doctor(world, **asked, at=DEFAULT_START - 600), "assertion-not-yet-valid")
    sim = Simulation(world, start=DEFAULT_START + 400)
    untried(doctor(sim, **asked), "assertion-expired")


def test_metadata_do_not_follow_a_new_certificate(world: World, response: str) -> None:
    directory = world.ad_fs["http://adfs.corp.example/adfs/services/trust"]
    rolled = directory.with_next_certificate(DEFAULT_START).with_newest_signing().with_signing_alone()
    told = only(doctor(world.with_ad_fs(rolled), **question("bob")), "saml-metadata-stale")
    where = told.findings[0].cause.where
    assert where is not None
    assert "SamlMetadataDocument" in (FOLDER / "clinic.yaml").read_text().splitlines()[where.line - 1]


def test_a_given_response_for_somebody_else_is_not_mended(world: World) -> None:
    directory = world.ad_fs["http://adfs.corp.example/adfs/services/trust"]
    party = replace(directory.parties["urn:amazon:webservices"], rules=())
    changed = world.with_ad_fs(directory.with_party(party))
    posted = AdFsServer(directory.entity_id).start(
        changed, party.identifier, "bob@corp.example", "Password-of-bob-01!", now=DEFAULT_START
    )
    asked = {"operation": "AssumeRoleWithSAML", "role": "Analyst", "assertion": posted.saml_response}
    untried(doctor(world, **asked), "saml-session-name-missing")
    named = replace(party, rules=tuple(directory.parties["urn:amazon:webservices"].rules[:1]))
    posted = AdFsServer(directory.entity_id).start(
        world.with_ad_fs(directory.with_party(named)), party.identifier, "bob@corp.example", "Password-of-bob-01!",
        now=DEFAULT_START,
    )  # fmt: skip
    untried(doctor(world, **{**asked, "assertion": posted.saml_response}), "saml-role-pair")
    elsewhere = replace(named, identifier="urn:other")
    posted = AdFsServer(directory.entity_id).start(
        world.with_ad_fs(directory.with_party(elsewhere)), "urn:other", "bob@corp.example", "Password-of-bob-01!",
        now=DEFAULT_START,
    )  # fmt: skip
    untried(doctor(world, **{**asked, "assertion": posted.saml_response}), "saml-audience")


def test_a_provider_that_is_not_there_is_named_right(world: World) -> None:
    asked = {**question("bob"), "provider": f"{ACCOUNT}:saml-provider/nobody"}
    only(doctor(world, **asked), "saml-provider-missing")
    untried(doctor(world.without_saml_provider(f"{ACCOUNT}:saml-provider/corp"), **asked), "saml-provider-missing")


def test_roles_of_identity_center_take_no_assertion(world: World) -> None:
    asked = {**question("bob"), "role": f"{ACCOUNT}:role/AWSReservedSSO_Admin_1"}
    untried(doctor(world, **asked), "saml-reserved-role")


def test_without_a_rule_for_roles_nobody_is_given_any(world: World) -> None:
    directory = world.ad_fs["http://adfs.corp.example/adfs/services/trust"]
    party = directory.parties["urn:amazon:webservices"]
    rules = tuple(rule for rule in party.rules if not rule.claim.endswith("/Role"))
    bare = world.with_ad_fs(directory.with_party(replace(party, rules=rules)))
    untried(doctor(bare, **question("bob")), "saml-role-attribute-missing")
    without_name = replace(party, rules=tuple(rule for rule in party.rules if "SessionName" not in rule.claim))
    only(doctor(world.with_ad_fs(directory.with_party(without_name)), **question("bob")), "saml-session-name-missing")


def test_of_several_asserted_roles_a_pool_wants_one_named(world: World) -> None:
    directory = world.ad_fs["http://adfs.corp.example/adfs/services/trust"]
    bob = directory.users["bob@corp.example"]
    twice = replace(bob, groups=("AWS-111122223333-Analyst", "AWS-111122223333-Admin"))
    only(records(world.with_ad_fs(directory.with_user(twice)), who=bob.upn), "custom-role-needed")


# STS by credentials


def test_a_session_is_as_long_as_role_and_chain_allow(world: World) -> None:
    only(doctor(world, **question("build"), duration=7200), "duration-exceeds-role")
    only(doctor(world, **question("release"), duration=7200), "duration-exceeds-chaining")
    only(doctor(world, **question("bob"), duration=60), "duration-out-of-bounds")
    only(doctor(world, **question("bob"), duration=10_000), "duration-exceeds-role")


def test_an_external_id_may_be_missing_or_wrong(world: World) -> None:
    asked = {**question("vendor"), "external_id": None}
    told = only(doctor(world, **asked), "external-id-missing")
    assert told.findings[0].cause.cure.write == "ExternalId: clinic-4711"  # type: ignore[union-attr]
    only(doctor(world, **{**asked, "external_id": "clinic-0815"}), "external-id-wrong")


def test_a_second_factor_is_given_by_a_user_who_has_one(world: World) -> None:
    asked = {**question("vault"), "mfa": False}
    only(doctor(world, **asked), "mfa-required")
    bare = world.without_mfa_device(next(iter(world.mfa_devices)))
    untried(doctor(bare, **asked), "mfa-required")
    with pytest.raises(InputError, match="no MFA device"):
        doctor(bare, **question("vault"))


def test_no_federated_caller_has_a_second_factor(world: World, tmp_path: Path) -> None:
    text = (FOLDER / "clinic.yaml").read_text()
    changed = text.replace(
        'StringEquals: {"saml:aud"', 'Bool: {"aws:MultiFactorAuthPresent": "true"}, StringEquals: {"saml:aud"'
    )
    (tmp_path / "world.yaml").write_text(changed)
    only(doctor(load(str(tmp_path / "world.yaml")), **question("bob")), "mfa-in-federation")


def test_a_code_is_good_once(world: World) -> None:
    from cogsim.tokens.totp import code_at

    device = next(iter(world.mfa_devices.values()))
    keyed = doctor(world, **question("vault"))
    assert keyed.works
    sim = Simulation(world_with_key(world))
    code = code_at(device.seed, sim.now)
    asked = {"RoleArn": f"{ACCOUNT}:role/vault", "RoleSessionName": "robin", "SerialNumber": device.serial_number}
    sim.call("sts:AssumeRole", {**asked, "TokenCode": code}, "robin")
    assert "mfa-wrong" in doctor(sim, **question("vault")).causes


def world_with_key(world: World) -> World:
    from cogsim.world.iam import AccessKey

    return world.with_access_key(AccessKey("AKIAEXAMPLEEXAMPLE22", f"{ACCOUNT}:user/robin", "s" * 40))


def test_session_policies_and_tags_have_limits(world: World) -> None:
    long = (
        '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::'
        + "x" * 2100
        + '"}}'
    )
    only(doctor(world, **question("build"), policy=long), "session-policy-too-large")
    only(doctor(world, **question("build"), policy="{nothing"), "session-policy-malformed")
    only(doctor(world, **question("build"), tags={"team": "a", "Team": "b"}), "session-tags")
    many = {f"key-{number:02}": "v" * 100 for number in range(40)}
    only(doctor(world, **question("build"), tags=many), "session-tags")


def test_a_deny_is_taken_out_wherever_it_stands(world: World) -> None:
    deny = parse(
        {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": "*"}},
        PolicyKind.IDENTITY,
    )
    robin = world.users[f"{ACCOUNT}:user/robin"]
    group = Group(f"{ACCOUNT}:group/hands", "hands", inline=Map({"never": deny}))
    grouped = world.with_group(group).with_user(replace(robin, groups=("hands",)))
    only(doctor(grouped, **question("build")), "caller-denied")
    policy = ManagedPolicy(f"{ACCOUNT}:policy/never", "never", deny)
    attached = world.with_managed_policy(policy).with_user(replace(robin, managed=(policy.arn,)))
    only(doctor(attached, **question("build")), "caller-denied")
    build = world.roles[f"{ACCOUNT}:role/build"]
    chained = world.with_role(replace(build, inline=build.inline.set("never", deny)))
    only(doctor(chained, **question("release")), "caller-denied")


def test_a_role_in_a_chain_needs_its_own_permission_in_another_account(world: World) -> None:
    release = world.roles[f"{ACCOUNT}:role/release"]
    far = Role("arn:aws:iam::999988887777:role/far", "far", release.trust)
    asked = {**question("release"), "role": far.arn}
    only(doctor(world.with_role(far), **asked), "caller-not-allowed")


def test_a_boundary_that_nobody_knows_is_not_changed(world: World) -> None:
    robin = world.users[f"{ACCOUNT}:user/robin"]
    bounded = world.with_user(replace(robin, boundary=f"{ACCOUNT}:policy/unknown"))
    untried(doctor(bounded, **question("build")), "permissions-boundary")


def test_any_other_condition_is_named_with_what_the_request_has(world: World, tmp_path: Path) -> None:
    text = (FOLDER / "clinic.yaml").read_text()
    changed = text.replace('"sts:ExternalId": clinic-4711', '"sts:RoleSessionName": robin')
    (tmp_path / "world.yaml").write_text(changed)
    told = only(doctor(load(str(tmp_path / "world.yaml")), **question("vendor")), "trust-condition")
    assert "the request has doctor" in told.findings[0].cause.why
    changed = text.replace(
        'StringEquals: {"sts:ExternalId": clinic-4711}', 'StringNotEquals: {"sts:RoleSessionName": doctor}'
    )
    (tmp_path / "world.yaml").write_text(changed)
    only(doctor(load(str(tmp_path / "world.yaml")), **question("vendor")), "trust-condition")


# Who asks


def test_a_job_of_github_needs_the_environment_that_the_role_names() -> None:
    github = load(str(FOLDER.parent / "worlds" / "github-deploy.yaml"))
    asked = {"operation": "AssumeRoleWithWebIdentity", "who": "acme/shop", "role": "Deploy"}
    assert doctor(github, **asked, environment="production").works
    told = only(doctor(github, **asked), "trust-subject")
    assert "repo:acme/shop:ref:refs/heads/main" in told.findings[0].cause.why
    told = doctor(github, **asked, environment="production", audience="elsewhere")
    assert told.causes == ("oidc-audience", "trust-audience")
    assert told.cured


FACEBOOK = """
Metadata: {cogsim: {account: "111122223333", region: eu-west-1, stack: social}}
Resources:
  Facebook:
    Type: Cogsim::OidcIssuer
    Properties:
      Preset: facebook
      Clients: [{Id: "4711", Secret: a-secret, RedirectUris: [https://app.example/callback]}]
      Users: [{Username: fay, Password: Password-of-fay-1!}]
  Fan:
    Type: AWS::IAM::Role
    Properties:
      RoleName: fan
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {Federated: graph.facebook.com}
            Action: sts:AssumeRoleWithWebIdentity
            Condition: {StringEquals: {"graph.facebook.com:app_id": "4712"}}
"""


def test_an_access_token_of_facebook_is_put_to_facebook(tmp_path: Path) -> None:
    (tmp_path / "world.yaml").write_text(FACEBOOK)
    told = only(
        doctor(load(str(tmp_path / "world.yaml")), "AssumeRoleWithWebIdentity", who="fay", role="fan"),
        "trust-condition",
    )
    assert "the request has 4711" in told.findings[0].cause.why


def test_a_name_that_two_have_is_whoever_can_ask(world: World) -> None:
    from cogsim.world.iam import User

    named = world.with_user(User(f"{ACCOUNT}:user/alice", "alice"))
    assert records(named, who="alice").works
    told = doctor(named, "AssumeRole", who="alice", role="build")
    assert told.causes == ("caller-not-allowed",)
    user = alice(world)
    twin = replace(
        next(iter(world.user_pools.values())),
        id="eu-west-1_TWIN00000",
        arn="arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_TWIN00000",
    )
    two = world.with_user_pool(twin).with_pool_user(replace(user, pool_id=twin.id, sub="another"))
    with pytest.raises(InputError, match="is 2 people"):
        records(two, who="alice")
    assert records(two, who="alice", client="app").works
    assert records(two, who=user.sub).works


def test_a_provider_may_be_named_by_its_logical_id(world: World) -> None:
    assert doctor(world, **question("bob"), provider="Corp").works
    assert records(world, who="alice", provider="Staff").works


def test_a_directory_that_refuses_a_person_is_heard(world: World) -> None:
    directory = world.ad_fs["http://adfs.corp.example/adfs/services/trust"]
    bob = replace(directory.users["bob@corp.example"], enabled=False)
    diagnosis = doctor(world.with_ad_fs(directory.with_user(bob)), **question("bob"))
    assert (diagnosis.ending, diagnosis.rest.startswith("AD FS says: ")) == (Ending.UNKNOWN, True)


def test_a_groups_role_of_another_account_is_replaced_where_the_group_names_it(world: World) -> None:
    nurses = next(group for group in world.pool_groups.values() if group.name == "nurses")
    far = str(nurses.role_arn).replace("111122223333", "999988887777")
    told = only(
        doctor(world.with_pool_group(replace(nurses, role_arn=far)), **question("ward")), "role-in-another-account"
    )
    assert told.findings[0].cause.cure.write.startswith("Nurses:")  # type: ignore[union-attr]


def test_a_diagnosis_reads_the_same_in_a_notebook(world: World) -> None:
    diagnosis = records(world.without_oidc_provider(next(iter(world.oidc_providers))), who="carol")
    html = diagnosis._repr_html_()
    assert "oidc-provider-missing" in html
    assert "verified: with this change the call succeeds" in html
    assert "<script" not in html


# What is not known


def test_what_is_not_modelled_ends_in_an_unknown_cause(world: World, token: str) -> None:
    pool = pool_of(world, "records")
    gone = replace(pool.cognito_providers[0], provider_name="cognito-idp.eu-west-1.amazonaws.com/eu-west-1_GONE")
    listed = world.with_identity_pool(replace(pool, cognito_providers=(*pool.cognito_providers, gone)))
    diagnosis = records(listed, token=token, provider=gone.provider_name)
    assert (diagnosis.ending, diagnosis.findings) == (Ending.UNKNOWN, ())
    assert "not modelled" in diagnosis.rest


def test_a_refusal_that_no_reader_knows_is_told_as_it_stands(world: World) -> None:
    directory = world.ad_fs["http://adfs.corp.example/adfs/services/trust"]
    provider = replace(world.saml_providers[f"{ACCOUNT}:saml-provider/corp"], encryption="Required")
    diagnosis = doctor(world.with_saml_provider(provider), **question("bob"))
    assert diagnosis.ending is Ending.UNKNOWN
    assert "is the assertion encrypted as it must be?" in diagnosis.rest
    assert directory.entity_id


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({"operation": "AssumeRol", "who": "robin"}, "AssumeRole'"),
        ({"operation": "GetId", "who": "alise"}, "'alice'"),
        ({"operation": "GetId", "identity_pool": "Records"}, "say who asks"),
        ({"operation": "GetId", "who": "alice", "identity_pool": "Recrods"}, "'records'"),
        ({"operation": "AssumeRole", "who": "robin"}, "say the role"),
        ({"operation": "AssumeRole", "who": "alice", "role": "build"}, "IAM user"),
        ({"operation": "AssumeRole", "who": "robin", "role": "bild"}, "'build'"),
        ({"operation": "GetId", "who": "robin", "identity_pool": "Records"}, "no login"),
        ({"operation": "GetId", "who": "alice", "token": "x", "identity_pool": "Records"}, "say one of"),
        ({"operation": "GetId", "who": "alice", "via": ["build"], "identity_pool": "Records"}, "go with AssumeRole"),
        ({"operation": "GetOpenIdTokenForDeveloperIdentity", "who": "robin", "identity_pool": "Records"}, "name both"),
        ({"operation": "GetId", "token": "x", "identity_pool": "Records"}, "name the provider"),
    ],
)
def test_bad_input_says_what_was_meant(world: World, asked: dict[str, Any], text: str) -> None:
    with pytest.raises(InputError, match=text):
        doctor(world, **asked)


@given(raw=st.binary(max_size=300), cut=st.integers(0, 5_000), name=st.sampled_from(["staff", "login.acme.example"]))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_as_a_proof_end_in_a_diagnosis(
    world: World, token: str, response: str, raw: bytes, cut: int, name: str
) -> None:
    provider = next(iter(world.user_pools.values())).provider_name if name == "staff" else name
    text = raw.decode("latin-1") or "x"
    for offered in (text, token[:cut] + text + token[cut + 1 :]):
        assert records(world, token=offered, provider=provider).ending is not None
    for offered in (text.ljust(4, "="), response[:cut] + text + response[cut:]):
        asked = {"role": "Analyst", "assertion": offered, "provider": f"{ACCOUNT}:saml-provider/corp"}
        assert doctor(world, "AssumeRoleWithSAML", at=DEFAULT_START, **asked).ending is not None
