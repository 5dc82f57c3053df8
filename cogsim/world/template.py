"""World → CloudFormation: one template for each stack, from which the same world loads again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from cogsim.arn import Arn
from cogsim.errors import InvalidValue
from cogsim.world import template_apis as apis
from cogsim.world import template_broker as brokers
from cogsim.world import template_external_oidc as external_oidc
from cogsim.world import template_external_saml as external_saml
from cogsim.world import template_iam as iam
from cogsim.world import template_identity_pools as identity_pools
from cogsim.world import template_load_balancers as load_balancers
from cogsim.world import template_pool_members as members
from cogsim.world import template_pool_settings as settings
from cogsim.world import template_pools as pools
from cogsim.world import template_storage as storage
from cogsim.world import template_surroundings as surroundings
from cogsim.world import template_tables as tables
from cogsim.world import template_tenancy as tenancies
from cogsim.world import template_trigger
from cogsim.world.graphql_api import GraphqlApi
from cogsim.world.http_api import HttpApi
from cogsim.world.origin import NOWHERE, Origin
from cogsim.world.rest_api import RestApi
from cogsim.world.sync_dataset import SyncDataset
from cogsim.world.template_parts import Json
from cogsim.world.world import World

#: Partition, account, region, stack.
Environment = tuple[str, str, str, str]

_SERVERLESS = re.compile(r"\$(?=\{\s*(?:self|opt|env|sls|param|cf|file)\b)")
_FUNCTION = re.compile(r"Ref|Fn::.*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A resource to be written: its stack, the logical id it would like, and what it is."""

    environment: Environment
    wish: str
    resource: Json
    origin: Origin = NOWHERE


def templates(world: World) -> dict[str, Json]:
    """The templates of the world's stacks by file name, the home's first: loaded in this order they give the world.

    Ids are pinned under `Metadata.cogsim`, references are written out, and logical ids are kept where nouns have them.
    Raises InvalidValue where a user's own key is one that CloudFormation takes for a function (`Ref`).
    """
    entries = list(_entries(world))
    home = world.home
    first = [
        each.environment for each in entries if each.environment[:3] == (home.partition, home.account, home.region)
    ]
    start = min(first, default=(home.partition, home.account, home.region, "stack"))
    stacks: dict[Environment, dict[str, Json]] = {start: {}}
    for environment in sorted({each.environment for each in entries}):
        stacks.setdefault(environment, {})
    # Nouns that have a logical id choose first
    for entry in sorted(entries, key=lambda each: not each.origin.logical_id):
        held = stacks[entry.environment]
        held[_free(entry.origin.logical_id or _logical_id(entry.wish), held)] = entry.resource
    issuer: Json = {"issuer": world.issuer_base} if world.issuer_base else {}
    return {_file(env, home.partition): _template(env, held, issuer) for env, held in stacks.items()}


def _file(environment: Environment, home: str) -> str:
    """The file of a stack; the partition stands in it where it is not the home's, since accounts recur there."""
    return "-".join(environment[environment[0] == home :]) + ".template.json"


def template(world: World) -> Json:
    """The template of a world of one stack; raises InvalidValue where there are several."""
    written = templates(world)
    if len(written) > 1:
        raise InvalidValue("", f"the world has {len(written)} stacks: write each with `templates`")
    return next(iter(written.values()))


def dump(world: World) -> dict[str, str]:
    """`templates` as JSON text, by file name."""
    return {
        name: json.dumps(written, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
        for name, written in templates(world).items()
    }


def _template(environment: Environment, resources: dict[str, Json], issuer: Json) -> Json:
    partition, account, region, stack = environment
    place = {"partition": partition, "account": account, "region": region, "stack": stack}
    settings = {**place, "policies": "saved", **issuer}
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Metadata": {"cogsim": settings},
        "Resources": {name: _literal(resources[name], name) for name in sorted(resources)},
    }


def _literal(value: object, path: str) -> object:
    """`value` with every text that a loader would take for a Serverless variable written so that it does not."""
    if isinstance(value, str):
        pieces = _SERVERLESS.split(value)
        if len(pieces) == 1:
            return value
        return {"Fn::Join": ["$", pieces]}
    if isinstance(value, list):
        return [_literal(item, path) for item in value]
    if not isinstance(value, dict):
        return value
    for key in value:
        if _FUNCTION.fullmatch(key) and (key != "Ref" or len(value) == 1):
            raise InvalidValue(path, f"the key {key!r} means a function in a template, and cannot be written")
    return {key: _literal(member, path) for key, member in value.items()}


def _logical_id(wish: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "", wish)[:80] or "Resource"


def _free(wish: str, taken: dict[str, Json]) -> str:
    name, number = wish, 1
    while name in taken:
        number += 1
        name = f"{wish}{number}"
    return name


