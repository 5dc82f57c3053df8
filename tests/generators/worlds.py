"""Hypothesis strategies of worlds: every family of nouns, loaded ones and ones that a run has made."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from cogsim.frozen import freeze
from cogsim.persistent import Map, SortedMap
from cogsim.policy.document import Policy, PolicyKind
from cogsim.policy.parse import parse
from cogsim.world.account_document import KINDS, AccountDocument
from cogsim.world.bucket import Bucket, S3Object
from cogsim.world.iam import (
    AccessKey,
    Group,
    ManagedPolicy,
    MfaDevice,
    OidcProvider,
    PolicyVersion,
    Role,
    RootAccess,
    SamlPrivateKey,
    SamlProvider,
    User,
)
from cogsim.world.identity_pool import (
    MATCH_TYPES,
    CognitoProvider,
    CognitoStreams,
    Identity,
    IdentityPool,
    MappingRule,
    PrincipalTags,
    PushSync,
    RoleMapping,
    identity_id,
)
from cogsim.world.pool_members import (
    PoolDocument,
    UserPoolGroup,
)
from cogsim.world.pool_user import PasswordVerifier, PoolUser, SoftwareToken, UserStatus
from cogsim.world.sync_dataset import SyncDataset, SyncRecord
from cogsim.world.user_pool import (
    FIRST_FACTORS,
    MFA_FACTORS,
    DeviceConfiguration,
    PasswordPolicy,
    SchemaAttribute,
    UserPool,
    WebAuthnConfiguration,
)
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import Home, World
from tests.generators.brokers import brokers
from tests.generators.external_oidc import oidc_issuers
from tests.generators.external_saml import ad_fs
from tests.generators.pool_members import devices, passkeys, pool_members, pool_settings
from tests.generators.tables import items, tables
from tests.generators.world_values import (
    ACCOUNTS,
    REGIONS,
    arns,
    filled,
    flags,
    instants,
    keys,
    lists,
    maps,
    names,
    origins,
    texts,
)


@st.composite
def policies(draw: st.DrawFn, kind: PolicyKind) -> Policy:
    statements = []
    for _ in range(draw(st.integers(1, 3))):
        statement: dict[str, object] = {"Effect": draw(st.sampled_from(("Allow", "Deny")))}
        actions = ("s3:GetObject", "s3:*", "sts:AssumeRoleWithWebIdentity", "*")
        statement[draw(st.sampled_from(("Action", "NotAction")))] = (
            list(draw(lists(st.sampled_from(actions), 3))) or "*"
        )
        if kind is not PolicyKind.TRUST:
            arns = ("*", "arn:aws:s3:::b/${cognito-identity.amazonaws.com:sub}/*", "arn:aws:s3:::«x»", "arn:aws:s3:::b")
            statement["Resource"] = list(draw(lists(st.sampled_from(arns), 2))) or "*"
        if kind is not PolicyKind.IDENTITY:
            principals = ({"AWS": "*"}, {"Federated": "cognito-identity.amazonaws.com"}, {"AWS": ["123456789012", "*"]})
            statement["Principal"] = draw(st.sampled_from(principals))
        if draw(flags):
            value = draw(st.one_of(texts, st.lists(texts, max_size=2)))
            statement["Condition"] = {
                "StringLike": {"aws:PrincipalTag/team": value},
                "Bool": {"aws:SecureTransport": "no"},
            }
        statements.append(statement)
    document: dict[str, object] = {"Statement": statements}
    if draw(flags):
        document["Version"] = "2012-10-17"
    return parse(document, kind, saved=True)


inline = st.dictionaries(names, policies(PolicyKind.IDENTITY), max_size=2).map(Map)
paths = st.sampled_from(("/", "/team/a/"))


def _iam_arn(kind: str, account: str, path: str, name: str) -> str:
    return f"arn:aws:iam::{account}:{kind}{path}{name}"


@st.composite
def iam(draw: st.DrawFn, world: World) -> World:
    account = st.sampled_from(ACCOUNTS)
    for name in draw(lists(names)):
        path, where = draw(paths), draw(account)
        role = Role(
            arn=_iam_arn("role", where, path, name),
            name=name,
            trust=draw(policies(PolicyKind.TRUST)),
            path=path,
            unique_id=draw(st.sampled_from(("", "AROAEXAMPLE"))),
            inline=draw(inline),
            managed=draw(lists(arns)),
            boundary=draw(st.none() | arns),
            tags=draw(maps()),
            max_session_duration=draw(st.integers(3600, 43200)),
            description=draw(texts),
            created=draw(instants),
            origin=draw(origins),
        )
        world = world.with_role(role)
    for name in draw(lists(names, 2)):
        path, where = draw(paths), draw(account)
        user = User(
            arn=_iam_arn("user", where, path, name),
            name=name,
            path=path,
            inline=draw(inline),
            managed=draw(lists(arns)),
            groups=draw(lists(names)),
            tags=draw(maps()),
            created=draw(instants),
            origin=draw(origins),
        )
        world = world.with_user(user)
        if draw(flags):
            key_id = f"AKIA{len(world.access_keys):016}"
            world = world.with_access_key(AccessKey(key_id, user.arn, "s/+", draw(flags), draw(instants)))
            holder = draw(st.sampled_from((None, user.arn, f"arn:aws:iam::{where}:root")))
            serial, seed = _iam_arn("mfa", where, path, name), draw(st.sampled_from(("JBSWY3DPEHPK3PXP", "GEZDGNBV")))
            since, tags = draw(instants), draw(maps())
            device = MfaDevice(serial, name, seed, path, holder, since, tags, draw(instants), draw(origins))
            world = world.with_mfa_device(device)
    for name in draw(lists(names, 2)):
        where, path = draw(account), draw(paths)
        group = Group(
            _iam_arn("group", where, path, name), name, path, draw(inline), draw(lists(arns)), created=draw(instants)
        )
        managed = draw(_managed_policies(_iam_arn("policy", where, path, name), name, path))
        world = world.with_group(group).with_managed_policy(managed)
        tags, created = draw(maps()), draw(instants)
        arn = _iam_arn("saml-provider", where, "/", name)
        mode = draw(st.sampled_from((None, "Allowed", "Required")))
        opened = draw(st.lists(st.builds(SamlPrivateKey, filled, instants), max_size=2).map(tuple))
        saml = SamlProvider(arn, name, draw(texts), tags, created, draw(origins), mode, opened)
        host = f"{name}.example.com/x"
        arn = _iam_arn("oidc-provider", where, "/", host)
        oidc = OidcProvider(arn, f"https://{host}", draw(lists(filled)), tags=tags, created=created)
        world = world.with_saml_provider(saml).with_oidc_provider(oidc)
        content = freeze({"Name": draw(texts), "Parts": draw(lists(texts)), "Many": {"Deep": draw(flags)}})
        kind = draw(st.sampled_from(KINDS))
        world = world.with_account_document(AccountDocument("aws", where, kind, name, content, draw(instants)))
    if draw(flags):
        management, *members = ACCOUNTS
        world = world.with_root_access(
            RootAccess(management, tuple(members), draw(st.sampled_from((None, members[0]))))
        )
    return world


@st.composite
def _managed_policies(draw: st.DrawFn, arn: str, name: str, path: str) -> ManagedPolicy:
    numbers = draw(st.lists(st.integers(1, 12), min_size=1, max_size=4, unique=True))
    default, *others = [
        PolicyVersion(f"v{number}", draw(policies(PolicyKind.IDENTITY)), draw(instants)) for number in numbers
    ]
    return ManagedPolicy(
        arn=arn,
        name=name,
        policy=default.policy,
        path=path,
        description=draw(texts),
        tags=draw(maps()),
        created=draw(instants),
        updated=draw(instants),
        default_id=default.id,
        default_created=default.created,
        others=tuple(others),
        made=max(numbers),
    )


@st.composite
def user_pools(draw: st.DrawFn, world: World, number: int) -> World:
    region, account = draw(st.sampled_from(REGIONS)), draw(st.sampled_from(ACCOUNTS))
    pool_id = f"{region}_Pool{number}"
    verified = draw(lists(st.sampled_from(("email", "phone_number")), 2))
    by_attribute = draw(flags)
    contacts = draw(lists(st.sampled_from(("email", "phone_number")), 2))
    pool = UserPool(
        id=pool_id,
        arn=f"arn:aws:cognito-idp:{region}:{account}:userpool/{pool_id}",
        name=draw(names),
        schema=draw(_schemas()),
        username_attributes=contacts if by_attribute else (),
        alias_attributes=() if by_attribute else contacts,
        auto_verified_attributes=verified,
        verify_before_update=verified if draw(flags) else (),
        case_sensitive=draw(flags),
        password_policy=PasswordPolicy(
            draw(st.integers(6, 99)), draw(flags), draw(flags), draw(flags), draw(flags), 3, 9
        ),
        admin_create_user_only=draw(flags),
        mfa=draw(st.sampled_from(("OFF", "OPTIONAL", "ON"))),
        mfa_factors=draw(lists(st.sampled_from(MFA_FACTORS))),
        first_factors=("PASSWORD", *draw(lists(st.sampled_from(FIRST_FACTORS[1:])))),
        web_authn=draw(
            st.builds(WebAuthnConfiguration, st.none() | filled, st.sampled_from(("preferred", "required")))
        ),
        devices=draw(st.none() | st.builds(DeviceConfiguration, flags, flags)),
        recovery=draw(st.sampled_from((None, ("admin_only",), ("verified_phone_number", "verified_email")))),
        tier=draw(st.sampled_from(("LITE", "ESSENTIALS", "PLUS"))),
        triggers=Map(draw(st.dictionaries(st.sampled_from(("PreSignUp", "PreTokenGenerationConfig")), filled))),
        sender_key=draw(st.none() | filled),
        advanced_security=draw(st.sampled_from(("OFF", "AUDIT"))),
        custom_auth_security=draw(st.sampled_from(("OFF", "ENFORCED"))),
        texts=draw(_messages()),
        email=draw(_members(("EmailSendingAccount", "From", "SourceArn"))),
        sms=draw(_members(("ExternalId", "SnsCallerArn"))),
        further=draw(_further_of_pools()),
        issuer_type=draw(st.sampled_from(("ORIGINAL", "UPDATED"))),
        created=draw(instants),
        modified=draw(instants),
        tags=draw(maps()),
        deletion_protection=draw(flags),
        origin=draw(origins),
    )
    world = world.with_user_pool(pool)
    for name in draw(lists(names, 2)):
        world = world.with_client(draw(_clients(pool_id, name, f"client{number}{len(world.clients)}")))
    group_names = draw(lists(filled, 3))
    for name in group_names:
        role, precedence = draw(st.none() | arns), draw(st.none() | st.integers(0, 9))
        made, changed = draw(instants), draw(instants)
        world = world.with_pool_group(UserPoolGroup(pool_id, name, role, precedence, draw(texts), made, changed))
    world = draw(pool_members(world, pool))
    world = draw(pool_settings(world, pool))
    for name in draw(lists(filled, 3)):
        world = draw(_pool_users(world, pool, name if pool.case_sensitive else name.lower(), group_names))
    return world


def _members(names: tuple[str, ...]) -> st.SearchStrategy[Map[str, str]]:
    """Some of the API's text members."""
    return st.dictionaries(st.sampled_from(names), filled).map(Map)


