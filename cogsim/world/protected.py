"""What is protected, in the world: buckets with their objects, tables with their items, and what routes to them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

from cogsim.persistent import Map, SortedMap
from cogsim.world.accounts import Accounts
from cogsim.world.api_domain import ApiDomain
from cogsim.world.api_function import ApiFunction
from cogsim.world.bucket import AccountPublicAccessBlock, Bucket, S3Object
from cogsim.world.graphql_api import GraphqlApi
from cogsim.world.http_api import HttpApi
from cogsim.world.load_balancer import Listener, ListenerRule, LoadBalancer, TargetGroup
from cogsim.world.load_balancer_target import Target
from cogsim.world.rest_api import RestApi
from cogsim.world.table import Table
from cogsim.world.table_items import TableItems
from cogsim.world.tenancy import Tenancy
from cogsim.world.usage_plan import GatewayKey, UsagePlan


@dataclass(frozen=True, slots=True)
class Protected(Accounts):
    """The part of a world that callers want to reach: buckets by name, tables by ARN, objects by bucket and key, items
    by their table's ARN."""

    buckets: Map[str, Bucket] = field(default_factory=Map)
    objects: Map[str, SortedMap[S3Object]] = field(default_factory=Map)
    tables: Map[str, Table] = field(default_factory=Map)
    items: Map[str, TableItems] = field(default_factory=Map)
    #: APIs by id, and the functions behind them by ARN.
    rest_apis: Map[str, RestApi] = field(default_factory=Map)
    http_apis: Map[str, HttpApi] = field(default_factory=Map)
    graphql_apis: Map[str, GraphqlApi] = field(default_factory=Map)
    api_functions: Map[str, ApiFunction] = field(default_factory=Map)
    #: API keys and usage plans of REST APIs by id.
    api_keys: Map[str, GatewayKey] = field(default_factory=Map)
    usage_plans: Map[str, UsagePlan] = field(default_factory=Map)
    #: Domain names that APIs answer at, by name.
    api_domains: Map[str, ApiDomain] = field(default_factory=Map)
    #: Whose data and people are whose, by name.
    tenancies: Map[str, Tenancy] = field(default_factory=Map)
    #: Load balancers, their listeners, rules and target groups by ARN, and the applications behind these by host.
    load_balancers: Map[str, LoadBalancer] = field(default_factory=Map)
    listeners: Map[str, Listener] = field(default_factory=Map)
    listener_rules: Map[str, ListenerRule] = field(default_factory=Map)
    target_groups: Map[str, TargetGroup] = field(default_factory=Map)
    targets: Map[str, Target] = field(default_factory=Map)
    #: What accounts block of public access to S3, by partition and account.
    account_blocks: Map[str, AccountPublicAccessBlock] = field(default_factory=Map)

    def with_bucket(self, bucket: Bucket) -> Self:
        """With the bucket added or replaced, under what its account blocks."""
        block = self.account_blocks.get(f"{bucket.partition}:{bucket.account}")
        settings = block.settings if block is not None else frozenset[str]()
        return self._put("buckets", bucket.name, replace(bucket, account_public_access_block=settings))

    def with_account_block(self, block: AccountPublicAccessBlock) -> Self:
        """With the account's settings, and every bucket of it under them; settings that are all off are none."""
        kept = self.account_blocks.set(block.key, block) if block.settings else self.account_blocks.discard(block.key)
        world = replace(self, account_blocks=kept)
        for bucket in self.buckets.values():
            if (bucket.partition, bucket.account) == (block.partition, block.account):
                world = world.with_bucket(bucket)
        return world

    def without_bucket(self, name: str) -> Self:
        """This world without the bucket and what it held."""
        gone = self._drop("buckets", name)
        return replace(gone, objects=gone.objects.discard(name))

    def with_tenancy(self, tenancy: Tenancy) -> Self:
        return self._put("tenancies", tenancy.name, tenancy)

    def with_table(self, table: Table) -> Self:
        """With the table added or replaced, and its items in the indexes it has now."""
        held = self.items.get(table.arn)
        if held is None or tuple(held.indexes) == tuple(table.indexes):
            return self._put("tables", table.arn, table)
        return self._put("tables", table.arn, table)._put("items", table.arn, held.indexed(table))

    def without_table(self, arn: str) -> Self:
        """Without the table and its items."""
        return self.with_items(arn, TableItems())._drop("tables", arn)

    def items_of(self, table: Table) -> TableItems:
        """What the table holds."""
        return self.items.get(table.arn) or TableItems().indexed(table)

    def with_items(self, arn: str, held: TableItems) -> Self:
        """With `held` as the items of the table; a table that holds none has no entry."""
        if len(held):
            return self._put("items", arn, held)
        return self._drop("items", arn) if arn in self.items else self

    def with_object(self, bucket: str, thing: S3Object) -> Self:
        held = self.objects.get(bucket) or SortedMap()
        return self._put("objects", bucket, held.set(thing.key, thing))

    def without_object(self, bucket: str, key: str) -> Self:
        held = self.objects.get(bucket) or SortedMap()
        return self._put("objects", bucket, held.discard(key))

    def with_rest_api(self, api: RestApi) -> Self:
        return self._put("rest_apis", api.id, api)

    def with_http_api(self, api: HttpApi) -> Self:
        return self._put("http_apis", api.id, api)

    def with_graphql_api(self, api: GraphqlApi) -> Self:
        return self._put("graphql_apis", api.id, api)

    def with_api_function(self, function: ApiFunction) -> Self:
        return self._put("api_functions", function.function_arn, function)

    def with_api_key(self, key: GatewayKey) -> Self:
        return self._put("api_keys", key.id, key)

    def with_api_domain(self, domain: ApiDomain) -> Self:
        return self._put("api_domains", domain.name, domain)

    def with_usage_plan(self, plan: UsagePlan) -> Self:
        return self._put("usage_plans", plan.id, plan)

    def with_load_balancer(self, balancer: LoadBalancer) -> Self:
        return self._put("load_balancers", balancer.arn, balancer)

    def with_listener(self, listener: Listener) -> Self:
        return self._put("listeners", listener.arn, listener)

    def with_listener_rule(self, rule: ListenerRule) -> Self:
        return self._put("listener_rules", rule.arn, rule)

    def with_target_group(self, group: TargetGroup) -> Self:
        return self._put("target_groups", group.arn, group)

    def without_load_balancer(self, arn: str) -> Self:
        """Without the load balancer and what stands on it."""
        held = self
        for listener in [each.arn for each in self.listeners.values() if each.load_balancer_arn == arn]:
            held = held.without_listener(listener)
        return held._drop("load_balancers", arn)

    def without_listener(self, arn: str) -> Self:
        """Without the listener and its rules."""
        held = self
        for rule in [each.arn for each in self.listener_rules.values() if each.listener_arn == arn]:
            held = held.without_listener_rule(rule)
        return held._drop("listeners", arn)

    def without_listener_rule(self, arn: str) -> Self:
        return self._drop("listener_rules", arn)

    def without_target_group(self, arn: str) -> Self:
        return self._drop("target_groups", arn)

    def with_target(self, target: Target) -> Self:
        return self._put("targets", target.host, target)