# What there is to write


def _entries(world: World) -> Iterator[_Entry]:
    yield from _iam(world)
    yield from _user_pools(world)
    yield from _pool_settings(world)
    yield from _pool_users(world)
    yield from _triggers(world)
    yield from _surroundings(world)
    yield from _ad_fs(world)
    yield from _oidc_issuers(world)
    yield from _brokers(world)
    yield from _identity_pools(world)
    yield from _storage(world)
    yield from _apis(world)
    yield from _load_balancers(world)


def _global(world: World, arn: str, origin: Origin) -> Environment:
    """Where a noun without region is written: in the home's region."""
    parsed = Arn.parse(arn)
    return (parsed.partition, parsed.account, world.home.region, origin.stack or "stack")


def _regional(arn: str, origin: Origin) -> Environment:
    parsed = Arn.parse(arn)
    return (parsed.partition, parsed.account, parsed.region, origin.stack or "stack")


def _of_pool(world: World, pool_id: str, origin: Origin) -> Environment:
    """Where a part of a user pool is written: with the pool, or at home where that is not in the world."""
    pool = world.user_pools.get(pool_id)
    home = world.home
    if pool is None:
        return (home.partition, home.account, home.region, origin.stack or "stack")
    return _regional(pool.arn, origin)


def _iam(world: World) -> Iterator[_Entry]:
    for role in world.roles.values():
        yield _Entry(_global(world, role.arn, role.origin), f"Role{role.name}", iam.role(role), role.origin)
    for user in world.users.values():
        yield _Entry(_global(world, user.arn, user.origin), f"User{user.name}", iam.user(user), user.origin)
    for group in world.groups.values():
        yield _Entry(_global(world, group.arn, group.origin), f"Group{group.name}", iam.group(group), group.origin)
    for key in world.access_keys.values():
        yield _Entry(_global(world, key.user_arn, key.origin), f"Key{key.id}", iam.access_key(key), key.origin)
    for device in world.mfa_devices.values():
        environment = _global(world, device.serial_number, device.origin)
        yield _Entry(environment, f"Mfa{device.name}", iam.mfa_device(device), device.origin)
    for account, access in world.root_access.items():
        home = world.home
        environment = (home.partition, account, home.region, access.origin.stack or "stack")
        yield _Entry(environment, f"RootAccess{account}", iam.root_access(access), access.origin)
    for managed in world.managed_policies.values():
        environment = _global(world, managed.arn, managed.origin)
        yield _Entry(environment, f"Policy{managed.name}", iam.managed_policy(managed), managed.origin)
    for saml in world.saml_providers.values():
        yield _Entry(_global(world, saml.arn, saml.origin), f"Saml{saml.name}", iam.saml_provider(saml), saml.origin)
    for oidc in world.oidc_providers.values():
        wish = f"Oidc{oidc.url.removeprefix('https://')}"
        yield _Entry(_global(world, oidc.arn, oidc.origin), wish, iam.oidc_provider(oidc), oidc.origin)
    for document in world.account_documents.values():
        region, stack = world.home.region, document.origin.stack or "stack"
        environment = (document.partition, document.account, region, stack)
        yield _Entry(environment, document.kind, iam.account_document(document), document.origin)


def _user_pools(world: World) -> Iterator[_Entry]:
    strangers: dict[str, Json] = {}
    for (pool_id, username), password in world.known_passwords.items():
        if (pool_id, username) not in world.pool_users:
            strangers.setdefault(pool_id, {})[username] = password
    for pool in world.user_pools.values():
        made = pools.user_pool(pool, strangers.get(pool.id, {}))
        yield _Entry(_regional(pool.arn, pool.origin), f"Pool{pool.name}", made, pool.origin)
    for client in world.clients.values():
        environment = _of_pool(world, client.pool_id, client.origin)
        yield _Entry(environment, f"Client{client.name}", pools.client(client), client.origin)
    for group in world.pool_groups.values():
        environment = _of_pool(world, group.pool_id, group.origin)
        yield _Entry(environment, f"Group{group.name}", members.pool_group(group), group.origin)
    for provider in world.pool_providers.values():
        environment = _of_pool(world, provider.pool_id, provider.origin)
        yield _Entry(environment, f"Provider{provider.name}", members.pool_provider(provider), provider.origin)
    for server in world.resource_servers.values():
        environment = _of_pool(world, server.pool_id, server.origin)
        yield _Entry(environment, f"Server{server.name}", members.resource_server(server), server.origin)
    for domain in world.domains.values():
        environment = _of_pool(world, domain.pool_id, domain.origin)
        yield _Entry(environment, f"Domain{domain.domain}", members.domain(domain), domain.origin)