@st.composite
def _messages(draw: st.DrawFn) -> Map[str, object]:
    found: dict[str, object] = {
        "VerificationMessageTemplate": draw(_members(("DefaultEmailOption", "EmailSubject", "SmsMessage"))),
        "InviteMessageTemplate": draw(_members(("EmailMessage", "SMSMessage"))),
        "EmailMfaConfiguration": draw(_members(("Message", "Subject"))),
        "SmsAuthenticationMessage": draw(st.just("") | filled),
    }
    return Map({name: text for name, text in found.items() if text})


@st.composite
def _further_of_pools(draw: st.DrawFn) -> Map[str, object]:
    found: dict[str, object] = {}
    if draw(flags):
        found["KeyConfiguration"] = Map({"KeyType": "CUSTOMER_MANAGED_KEY", "KmsKeyArn": draw(filled)})
    if draw(flags):
        found["AcrConfiguration"] = Map({"Level2": Map({"AcrValue": draw(filled)})})
    if draw(flags):
        registration = {"EnableStatus": "Enabled", "OpenDcrEnabled": draw(flags), "AllowedScopes": draw(lists(filled))}
        found["DcrConfiguration"] = Map(registration)
    return Map(found)


@st.composite
def _schemas(draw: st.DrawFn) -> tuple[SchemaAttribute, ...]:
    found = []
    for name in draw(
        lists(st.sampled_from(("custom:tenant", "dev:note", "email", "custom:email", "updated_at", "custom:a:b")), 3)
    ):
        bound = st.none() | st.integers(0, 2048)
        kind = draw(st.sampled_from(("String", "Number", "DateTime", "Boolean")))
        required = ":" not in name and draw(flags)
        found.append(SchemaAttribute(name, kind, draw(flags), required, *(draw(bound) for _ in range(4))))
    return tuple(found)


