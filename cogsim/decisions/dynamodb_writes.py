"""What a write of one item means, and what it makes of the item that is there.

1. Key, item and expressions are held to the table before anything is looked at.
2. The condition is asked of the item as it is; only where it is true does anything change.
3. No update touches the key, and what comes out keeps every rule that a written item keeps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cogsim.decisions.dynamodb_expressions.attribute_names import attribute_names, updated_names
from cogsim.decisions.dynamodb_expressions.conditions import bind_condition, holds
from cogsim.decisions.dynamodb_expressions.legacy import OPERATOR, check_language, legacy_condition, legacy_updates
from cogsim.decisions.dynamodb_expressions.placeholders import placeholders
from cogsim.decisions.dynamodb_expressions.tree import Action, Node
from cogsim.decisions.dynamodb_expressions.updates import bind_update, only_removes, updated
from cogsim.errors import InvalidValue
from cogsim.persistent import Map
from cogsim.world.attribute_value import Attributes, Value, read_attributes
from cogsim.world.table import Table
from cogsim.world.table_items import Item, TableItems
from cogsim.world.table_keys import LARGEST_ITEM, check_index_keys, check_key, item_of

_CONDITION, _UPDATE = "ConditionExpression", "UpdateExpression"
_EXPECTED, _UPDATES = "Expected", "AttributeUpdates"
_DEEPEST = 32


@dataclass(frozen=True, slots=True)
class Write:
    """One write. `kind` is Put, Update, Delete or ConditionCheck; `item` is a Put's, `actions` an Update's; `names` are
    the attributes that the request names; `legacy` tells that AttributeUpdates state the actions."""

    kind: str
    table: Table
    key: Attributes
    item: Item | None = None
    actions: tuple[Action, ...] = ()
    condition: Node | None = None
    names: frozenset[str] = frozenset()
    legacy: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What a write does to its item; `passed` is whether its condition is true, without which nothing changes."""

    before: Item | None
    after: Item | None
    passed: bool = True


def bind_write(kind: str, table: Table, params: Mapping[str, Any]) -> Write:
    """The write that a request's members ask for; InvalidValue in DynamoDB's words."""
    texts = {_UPDATE: params.get(_UPDATE)} if kind == "Update" else {}
    texts[_CONDITION] = params.get(_CONDITION)
    check_language(params, tuple(texts), (_UPDATES, _EXPECTED, OPERATOR))
    given = placeholders(texts, params.get("ExpressionAttributeNames"), params.get("ExpressionAttributeValues"))
    update, condition = texts.get(_UPDATE), texts[_CONDITION]
    actions = bind_update(_UPDATE, update, given) if update is not None else legacy_updates(params.get(_UPDATES))
    expected = legacy_condition(params, _EXPECTED)
    node = bind_condition(_CONDITION, condition, given) if condition is not None else expected
    given.check_used()
    named = updated_names(actions) | attribute_names(node)
    if kind == "Put":
        item = item_of(table, read_attributes(params["Item"]))
        key = Map({name: item.attributes[name] for name in table.key_names})
        return Write(kind, table, key, item, condition=node, names=named | frozenset(item.attributes))
    key = read_attributes(params["Key"])
    check_key(table, key)
    check_writable(table, actions)
    return Write(kind, table, key, None, actions, node, named | frozenset(key), legacy=bool(params.get(_UPDATES)))


def check_writable(table: Table, actions: tuple[Action, ...]) -> None:
    """No action of an update touches the key. # ddb:UpdateItem"""
    for action in actions:
        if action.path.top in table.key_names:
            raise InvalidValue(
                "",
                f"One or more parameter values were invalid: Cannot update attribute {action.path.top}. "
                "This attribute is part of the key",
            )


def change_of(write: Write, held: TableItems) -> Change:
    """What the write does to the items as they are; InvalidValue where an update cannot be applied to its item."""
    before = held.get(write.table, write.key)
    attributes: Attributes = before.attributes if before is not None else Map()
    if write.condition is not None and not holds(write.condition, attributes):
        return Change(before, before, passed=False)
    match write.kind:
        case "Put":
            return Change(before, write.item)
        case "Delete":
            return Change(before, None)
        case "Update":
            return Change(before, _updated(write, before))
    return Change(before, before)


def _updated(write: Write, before: Item | None) -> Item | None:
    """The item after an update; None where it is not there and the update only takes away: that makes no item."""
    attributes = updated(write.actions, before.attributes if before is not None else write.key, legacy=write.legacy)
    if before is None and only_removes(write.actions):
        return None
    for action in write.actions:
        value = attributes.get(action.path.top)
        if value is not None and _depth(value) > _DEEPEST:
            raise InvalidValue("", "Nesting Levels have exceeded supported limits")
    check_index_keys(write.table, attributes, updated=True)
    item = Item.of(attributes)
    if item.size > LARGEST_ITEM:
        raise InvalidValue("", "Item size to update has exceeded the maximum allowed size")
    return item


def _depth(value: Value) -> int:
    """How many lists and maps lie inside one another."""
    if value.kind == "L":
        return 1 + max(map(_depth, value.held), default=0)
    if value.kind == "M":
        return 1 + max(map(_depth, value.held.values()), default=0)
    return 0


def applied(write: Write, change: Change, held: TableItems) -> TableItems:
    """The items after the change."""
    if write.kind == "ConditionCheck" or not change.passed:
        return held
    return held.put(write.table, change.after) if change.after is not None else held.discard(write.table, write.key)
