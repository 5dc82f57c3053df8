"""The leak check: what a call gave away or changed of data that is not the caller's, and what of their own it refused.

1. What was read is taken from the answer, what was written from the difference of the world before and after, so a
   write is found by whatever operation it was made.
2. Whose it is, the data says (`world.tenancy`); whose person the caller is, administrators say (`analysis.tenants`).
   No policy, tag or claim is consulted: a check that asked them would share their mistakes.
3. A thing of nobody's, or of a tenant that is shared, is no leak; who belongs to no tenant owns nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cogsim.analysis.leak import Exchange, Kind, Leak, Owners, Touched
from cogsim.analysis.leaked_items import asked_items, changed_items, read_items
from cogsim.analysis.leaked_objects import changed_objects, object_owner, read_objects
from cogsim.analysis.tenants import Standing
from cogsim.decision import Step

#: The services whose data has owners.
STORES = ("s3", "dynamodb")
#: The codes by which they refuse somebody for who they are.
_DENIED = ("AccessDenied", "AccessDeniedException")


def leaks(service: str, exchange: Exchange, caller: Standing, because: Step | None = None) -> tuple[Leak, ...]:
    """Everything of others that the call told or changed, the worst of each thing alone; `because` is the step that let
    it. Nothing for an operator, and for a world without tenancies."""
    owners = Owners.of(exchange.before)
    if not owners.rules or caller.operator or service not in STORES:
        return ()
    shared = {name for tenancy in exchange.before.tenancies.values() for name in tenancy.shared}
    found: dict[tuple[str, str], Leak] = {}
    for touched in _touched(service, exchange, owners):
        for owner in touched.owners:
            known = owner in shared and touched.kind != Kind.CHANGE
            if owner not in caller.tenants and not known:
                leak = _leak(exchange, caller, touched, owner, because)
                held = found.get((touched.thing, owner))
                if held is None or _ORDER.index(touched.kind) < _ORDER.index(held.kind):
                    found[touched.thing, owner] = leak
    return tuple(found.values())


#: The worse a leak the earlier.
_ORDER = (Kind.CHANGE, Kind.CONTENT, Kind.METADATA, Kind.NAME)


def _leak(exchange: Exchange, caller: Standing, touched: Touched, owner: str, because: Step | None) -> Leak:
    tenants = tuple(sorted(caller.tenants))
    return Leak(caller.name, tenants, exchange.operation, touched.thing, owner, touched.kind, because)


def _touched(service: str, exchange: Exchange, owners: Owners) -> Iterator[Touched]:
    if service == "s3":
        yield from read_objects(exchange, owners)
        yield from changed_objects(exchange, owners)
    else:
        yield from read_items(exchange, owners)
        yield from changed_items(exchange, owners)


def withheld(service: str, exchange: Exchange, caller: Standing, because: Step | None = None) -> Leak | None:
    """The caller's own data that the call was refused, where everything that it names is theirs; None otherwise."""
    owners = Owners.of(exchange.before)
    if exchange.error not in _DENIED or not owners.rules or service not in STORES:
        return None
    asked = list(_asked(service, exchange, owners))
    whose = {owner for touched in asked for owner in touched.owners or ("",)}
    if not whose or not whose <= caller.tenants:
        return None
    touched = asked[0]
    owner = touched.owners[0]
    tenants = tuple(sorted(caller.tenants))
    return Leak(caller.name, tenants, exchange.operation, touched.thing, owner, Kind.WITHHELD, because)


def _asked(service: str, exchange: Exchange, owners: Owners) -> Iterable[Touched]:
    if service == "dynamodb":
        return asked_items(exchange, owners)
    bucket, key = str(exchange.params.get("Bucket", "")), exchange.params.get("Key", exchange.params.get("Prefix"))
    if not isinstance(key, str):
        return ()
    owner = object_owner(exchange, owners, bucket, key)
    return (Touched(f"{bucket}/{key}", (owner,) if owner is not None else (), Kind.WITHHELD),)


def given(service: str, exchange: Exchange) -> tuple[str, ...]:
    """The objects or items that an answer holds, in its order, each once: `bucket/key`, or `table[key]`."""
    reader = read_objects if service == "s3" else read_items
    return tuple(dict.fromkeys(each.thing for each in reader(exchange, Owners.of(exchange.before))))