@st.composite
def _clients(draw: st.DrawFn, pool_id: str, name: str, client_id: str) -> UserPoolClient:
    flows = st.sampled_from(("ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ADMIN_NO_SRP_AUTH"))
    return UserPoolClient(
        id=client_id,
        pool_id=pool_id,
        name=name,
        secret=draw(st.none() | st.just("0" * 51)),
        explicit_auth_flows=draw(lists(flows)) or ("ALLOW_USER_AUTH",),
        second_secret=draw(st.none() | st.just("1" * 51)),
        read_attributes=draw(st.none() | lists(keys)),
        write_attributes=draw(st.none() | lists(keys)),
        access_token_validity=draw(st.integers(300, 86400)),
        id_token_validity=draw(st.integers(300, 86400)),
        refresh_token_validity=draw(st.integers(3600, 315_360_000)),
        auth_session_validity=60 * draw(st.integers(3, 15)),
        prevent_user_existence_errors=draw(st.sampled_from(("LEGACY", "ENABLED"))),
        enable_token_revocation=draw(flags),
        refresh_token_rotation=draw(flags),
        retry_grace_period=draw(st.integers(0, 60)),
        propagate_user_context=draw(flags),
        further=draw(_further_of_clients()),
        created=draw(instants),
        modified=draw(instants),
        supported_identity_providers=draw(lists(names)),
        allowed_oauth_flows=draw(lists(st.sampled_from(("code", "implicit")))),
        allowed_oauth_scopes=draw(lists(names)),
        allowed_oauth_flows_user_pool_client=draw(flags),
        callback_urls=draw(lists(filled)),
        logout_urls=draw(lists(filled)),
        default_redirect_uri=draw(st.none() | texts),
        origin=draw(origins),
    )


