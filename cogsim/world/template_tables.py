"""Tables and their items as the resources that they load from."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable

from cogsim.world.attribute_value import Value
from cogsim.world.table import KeySchema, SecondaryIndex, Table
from cogsim.world.table_items import Item
from cogsim.world.template_parts import Json, document, present, resource, some, tags


def table(noun: Table) -> Json:
    """AWS::DynamoDB::Table."""
    definitions = [{"AttributeName": name, "AttributeType": kind} for name, kind in noun.attribute_types.items()]
    indexes = list(noun.indexes.values())
    expiry = noun.time_to_live
    properties: Json = {
        "TableName": noun.name,
        "KeySchema": _keys(noun.key_schema),
        "AttributeDefinitions": some(definitions),
        "GlobalSecondaryIndexes": some(_index(index) for index in indexes if index.is_global),
        "LocalSecondaryIndexes": some(_index(index) for index in indexes if not index.is_global),
        "BillingMode": "PAY_PER_REQUEST" if noun.throughput is None else "PROVISIONED",
        "ProvisionedThroughput": _units(noun.throughput),
        "TableClass": noun.table_class,
        "DeletionProtectionEnabled": noun.deletion_protection or None,
        "TimeToLiveSpecification": {"AttributeName": expiry[0], "Enabled": expiry[1]} if expiry else None,
        "ResourcePolicy": {"PolicyDocument": document(noun.policy)} if noun.policy else None,
        "Tags": tags(noun.tags),
    }
    return resource("AWS::DynamoDB::Table", properties, {"Created": noun.created or None})


def _keys(keys: KeySchema) -> list[Json]:
    return [{"AttributeName": name, "KeyType": kind} for name, kind in keys]


def _units(units: tuple[int, int] | None) -> Json | None:
    return None if units is None else {"ReadCapacityUnits": units[0], "WriteCapacityUnits": units[1]}


def _index(index: SecondaryIndex) -> Json:
    projection: Json = {
        "ProjectionType": index.projection.kind,
        "NonKeyAttributes": some(index.projection.attributes),
    }
    made: Json = {
        "IndexName": index.name,
        "KeySchema": _keys(index.key_schema),
        "Projection": present(projection),
        "ProvisionedThroughput": _units(index.throughput),
    }
    return present(made)


def items(arn: str, held: Iterable[Item]) -> Json:
    """Cogsim::Items, in DynamoDB's own JSON."""
    return resource("Cogsim::Items", {"Table": arn, "Items": [_item(item) for item in held]})


def _item(item: Item) -> Json:
    """An item; one with a NUL character, which no template can hold, as JSON in Base64."""
    written: Json = {name: _value(value) for name, value in item.attributes.items()}
    text = json.dumps(written, sort_keys=True)
    return {"Base64": base64.b64encode(text.encode()).decode()} if "\\u0000" in text else written


def _value(value: Value) -> Json:
    kind, held = value
    match kind:
        case "L":
            return {"L": [_value(each) for each in held]}
        case "M":
            return {"M": {name: _value(each) for name, each in held.items()}}
        case "B":
            return {"B": base64.b64encode(held).decode()}
        case "BS":
            return {"BS": [base64.b64encode(each).decode() for each in held]}
        case "SS" | "NS":
            return {kind: list(held)}
        case _:
            return {kind: held}
