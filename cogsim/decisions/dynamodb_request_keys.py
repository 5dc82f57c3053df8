"""Which condition keys of DynamoDB's own a request carries, and with what.

1. `dynamodb:LeadingKeys` are the partition keys that the request names: of the item, of every item of a batch, of the
   partition that a query reads, which is the index's where it reads an index. A scan names none, so it has no such key,
   and `ForAllValues` is true of it. # ddb:fgac
2. `dynamodb:Attributes` are the top-level attributes that the request names anywhere: keys, items, expressions. What it
   gets without naming it is not among them.
3. `dynamodb:Select` is what a reader asks for, ALL_ATTRIBUTES where it does not say. # ddb:fgac §select
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Step, decided
from cogsim.persistent import Map
from cogsim.world.attribute_value import Attributes, Value
from cogsim.world.table import KeyLayout

#: The assumption about ReturnValues and ReturnConsumedCapacity where a request leaves them out.
LEFT_OUT = "dynamodb.valuesLeftOut"
#: The assumption about what a partition key of bytes is written as.
BINARY_KEYS = "dynamodb.binaryLeadingKeys"

_ORDINALS = ("First", "Second", "Third", "Fourth")
_QUESTION = "which of DynamoDB's condition keys does the request carry?"

#: A context as a requirement takes it: text, or a tuple where a key has many values.
Keys = Mapping[str, str | tuple[str, ...]]


def request_keys(
    *,
    layout: KeyLayout | None = None,
    leading: Iterable[Attributes] = (),
    attributes: Iterable[str] = (),
    select: str | None = None,
    full_table_scan: bool | None = None,
    enclosing: str | None = None,
    sent: Mapping[str, str | None] = Map(),
    told: Iterable[Step] = (),
) -> Decision[Keys]:
    """The keys of one request for one table or index.

    `leading` are the keys that it names, `layout` says which of their attributes lead; `enclosing` is the transaction
    or statement it is a part of; `sent` are ReturnValues and ReturnConsumedCapacity as far as the operation has them,
    None where the request leaves them out; `told` are the steps that led to what is given here.
    """
    keys: dict[str, str | tuple[str, ...]] = {}
    steps: list[Step] = list(told)
    if layout is not None:
        keys.update(_partition_keys(layout, list(leading), steps))
    names = tuple(sorted(set(attributes)))
    if names:
        keys["dynamodb:Attributes"] = names
    if select is not None:
        keys["dynamodb:Select"] = select
    if full_table_scan is not None:
        keys["dynamodb:FullTableScan"] = "true" if full_table_scan else "false"
    if enclosing is not None:
        keys["dynamodb:EnclosingOperation"] = enclosing
    keys.update(_options(sent, steps))
    shown = "; ".join(f"{name.partition(':')[2]} {_shown(keys[name])}" for name in sorted(keys))
    return decided(keys, *steps, Step(_QUESTION, "these" if keys else "none", shown, "ddb:fgac"))


def _partition_keys(layout: KeyLayout, leading: list[Attributes], steps: list[Step]) -> dict[str, tuple[str, ...]]:
    keys = {}
    for ordinal, name in zip(_ORDINALS, layout.partition, strict=False):
        values = [key[name] for key in leading if name in key]
        if values:
            keys[f"dynamodb:{ordinal}PartitionKeyValues"] = tuple(
                dict.fromkeys(_text(value, steps) for value in values)
            )
    if "dynamodb:FirstPartitionKeyValues" in keys:
        keys["dynamodb:LeadingKeys"] = keys["dynamodb:FirstPartitionKeyValues"]
    return keys


def _text(value: Value, steps: list[Step]) -> str:
    """A partition key as policies compare it: text as it is, a number in normal form."""
    if value.kind != "B":
        return str(value.held)
    answer = choice(BINARY_KEYS)
    text = base64.b64encode(value.held).decode() if answer == "base64" else value.held.decode("latin-1")
    question = "how do policies see a partition key of bytes?"
    steps.append(Step(question, answer, text, "ddb:fgac", Basis.ASSUMED, assumption=BINARY_KEYS))
    return text


def _options(sent: Mapping[str, str | None], steps: list[Step]) -> dict[str, str]:
    """What was asked to be returned; what a request leaves out is NONE, and whether it then has the key is assumed."""
    keys = {f"dynamodb:{name}": value for name, value in sent.items() if value is not None}
    absent = sorted(name for name, value in sent.items() if value is None)
    if not absent:
        return keys
    answer = choice(LEFT_OUT)
    question = f"does a request that leaves out {' and '.join(absent)} carry a condition key for it?"
    steps.append(Step(question, answer, "", "ddb:fgac", Basis.ASSUMED, assumption=LEFT_OUT))
    return keys | ({f"dynamodb:{name}": "NONE" for name in absent} if answer == "NONE" else {})


def _shown(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else f"[{', '.join(value)}]"