@st.composite
def _further_of_clients(draw: st.DrawFn) -> Map[str, object]:
    units = draw(
        st.dictionaries(st.sampled_from(("AccessToken", "RefreshToken")), st.sampled_from(("days", "minutes")))
    )
    found: dict[str, object] = {
        "TokenValidityUnits": Map(units),
        "StatedValidities": draw(lists(st.sampled_from(("AccessTokenValidity", "IdTokenValidity")), 2)),
        "AnalyticsConfiguration": draw(_members(("ApplicationId", "RoleArn"))),
    }
    if draw(flags):
        found["SecretCreated"] = draw(instants)
    return Map({name: value for name, value in found.items() if value or name == "SecretCreated"})


@st.composite
def _pool_users(draw: st.DrawFn, world: World, pool: UserPool, username: str, groups: tuple[str, ...]) -> World:
    attributes = [name for name in pool.attribute_names if name != "sub"]
    user = PoolUser(
        pool_id=pool.id,
        username=username,
        sub=f"sub-{len(world.pool_users)}",
        attributes=Map(draw(st.dictionaries(st.sampled_from(attributes), texts, max_size=3))),
        status=draw(st.sampled_from(tuple(UserStatus))),
        enabled=draw(flags),
        password=draw(st.none() | st.just(PasswordVerifier("00ff", "1234abcd"))),
        temporary_password_set_at=draw(st.none() | instants),
        password_history=tuple(PasswordVerifier("00", f"{number:02x}") for number in range(draw(st.integers(0, 2)))),
        factors=draw(st.sampled_from(((), ("SMS_MFA", "SOFTWARE_TOKEN_MFA")))),
        software_token=draw(st.none() | st.builds(SoftwareToken, st.just("JBSWY3DPEHPK3PXP"), texts)),
        devices=Map({each.key: each for each in draw(st.lists(devices(), max_size=2))}),
        passkeys=Map({each.credential_id: each for each in draw(st.lists(passkeys(), max_size=2))}),
        groups=tuple(draw(st.permutations(groups)))[: draw(st.integers(0, 3))],
        created=draw(instants),
        modified=draw(instants),
        origin=draw(origins),
    )
    if draw(flags) and user.factors:
        user = replace(user, preferred_factor="SMS_MFA")
    if draw(flags):
        world = world.with_known_password(pool.id, draw(st.sampled_from((username, "nobody"))), draw(filled))
    return world.with_pool_user(user)