def _pool_settings(world: World) -> Iterator[_Entry]:
    for risk in world.risk_configurations.values():
        environment = _of_pool(world, risk.pool_id, risk.origin)
        yield _Entry(environment, f"RiskOf{risk.pool_id}", settings.risk_configuration(risk), risk.origin)
    for document in world.pool_documents.values():
        environment = _of_pool(world, document.pool_id, document.origin)
        yield _Entry(environment, document.kind, settings.document(document), document.origin)
    if world.breached_passwords:
        made = settings.breached_passwords(world.breached_passwords)
        home = world.home
        yield _Entry((home.partition, home.account, home.region, "stack"), "BreachedPasswords", made)


def _pool_users(world: World) -> Iterator[_Entry]:
    for user in world.pool_users.values():
        environment = _of_pool(world, user.pool_id, user.origin)
        known = world.known_passwords.get((user.pool_id, user.username))
        yield _Entry(environment, f"User{user.username}", members.pool_user(user, known), user.origin)
        for number, group in enumerate(user.groups):
            # The number keeps the order of the groups: resources are written sorted by their names.
            wish = f"Membership{number:04}Of{user.username}In{group}"
            yield _Entry(environment, wish, members.membership(user.pool_id, user.username, group))


def _brokers(world: World) -> Iterator[_Entry]:
    home = world.home
    for broker in world.brokers.values():
        arn = Arn.try_parse(broker.principal_arn)
        place = (arn.partition, arn.account, home.region) if arn else (home.partition, home.account, home.region)
        origin, wrong = broker.origin, broker.mistakes_origin
        yield _Entry((*place, origin.stack or "stack"), f"Broker{broker.name}", brokers.broker(broker), origin)
        if broker.mistakes:
            made = brokers.mistakes(broker)
            yield _Entry((*place, wrong.stack or "stack"), f"MistakesOf{broker.name}", made, wrong)


def _triggers(world: World) -> Iterator[_Entry]:
    home = world.home
    for trigger in world.triggers.values():
        arn, stack = Arn.try_parse(trigger.function_arn), trigger.origin.stack or "stack"
        place = (arn.partition, arn.account, arn.region) if arn else (home.partition, home.account, home.region)
        yield _Entry((*place, stack), "Trigger", template_trigger.trigger(trigger), trigger.origin)


def _surroundings(world: World) -> Iterator[_Entry]:
    home = world.home
    place = (home.partition, home.account, home.region)
    table, limits = world.address_table, world.rate_limits
    if table.ranges:
        yield _Entry((*place, table.origin.stack or "stack"), "Addresses", surroundings.locations(table), table.origin)
    if limits is not None:
        made = surroundings.limits(limits)
        yield _Entry((*place, limits.origin.stack or "stack"), "RateLimits", made, limits.origin)


def _oidc_issuers(world: World) -> Iterator[_Entry]:
    home = (world.home.partition, world.home.account, world.home.region)
    for issuer in world.oidc_issuers.values():
        origin = issuer.origin
        yield _Entry((*home, origin.stack or "stack"), "Issuer", external_oidc.oidc_issuer(issuer), origin)


def _ad_fs(world: World) -> Iterator[_Entry]:
    home = (world.home.partition, world.home.account, world.home.region)
    for provider in world.ad_fs.values():
        origin = provider.origin
        yield _Entry((*home, origin.stack or "stack"), "AdFs", external_saml.ad_fs(provider), origin)
        for party in provider.parties.values():
            made = external_saml.relying_party(party, provider.entity_id)
            yield _Entry((*home, party.origin.stack or "stack"), "RelyingParty", made, party.origin)


def _identity_pools(world: World) -> Iterator[_Entry]:
    for pool in world.identity_pools.values():
        environment = _regional(pool.arn, pool.origin)
        yield _Entry(environment, f"Identities{pool.name}", identity_pools.identity_pool(pool), pool.origin)
        if pool.roles or pool.role_mappings:
            where = _regional(pool.arn, pool.roles_origin)
            yield _Entry(where, f"RolesOf{pool.name}", identity_pools.role_attachment(pool), pool.roles_origin)
        for provider, tags in pool.principal_tags.items():
            origin = pool.tags_origins.get(provider, NOWHERE)
            made = identity_pools.principal_tags(pool.id, provider, tags)
            yield _Entry(_regional(pool.arn, origin), f"TagsOf{pool.name}", made, origin)
    datasets: dict[str, list[SyncDataset]] = {}
    for dataset in world.datasets.values():
        datasets.setdefault(dataset.identity_id, []).append(dataset)
    by_pool: dict[str, list[str]] = {}
    for identity in world.identities.values():
        by_pool.setdefault(identity.pool_id, []).append(identity.id)
    for pool_id, ids in by_pool.items():
        held = world.identity_pools.get(pool_id)
        home = world.home
        environment = _regional(held.arn, NOWHERE) if held else (home.partition, home.account, home.region, "stack")
        made = identity_pools.identities([world.identities[name] for name in ids], datasets)
        yield _Entry(environment, "Identities", made)


