"""The world: every noun, looked up by its ARN, id or name; a change gives a new world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from cogsim.persistent import Map
from cogsim.world.broker import Broker
from cogsim.world.external_oidc import OidcIssuer
from cogsim.world.external_saml import AdFs
from cogsim.world.identity_pool import Identity, IdentityPool, identity_id
from cogsim.world.locations import AddressTable
from cogsim.world.origin import Origin
from cogsim.world.pool_members import (
    PoolDocument,
    ResourceServer,
    RiskConfiguration,
    Trigger,
    UserPoolDomain,
    UserPoolGroup,
    UserPoolIdentityProvider,
)
from cogsim.world.pool_user import PoolUser
from cogsim.world.protected import Protected
from cogsim.world.rate_limits import RateLimits
from cogsim.world.sign_in_keys import sign_in_keys
from cogsim.world.sync_dataset import SyncDataset
from cogsim.world.user_pool import UserPool, check_issuer_base
from cogsim.world.user_pool_client import UserPoolClient


@dataclass(frozen=True, slots=True)
class Home:
    """The partition, account and region that a call comes from when nothing says otherwise."""

    partition: str = "aws"
    account: str = "123456789012"
    region: str = "us-east-1"


@dataclass(frozen=True, slots=True)
class NamedResource:
    """A logical id of a template: what `Ref` gives, what `GetAtt` gives, and where it stands."""

    type: str
    ref: str
    attributes: Map[str, str] = field(default_factory=Map)
    origin: Origin = field(default_factory=Origin, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Completeness:
    """What a load understood and what it did not.

    `stacks` lists (stack, partition, account, region, files joined by commas), for the files that say nothing of it
    too; `read` counts resources by type; `ignored` lists (type, logical id, reason) of resources outside the model;
    `properties` lists (logical id, property) known to AWS and not modelled; `unresolved` lists (placeholder, what was
    written, place); `warnings` are sentences with their place.
    """

    read: Mapping[str, int] = field(default_factory=dict)
    ignored: tuple[tuple[str, str, str], ...] = ()
    properties: tuple[tuple[str, str], ...] = ()
    unresolved: tuple[tuple[str, str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    stacks: tuple[tuple[str, str, str, str, str], ...] = field(default=(), repr=False)

    def __str__(self) -> str:
        from cogsim.world.completeness import statement

        return statement(self)

    def _repr_html_(self) -> str:
        from cogsim.world.completeness import statement_html

        return statement_html(self)


@dataclass(frozen=True, slots=True)
class World(Protected):
    """A description of AWS accounts and of what stands in them. Keys: ARNs for IAM, ids for pools and clients, names
    for buckets; (pool id, name) for what belongs to a pool."""

    home: Home = field(default_factory=Home)
    #: The address that user pools' issuers stand under in place of AWS's; empty for AWS's.
    issuer_base: str = ""
    #: OpenID Connect providers outside AWS, by the `iss` of their tokens.
    oidc_issuers: Map[str, OidcIssuer] = field(default_factory=Map)
    user_pools: Map[str, UserPool] = field(default_factory=Map)
    clients: Map[str, UserPoolClient] = field(default_factory=Map)
    pool_groups: Map[tuple[str, str], UserPoolGroup] = field(default_factory=Map)
    pool_users: Map[tuple[str, str], PoolUser] = field(default_factory=Map)
    pool_providers: Map[tuple[str, str], UserPoolIdentityProvider] = field(default_factory=Map)
    resource_servers: Map[tuple[str, str], ResourceServer] = field(default_factory=Map)
    domains: Map[tuple[str, str], UserPoolDomain] = field(default_factory=Map)
    #: By (pool id, client id), the client id empty for the whole pool's.
    risk_configurations: Map[tuple[str, str], RiskConfiguration] = field(default_factory=Map)
    #: By (pool id, kind, key).
    pool_documents: Map[tuple[str, str, str], PoolDocument] = field(default_factory=Map)
    #: Declared Lambda functions of user pools, by ARN.
    triggers: Map[str, Trigger] = field(default_factory=Map)
    #: Where addresses are, for threat protection.
    address_table: AddressTable = field(default_factory=AddressTable)
    #: How fast callers may call; None where nothing is counted.
    rate_limits: RateLimits | None = None
    #: Passwords known to be out in the open, as SHA-256 in hexadecimal.
    breached_passwords: frozenset[str] = field(default=frozenset(), repr=False)
    #: SAML providers outside AWS, by entity id.
    ad_fs: Map[str, AdFs] = field(default_factory=Map)
    #: Custom identity brokers, by name.
    brokers: Map[str, Broker] = field(default_factory=Map)
    identity_pools: Map[str, IdentityPool] = field(default_factory=Map)
    identities: Map[str, Identity] = field(default_factory=Map)
    #: What identities synchronise, by (identity id, dataset name).
    datasets: Map[tuple[str, str], SyncDataset] = field(default_factory=Map)
    #: Passwords that people know by heart, for the actors that play them: (pool id, username) to password.
    known_passwords: Map[tuple[str, str], str] = field(default_factory=Map, repr=False)
    #: Logical ids as `stack/Id`, for scenarios' references.
    names: Map[str, NamedResource] = field(default_factory=Map, compare=False, repr=False)
    completeness: Completeness = field(default_factory=Completeness, compare=False, repr=False)
    #: The files it was loaded from, as they were named.
    files: tuple[str, ...] = field(default=(), compare=False, repr=False)
    #: Alias values in use: (pool id, attribute, value as compared) to username. Kept by `with_pool_user`.
    aliases: Map[tuple[str, str, str], str] = field(default_factory=Map, compare=False, repr=False)
    #: `sub` to username, (pool id, sub). Kept by `with_pool_user`.
    subs: Map[tuple[str, str], str] = field(default_factory=Map, compare=False, repr=False)
    #: Logins that have an identity: (identity pool id, provider name, subject) to its id. Kept by `with_identity`.
    logins: Map[tuple[str, str, str], str] = field(default_factory=Map, compare=False, repr=False)

    def __repr__(self) -> str:
        from cogsim.world.summary import summary

        return summary(self)

    def _repr_html_(self) -> str:
        from cogsim.world.summary import summary_html

        return summary_html(self)

    def with_ad_fs(self, provider: AdFs) -> World:
        return self._put("ad_fs", provider.entity_id, provider)

    def with_broker(self, broker: Broker) -> World:
        return self._put("brokers", broker.name, broker)

    def with_oidc_issuer(self, issuer: OidcIssuer) -> World:
        return self._put("oidc_issuers", issuer.url, issuer)

    def with_user_pool(self, pool: UserPool) -> World:
        stamped = pool if pool.issuer_base == self.issuer_base else replace(pool, issuer_base=self.issuer_base)
        return self._put("user_pools", pool.id, stamped)

    def with_issuer_base(self, base: str) -> World:
        """This world with its user pools' issuers under `base`, empty for AWS's; else InvalidValue."""
        check_issuer_base(base)
        pools = {key: replace(self.user_pools[key], issuer_base=base) for key in self.user_pools}
        return replace(self, issuer_base=base, user_pools=self.user_pools.update(pools))

    def with_client(self, client: UserPoolClient) -> World:
        return self._put("clients", client.id, client)

    def with_pool_group(self, group: UserPoolGroup) -> World:
        return self._put("pool_groups", (group.pool_id, group.name), group)

    def with_pool_provider(self, provider: UserPoolIdentityProvider) -> World:
        return self._put("pool_providers", (provider.pool_id, provider.name), provider)

    def with_resource_server(self, server: ResourceServer) -> World:
        return self._put("resource_servers", (server.pool_id, server.identifier), server)

    def with_domain(self, domain: UserPoolDomain) -> World:
        return self._put("domains", (domain.pool_id, domain.domain), domain)

    def without_domain(self, pool_id: str, domain: str) -> World:
        return self._drop("domains", (pool_id, domain))

    def without_pool_group(self, pool_id: str, name: str) -> World:
        return self._drop("pool_groups", (pool_id, name))

    def without_pool_provider(self, pool_id: str, name: str) -> World:
        return self._drop("pool_providers", (pool_id, name))

    def without_resource_server(self, pool_id: str, identifier: str) -> World:
        return self._drop("resource_servers", (pool_id, identifier))

    def without_client(self, client_id: str) -> World:
        return self._drop("clients", client_id)

    def with_risk_configuration(self, risk: RiskConfiguration) -> World:
        return self._put("risk_configurations", (risk.pool_id, risk.client_id or ""), risk)

    def without_risk_configuration(self, pool_id: str, client_id: str | None = None) -> World:
        return self._drop("risk_configurations", (pool_id, client_id or ""))

    def with_pool_document(self, document: PoolDocument) -> World:
        return self._put("pool_documents", (document.pool_id, document.kind, document.key), document)

    def without_pool_document(self, pool_id: str, kind: str, key: str) -> World:
        return self._drop("pool_documents", (pool_id, kind, key))

    def with_trigger(self, trigger: Trigger) -> World:
        return self._put("triggers", trigger.function_arn, trigger)

    def with_identity_pool(self, pool: IdentityPool) -> World:
        return self._put("identity_pools", pool.id, pool)

    def with_identity(self, identity: Identity) -> World:
        """This world with `identity` added or replaced, and the index of logins kept."""
        old, logins = self.identities.get(identity.id), self.logins
        for provider, subject in old.links() if old else ():
            entry = (old.pool_id, provider, subject)  # type: ignore[union-attr]
            logins = logins.discard(entry) if logins.get(entry) == identity.id else logins
        for provider, subject in identity.links():
            logins = logins.set((identity.pool_id, provider, subject), identity.id)
        return replace(self, identities=self.identities.set(identity.id, identity), logins=logins)

    def without_identity_pool(self, pool_id: str) -> World:
        """This world without the pool, its identities and what these synchronised."""
        gone = {name for name, identity in self.identities.items() if identity.pool_id == pool_id}
        return replace(
            self,
            identity_pools=self.identity_pools.discard(pool_id),
            identities=Map({name: each for name, each in self.identities.items() if name not in gone}),
            logins=Map({entry: name for entry, name in self.logins.items() if entry[0] != pool_id}),
            datasets=Map({key: each for key, each in self.datasets.items() if each.pool_id != pool_id}),
        )

    def without_datasets(self, identity_id: str) -> World:
        """This world without anything that the identity synchronised."""
        return replace(self, datasets=Map({k: each for k, each in self.datasets.items() if k[0] != identity_id}))

    def with_dataset(self, dataset: SyncDataset) -> World:
        return self._put("datasets", (dataset.identity_id, dataset.name), dataset)

    def identity_of(self, pool_id: str, provider: str, subject: str) -> str:
        """The id of the identity that a login has, or will be given at its first appearance. # ci:GetId

        An identity that the login was taken from keeps its id, so the login gets another.
        """
        held = self.logins.get((pool_id, provider, subject))
        made, number = held or identity_id(pool_id, provider, subject), 0
        while held is None and made in self.identities:
            number += 1
            made = identity_id(pool_id, provider, subject, number)
        return made

    def rival(self, user: PoolUser) -> tuple[str, str] | None:
        """The sign-in attribute of `user` whose value another user signs in by, and that user's name; None mostly."""
        for entry in sign_in_keys(self, user):
            holder = self.aliases.get(entry)
            if holder not in (None, user.username):
                return entry[1], str(holder)
        return None

    def with_known_password(self, pool_id: str, username: str, password: str) -> World:
        return self._put("known_passwords", (pool_id, username), password)

    def with_pool_user(self, user: PoolUser) -> World:
        """This world with `user` added or replaced, and the indexes of sign-in names kept."""
        key = (user.pool_id, user.username)
        old = self.pool_users.get(key)
        aliases = self.aliases
        for entry in sign_in_keys(self, old) if old else ():
            aliases = aliases.discard(entry) if aliases.get(entry) == old.username else aliases  # type: ignore[union-attr]
        for entry in sign_in_keys(self, user):
            aliases = aliases.set(entry, user.username)
        subs = self.subs.set((user.pool_id, user.sub), user.username)
        return replace(self, pool_users=self.pool_users.set(key, user), aliases=aliases, subs=subs)

    def with_pool_users(self, users: Sequence[PoolUser]) -> World:
        """This world with many new users at once. Two of one sign-in name: the later one signs in by it; a caller who
        minds asks `rival`, who then finds the other."""
        aliases = {entry: user.username for user in users for entry in sign_in_keys(self, user)}
        return replace(
            self,
            pool_users=self.pool_users.update({(user.pool_id, user.username): user for user in users}),
            aliases=self.aliases.update(aliases),
            subs=self.subs.update({(user.pool_id, user.sub): user.username for user in users}),
        )

    def with_known_passwords(self, known: Mapping[tuple[str, str], str]) -> World:
        return replace(self, known_passwords=self.known_passwords.update(known))

    def without_pool_user(self, pool_id: str, username: str) -> World:
        user = self.pool_users[pool_id, username]
        aliases = self.aliases
        for entry in sign_in_keys(self, user):
            aliases = aliases.discard(entry) if aliases.get(entry) == username else aliases
        subs = self.subs.discard((pool_id, user.sub))
        return replace(self, pool_users=self.pool_users.delete((pool_id, username)), aliases=aliases, subs=subs)

    def resolve_username(self, pool: UserPool, name: str) -> str | None:
        """The username that `name` signs in as: a username, a username attribute, or a verified alias; else None."""
        folded = name if pool.case_sensitive else name.lower()
        if (pool.id, folded) in self.pool_users:
            return folded
        for attribute in (*pool.username_attributes, *pool.alias_attributes):
            found = self.aliases.get((pool.id, attribute, folded))
            if found is not None:
                return found
        return None