@st.composite
def identity_pools(draw: st.DrawFn, world: World, number: int) -> World:
    region, account = draw(st.sampled_from(REGIONS)), draw(st.sampled_from(ACCOUNTS))
    pool_id = f"{region}:00000000-0000-4000-8000-{number:012}"
    rules = st.lists(
        st.builds(MappingRule, filled, st.sampled_from(MATCH_TYPES), filled, filled), min_size=1, max_size=3
    ).map(tuple)
    resolutions = st.sampled_from((None, "AuthenticatedRole", "Deny"))
    mappings = st.one_of(
        st.builds(RoleMapping, st.just("Token"), resolutions),
        st.builds(RoleMapping, st.just("Rules"), resolutions, rules),
    )
    pool = IdentityPool(
        id=pool_id,
        arn=f"arn:aws:cognito-identity:{region}:{account}:identitypool/{pool_id}",
        name=draw(names),
        allow_unauthenticated=draw(flags),
        allow_classic_flow=draw(flags),
        cognito_providers=tuple(draw(st.lists(st.builds(CognitoProvider, texts, texts, flags), max_size=2))),
        supported_login_providers=draw(maps()),
        developer_provider_name=draw(st.none() | names),
        open_id_connect_provider_arns=draw(lists(arns)),
        saml_provider_arns=draw(lists(arns)),
        roles=Map(draw(st.dictionaries(st.sampled_from(("authenticated", "unauthenticated")), arns))),
        role_mappings=Map(draw(st.dictionaries(filled, mappings, max_size=2))),
        principal_tags=Map(draw(st.dictionaries(filled, st.builds(PrincipalTags, flags, maps()), max_size=2))),
        tags=draw(maps()),
        push_sync=draw(st.none() | st.builds(PushSync, lists(arns), st.none() | arns)),
        streams=draw(
            st.none()
            | st.builds(CognitoStreams, st.none() | names, st.none() | arns, st.sampled_from((None, "ENABLED")))
        ),
        events=draw(maps()),
        origin=draw(origins),
        roles_origin=draw(origins),
    )
    world = world.with_identity_pool(pool)
    for subject in draw(lists(names, 2)):
        logins = draw(maps())
        made = Identity(
            identity_id(pool_id, "guest", subject),
            pool_id,
            logins,
            draw(flags),
            draw(instants),
            draw(maps()),
            draw(instants),
            draw(st.none() | names),
            draw(flags),
        )
        world = world.with_identity(made)
        for name in draw(lists(names, 2)):
            world = world.with_dataset(draw(_datasets(pool_id, made.id, name)))
    return world