def _apis(world: World) -> Iterator[_Entry]:
    home = (world.home.partition, world.home.account, world.home.region)
    for function in world.api_functions.values():
        arn, origin = Arn.try_parse(function.function_arn), function.origin
        place = (arn.partition, arn.account, arn.region) if arn else home
        yield _Entry((*place, origin.stack or "stack"), "ApiFunction", apis.api_function(function), origin)
    written: tuple[tuple[RestApi | HttpApi | GraphqlApi, Iterator[apis.Written]], ...] = (
        *((api, apis.rest_api(api)) for api in world.rest_apis.values()),
        *((api, apis.http_api(api)) for api in world.http_apis.values()),
        *((api, apis.graphql_api(api)) for api in world.graphql_apis.values()),
    )
    for api, parts in written:
        for wish, made, origin in parts:
            yield _Entry((api.partition, api.account, api.region, origin.stack or "stack"), wish, made, origin)
    for key in world.api_keys.values():
        environment = (key.partition, key.account, key.region, key.origin.stack or "stack")
        yield _Entry(environment, f"Key{key.name}", apis.api_key(key), key.origin)
    for domain in world.api_domains.values():
        for wish, made, origin in apis.api_domain(domain):
            yield _Entry((domain.partition, domain.account, domain.region, origin.stack or "stack"), wish, made, origin)
    for plan in world.usage_plans.values():
        for wish, made, origin in apis.usage_plan(plan):
            yield _Entry((plan.partition, plan.account, plan.region, origin.stack or "stack"), wish, made, origin)


def _storage(world: World) -> Iterator[_Entry]:
    for bucket in world.buckets.values():
        place = (bucket.partition, bucket.account, bucket.region)
        environment = (*place, bucket.origin.stack or "stack")
        yield _Entry(environment, f"Bucket{bucket.name}", storage.bucket(bucket), bucket.origin)
        if bucket.policy is not None:
            origin = bucket.policy_origin
            made = storage.bucket_policy(bucket.name, bucket.policy)
            yield _Entry((*place, origin.stack or "stack"), f"PolicyOf{bucket.name}", made, origin)
    for block in world.account_blocks.values():
        settings = (block.partition, block.account, world.home.region, block.origin.stack or "stack")
        yield _Entry(settings, "AccountPublicAccessBlock", storage.account_block(block), block.origin)
    home = world.home
    for name, objects in world.objects.items():
        held = world.buckets.get(name)
        where = held or home
        stack = held.origin.stack if held and held.origin.stack else "stack"
        environment = (where.partition, where.account, where.region, stack)
        yield _Entry(environment, f"ObjectsOf{name}", storage.objects(name, objects.values()))
    for table in world.tables.values():
        yield _Entry(_regional(table.arn, table.origin), f"Table{table.name}", tables.table(table), table.origin)
        seeded = world.items.get(table.arn)
        if seeded is not None:
            listed = tables.items(table.arn, seeded.primary.values())
            yield _Entry(_regional(table.arn, table.origin), f"ItemsOf{table.name}", listed)
    for tenancy in world.tenancies.values():
        origin = tenancy.origin
        environment = (home.partition, home.account, home.region, origin.stack or "stack")
        yield _Entry(environment, f"Tenancy{tenancy.name}", tenancies.tenancy(tenancy), origin)


def _load_balancers(world: World) -> Iterator[_Entry]:
    for balancer in world.load_balancers.values():
        made = load_balancers.load_balancer(balancer)
        yield _Entry(_regional(balancer.arn, balancer.origin), f"Balancer{balancer.name}", made, balancer.origin)
    for listener in world.listeners.values():
        made = load_balancers.listener(listener)
        yield _Entry(_regional(listener.arn, listener.origin), f"Listener{listener.port}", made, listener.origin)
    for rule in world.listener_rules.values():
        made = load_balancers.rule(rule)
        yield _Entry(_regional(rule.arn, rule.origin), f"Rule{rule.priority}", made, rule.origin)
    for group in world.target_groups.values():
        made = load_balancers.target_group(group)
        yield _Entry(_regional(group.arn, group.origin), f"Targets{group.name}", made, group.origin)
    home = (world.home.partition, world.home.account, world.home.region)
    for target in world.targets.values():
        place = (*home, target.origin.stack or "stack")
        yield _Entry(place, f"Target{target.host}", load_balancers.target(target), target.origin)
