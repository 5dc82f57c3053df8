"""Whatever operators do to groups, domains and providers in whatever order, some things always hold."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from cogsim.aws.call import Call, Credentials
from cogsim.aws.cloud import Cloud
from cogsim.persistent import Map
from cogsim.policy.document import PolicyKind
from cogsim.policy.parse import parse
from cogsim.world.iam import AccessKey, User
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

OPERATOR = Credentials("AKIAOPERATOR", "operators-secret")
IDS = ("us-east-1_One", "us-east-1_Two")
CERTIFICATE = {"CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/c"}
DETAILS = {"client_id": "a", "client_secret": "b", "authorize_scopes": "openid", "attributes_request_method": "GET"}
#: What each operation may answer beside success.
CODES = {
    "GroupExistsException",
    "ResourceNotFoundException",
    "InvalidParameterException",
    "DuplicateProviderException",
    "UserNotFoundException",
    "UsernameExistsException",
}

pools = st.sampled_from(IDS)
groups = st.sampled_from(("admins", "staff", "guests"))
users = st.sampled_from(("alice", "bob"))
domains = st.sampled_from(("app", "shop", "auth.example.com"))
providers = st.sampled_from(("Corp", "Partner", "Google"))
identifiers = st.lists(st.sampled_from(("a", "b")), max_size=2, unique=True)


def _world() -> World:
    everything = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    inline = Map({"everything": parse(everything, PolicyKind.IDENTITY)})
    operator = User("arn:aws:iam::123456789012:user/operator", "operator", inline=inline)
    world = World().with_user(operator)
    world = world.with_access_key(AccessKey(OPERATOR.access_key_id, operator.arn, OPERATOR.secret_access_key))
    for pool_id in IDS:
        arn = f"arn:aws:cognito-idp:us-east-1:123456789012:userpool/{pool_id}"
        world = world.with_user_pool(UserPool(pool_id, arn, "pool"))
    return world


class Members(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.cloud = Cloud(_world(), seed="t")

    def call(self, operation: str, pool: str, **params: Any) -> Any:
        call = Call(f"cognito-idp:{operation}", {"UserPoolId": pool, **params}, OPERATOR, self.cloud.origin())
        outcome = self.cloud.submit(call)
        assert outcome.error is None or outcome.error.code in CODES, outcome.error
        return outcome.response

    @rule(pool=pools, name=groups, precedence=st.none() | st.integers(0, 3))
    def create_group(self, pool: str, name: str, precedence: int | None) -> None:
        stated = {} if precedence is None else {"Precedence": precedence}
        self.call("CreateGroup", pool, GroupName=name, **stated)

    @rule(pool=pools, name=groups)
    def delete_group(self, pool: str, name: str) -> None:
        self.call("DeleteGroup", pool, GroupName=name)

    @rule(pool=pools, name=users)
    def create_user(self, pool: str, name: str) -> None:
        self.call("AdminCreateUser", pool, Username=name, MessageAction="SUPPRESS")

    @rule(pool=pools, name=users, group=groups, adds=st.booleans())
    def change_membership(self, pool: str, name: str, group: str, adds: bool) -> None:
        operation = "AdminAddUserToGroup" if adds else "AdminRemoveUserFromGroup"
        self.call(operation, pool, Username=name, GroupName=group)

    @rule(pool=pools, name=domains)
    def create_domain(self, pool: str, name: str) -> None:
        custom = {"CustomDomainConfig": CERTIFICATE} if "." in name else {}
        self.call("CreateUserPoolDomain", pool, Domain=name, **custom)

    @rule(pool=pools, name=domains)
    def delete_domain(self, pool: str, name: str) -> None:
        self.call("DeleteUserPoolDomain", pool, Domain=name)

    @rule(pool=pools, name=providers, marks=identifiers)
    def create_provider(self, pool: str, name: str, marks: list[str]) -> None:
        kind = "Google" if name == "Google" else "OIDC"
        details = DETAILS | {"oidc_issuer": "https://idp.example.com"}
        stated = {"ProviderName": name, "ProviderType": kind, "ProviderDetails": details, "IdpIdentifiers": marks}
        self.call("CreateIdentityProvider", pool, **stated)

    @rule(pool=pools, name=providers, marks=identifiers)
    def update_provider(self, pool: str, name: str, marks: list[str]) -> None:
        self.call("UpdateIdentityProvider", pool, ProviderName=name, IdpIdentifiers=marks)

    @rule(pool=pools, name=providers)
    def delete_provider(self, pool: str, name: str) -> None:
        self.call("DeleteIdentityProvider", pool, ProviderName=name)

    @invariant()
    def members_are_members_of_groups_that_there_are(self) -> None:
        world = self.cloud.world
        for user in world.pool_users.values():
            assert all((user.pool_id, name) in world.pool_groups for name in user.groups)

    @invariant()
    def a_name_is_one_pools_and_a_pool_has_one_of_each_kind(self) -> None:
        held = list(self.cloud.world.domains.values())
        assert len({domain.domain for domain in held}) == len(held)
        assert len({(domain.pool_id, domain.custom) for domain in held}) == len(held)

    @invariant()
    def an_identifier_leads_to_one_provider(self) -> None:
        held = self.cloud.world.pool_providers.values()
        marks = [(provider.pool_id, mark) for provider in held for mark in provider.identifiers]
        assert len(set(marks)) == len(marks)

    @invariant()
    def pages_of_one_add_up_to_the_whole(self) -> None:
        world = self.cloud.world
        for pool in IDS:
            assert self.paged("ListGroups", pool, "Groups", "GroupName") == [
                n for p, n in world.pool_groups if p == pool
            ]
            listed = self.paged("ListIdentityProviders", pool, "Providers", "ProviderName")
            assert listed == [name for held_by, name in world.pool_providers if held_by == pool]

    def paged(self, operation: str, pool: str, member: str, key: str) -> list[str]:
        limit = "Limit" if operation == "ListGroups" else "MaxResults"
        found: list[str] = []
        answer = self.call(operation, pool, **{limit: 1})
        while True:
            found.extend(entry[key] for entry in answer[member])
            if "NextToken" not in answer:
                return found
            answer = self.call(operation, pool, **{limit: 1}, NextToken=answer["NextToken"])


Members.TestCase.settings = settings(max_examples=20, stateful_step_count=20, deadline=None)
TestMembers = Members.TestCase