@st.composite
def _datasets(draw: st.DrawFn, pool_id: str, identity: str, name: str) -> SyncDataset:
    counts = st.integers(0, 9)
    records = {
        key: SyncRecord(key, draw(st.none() | texts), draw(counts), draw(instants), draw(texts), draw(instants))
        for key in draw(lists(names, 2))
    }
    numbers = (draw(counts), draw(instants), draw(instants))
    return SyncDataset(pool_id, identity, name, Map(records), *numbers, draw(texts), draw(flags))


@st.composite
def storage(draw: st.DrawFn, world: World) -> World:
    for name in draw(lists(st.text("abc019-", min_size=1, max_size=6).map(lambda text: f"b{text}0"), 2)):
        block = frozenset(draw(lists(st.sampled_from(("BlockPublicAcls", "RestrictPublicBuckets")), 2)))
        policy = draw(st.none() | policies(PolicyKind.RESOURCE))
        place = (draw(st.sampled_from(ACCOUNTS)), draw(st.sampled_from(REGIONS)))
        bucket = Bucket(
            name,
            *place,
            "aws",
            policy,
            block,
            draw(maps()),
            draw(st.sampled_from(("", "Enabled", "Suspended"))),
            attribute_based=draw(flags),
            created=draw(instants),
            origin=draw(origins),
            policy_origin=draw(origins),
        )
        world = world.with_bucket(bucket)
        if draw(flags):
            world = replace(world, objects=world.objects.set(name, draw(objects())))
    for name in draw(lists(names, 2)):
        arn = f"arn:aws:dynamodb:{draw(st.sampled_from(REGIONS))}:{draw(st.sampled_from(ACCOUNTS))}:table/{name}"
        policy = draw(st.none() | policies(PolicyKind.RESOURCE))
        table = draw(tables(name, arn, draw(maps()), policy=policy, created=draw(instants), origin=draw(origins)))
        world = world.with_table(table).with_items(arn, draw(items(table)))
    return world


@st.composite
def objects(draw: st.DrawFn) -> SortedMap[S3Object]:
    held: SortedMap[S3Object] = SortedMap()
    bodies = st.one_of(st.binary(max_size=10), texts.map(str.encode))
    for key in draw(lists(st.one_of(keys, st.just("a/b c.txt")))):
        made = S3Object(key, draw(bodies), draw(texts), draw(instants), draw(texts), draw(maps()), draw(maps()))
        versions = draw(st.integers(0, 2))
        earlier = tuple(replace(made, version_id=f"v{n}", delete_marker=n == 1) for n in range(versions))
        held = held.set(key, replace(made, headers=draw(maps()), earlier=earlier))
    return held


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A world of up to two accounts and regions, with some of every noun."""
    world = World(home=Home("aws", draw(st.sampled_from(ACCOUNTS)), draw(st.sampled_from(REGIONS))))
    parts = draw(st.sets(st.sampled_from(("iam", "pools", "identities", "storage", "brokers", "issuers", "ad-fs"))))
    if "iam" in parts:
        world = draw(iam(world))
    if "pools" in parts:
        for number in range(draw(st.integers(1, 2))):
            world = draw(user_pools(world, number))
        world = replace(world, breached_passwords=draw(st.frozensets(st.sampled_from(("0" * 64, "af" * 32)))))
        limit = PoolDocument(
            "", "ProvisionedLimit", "012345678901/us-east-1/UserRead", Map({"ProvisionedLimitValue": 200})
        )
        world = world.with_pool_document(limit) if draw(flags) else world
    if "identities" in parts:
        for number in range(draw(st.integers(1, 2))):
            world = draw(identity_pools(world, number))
    if "brokers" in parts:
        world = draw(brokers(world))
    if "issuers" in parts:
        world = draw(oidc_issuers(world))
    if "ad-fs" in parts:
        world = draw(ad_fs(world))
    if "storage" in parts:
        world = draw(storage(world))
    return world
