"""What anybody may try in a world of many tenants, as steps of a scenario: requests for data, and words on oneself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

Step = dict[str, Any]
Steps = list[Step]
EITHER = {"decision": "either"}


@dataclass(frozen=True)
class Ground:
    """Where moves are made: whom they may be made by, the words that tenants go by there, how data are named, and the
    roles that there are. `broker` says that people come through one and not through a user pool."""

    actors: tuple[str, ...]
    tenants: tuple[str, ...]
    key: str = "%s/plan.txt"
    partition: str = "%s#orders"
    roles: tuple[str, ...] = ()
    broker: bool = False


def _call(operation: str, who: str | None, save: str | None = None, **params: Any) -> Step:
    signed = {"as": f"${who}"} if who is not None else {}
    saved = {"save": save} if save is not None else {}
    return {"call": operation, **signed, "with": params, **saved, "expect": EITHER}


def _s3(ground: Ground, who: str) -> st.SearchStrategy[Step]:
    tenants = st.sampled_from(ground.tenants)
    keys = tenants.map(lambda tenant: ground.key % tenant)
    head = ground.key.partition("%s")[0]
    prefixes = st.one_of(st.just(head), tenants.map(lambda t: f"{head}{t}"), tenants.map(lambda t: f"{head}{t}/"))

    def on(operation: str, **more: Any) -> st.SearchStrategy[Step]:
        return keys.map(lambda key: _call(f"s3:{operation}", who, Bucket="$Documents", Key=key, **more))

    listings = st.tuples(st.sampled_from(("ListObjectsV2", "ListObjects", "ListObjectVersions")), prefixes).map(
        lambda drawn: _call(f"s3:{drawn[0]}", who, Bucket="$Documents", Prefix=drawn[1])
    )
    folders = prefixes.map(lambda each: _call("s3:ListObjectsV2", who, Bucket="$Documents", Prefix=each, Delimiter="/"))
    copies = st.tuples(keys, keys).map(
        lambda pair: _call("s3:CopyObject", who, Bucket="$Documents", Key=pair[0], CopySource=f"$(Documents)/{pair[1]}")
    )
    reads = (on("GetObject"), on("HeadObject"), on("GetObjectTagging"), listings, folders, copies)
    return st.one_of(*reads, on("PutObject", Body="written"), on("DeleteObject"))


def _dynamodb(ground: Ground, who: str) -> st.SearchStrategy[Step]:
    partitions = st.sampled_from(ground.tenants).map(lambda tenant: ground.partition % tenant)
    keys = partitions.map(lambda owner: {"owner": {"S": owner}, "number": {"N": "1"}})
    table = {"TableName": "$Records"}

    def call(operation: str, **params: Any) -> Step:
        return _call(f"dynamodb:{operation}", who, **params)

    amount = {"ProjectionExpression": "amount"}
    searches = (
        partitions.map(
            lambda owner: call(
                "Query",
                **table,
                KeyConditionExpression="#o = :o",
                ExpressionAttributeNames={"#o": "owner"},
                ExpressionAttributeValues={":o": {"S": owner}},
            )
        ),
        st.sampled_from(({}, amount, {"Select": "COUNT"}, {"Limit": 1})).map(lambda how: call("Scan", **table, **how)),
        st.sampled_from(("open", "paid")).map(
            lambda status: call(
                "Query",
                **table,
                IndexName="by-status",
                KeyConditionExpression="#s = :s",
                ExpressionAttributeNames={"#s": "status"},
                ExpressionAttributeValues={":s": {"S": status}},
            )
        ),
        st.just(call("Scan", **table, IndexName="by-status")),
    )
    singles = (
        keys.map(lambda key: call("GetItem", **table, Key=key, **amount)),
        keys.map(lambda key: call("PutItem", **table, Item={**key, "amount": {"N": "0"}}, ReturnValues="ALL_OLD")),
        keys.map(lambda key: call("DeleteItem", **table, Key=key)),
        keys.map(
            lambda key: call(
                "UpdateItem",
                **table,
                Key=key,
                UpdateExpression="SET seen = :y",
                ExpressionAttributeValues={":y": {"S": "yes"}},
                ReturnValues="ALL_NEW",
            )
        ),
    )
    several = st.lists(keys, min_size=1, max_size=2, unique_by=lambda key: key["owner"]["S"])
    batches = (
        several.map(lambda found: call("BatchGetItem", RequestItems={"records": {"Keys": found}})),
        several.map(
            lambda found: call("TransactGetItems", TransactItems=[{"Get": {**table, "Key": key}} for key in found])
        ),
        several.map(
            lambda found: call(
                "TransactWriteItems",
                TransactItems=[
                    {"ConditionCheck": {**table, "Key": key, "ConditionExpression": "attribute_not_exists(number)"}}
                    for key in found
                ],
            )
        ),
        several.map(
            lambda found: call(
                "BatchWriteItem", RequestItems={"records": [{"DeleteRequest": {"Key": key}} for key in found]}
            )
        ),
    )
    statements = st.one_of(
        partitions.map(lambda owner: ("""SELECT amount FROM "records" WHERE owner = ?""", [{"S": owner}])),
        st.just(("""SELECT * FROM "records" WHERE amount > 0""", None)),
        st.just(("""SELECT * FROM "records"."by-status" WHERE status = 'open'""", None)),
        partitions.map(lambda owner: ("""DELETE FROM "records" WHERE owner = ? AND number = 1""", [{"S": owner}])),
    ).map(lambda drawn: call("ExecuteStatement", Statement=drawn[0], **({"Parameters": drawn[1]} if drawn[1] else {})))
    return st.one_of(*searches, *singles, *batches, statements)


def data(ground: Ground, who: str) -> st.SearchStrategy[Step]:
    """One request for data, of whomever."""
    return st.one_of(_s3(ground, who), _dynamodb(ground, who))


def _again(person: str) -> Steps:
    return [
        {"refresh": {"as": person}, "expect": EITHER},
        {"credentials": {"as": person, "identity_pool": "$Identities"}, "expect": EITHER},
    ]


def _words(ground: Ground, who: str) -> st.SearchStrategy[Steps]:
    """Somebody says of themselves what they like, and comes again; or a stranger signs up."""
    claims = st.dictionaries(st.sampled_from(("custom:tenant", "profile")), st.sampled_from(ground.tenants), max_size=2)
    written = st.tuples(st.sampled_from(("custom:tenant", "profile")), st.sampled_from(ground.tenants)).map(
        lambda drawn: [
            _call(
                "cognito-idp:UpdateUserAttributes",
                None,
                AccessToken=f"${who}.AccessToken",
                UserAttributes=[{"Name": drawn[0], "Value": drawn[1]}],
            ),
            *_again(who),
        ]
    )
    strangers = st.tuples(st.sampled_from(ground.tenants), claims, data(ground, "mallory")).map(
        lambda drawn: [
            {
                "sign_up": {
                    "as": "mallory",
                    "username": drawn[0],
                    "client": "$App",
                    "password": "Anything-goes-1",
                    **({"attributes": drawn[1]} if drawn[1] else {}),
                },
                "expect": EITHER,
            },
            {
                "sign_in": {
                    "as": "mallory",
                    "username": drawn[0],
                    "client": "$App",
                    "password": "Anything-goes-1",
                    "identity_pool": "$Identities",
                },
                "expect": EITHER,
            },
            drawn[2],
        ]
    )
    return st.one_of(written, strangers)


def _datasets(ground: Ground, who: str) -> st.SearchStrategy[Steps]:
    """Somebody keeps a tenant's name in a dataset, of their own identity or of another's, and comes again."""

    def kept(whose: str, tenant: str) -> Steps:
        place = {"IdentityPoolId": "$Identities", "IdentityId": f"${whose}.IdentityId", "DatasetName": "self"}
        patch = {"Op": "replace", "Key": "tenant", "Value": tenant, "SyncCount": 0}
        return [
            _call("cognito-sync:ListRecords", who, "kept", **place),
            _call(
                "cognito-sync:UpdateRecords",
                who,
                **place,
                SyncSessionToken="$kept.SyncSessionToken",
                RecordPatches=[patch],
            ),
            *_again(who),
        ]

    drawn = st.tuples(st.sampled_from(ground.actors), st.sampled_from(ground.tenants))
    return drawn.map(lambda each: kept(*each))


def _roles(ground: Ground, who: str) -> st.SearchStrategy[Steps]:
    """A role of one's own choice: by the basic flow, or asked for by name."""
    logins = {"$Users.ProviderName": f"${who}.IdToken"}
    mine = {"IdentityId": f"${who}.IdentityId", "Logins": logins}

    def basic(role: str, then: Step) -> Steps:
        return [
            _call("cognito-identity:GetOpenIdToken", None, "opened", **mine),
            _call(
                "sts:AssumeRoleWithWebIdentity",
                None,
                "taken",
                RoleArn=f"${role}.Arn",
                RoleSessionName=role,
                WebIdentityToken="$opened.Token",
            ),
            then,
        ]

    def named(role: str, then: Step) -> Steps:
        asked = {**mine, "CustomRoleArn": f"${role}.Arn"}
        return [_call("cognito-identity:GetCredentialsForIdentity", None, "taken", **asked), then]

    drawn = st.tuples(st.sampled_from((basic, named)), st.sampled_from(ground.roles), data(ground, "taken"))
    return drawn.map(lambda each: each[0](each[1], each[2]))


def _wishes(ground: Ground, who: str) -> st.SearchStrategy[Steps]:
    """A client says to the broker what it likes."""
    views = st.sampled_from(("drafts", "*", '*", "arn:aws:s3:::documents-111122223333/*'))
    wishes = st.one_of(
        st.just({}),
        st.sampled_from(ground.tenants).map(lambda tenant: {"tenant": tenant}),
        st.sampled_from(ground.actors).map(lambda name: {"session_name": name}),
        views.map(lambda view: {"rule": "view", "view": view}),
    )
    return st.tuples(wishes, data(ground, "other")).map(
        lambda drawn: [
            {"broker": {"as": who, "broker": "$Portal", "wishes": drawn[0]}, "save": "other", "expect": EITHER},
            drawn[1],
        ]
    )


def beginning(ground: Ground) -> Steps:
    """Everybody comes in."""
    if ground.broker:
        return [{"broker": {"as": who, "broker": "$Portal"}} for who in ground.actors]
    app = {"client": "$App", "identity_pool": "$Identities"}
    return [{"sign_in": {"as": who, **app}, "expect": EITHER} for who in ground.actors]


def moves(ground: Ground, most: int = 8) -> st.SearchStrategy[Steps]:
    """Some moves of anybody's, after `beginning`."""

    def of(who: str) -> st.SearchStrategy[Steps]:
        requests = data(ground, who).map(lambda step: [step])
        if ground.broker:
            return st.one_of(requests, _wishes(ground, who))
        own: list[Callable[[Ground, str], st.SearchStrategy[Steps]]] = [
            _words,
            _datasets,
            *([_roles] if ground.roles else []),
        ]
        return st.one_of(requests, *(each(ground, who) for each in own))

    each = st.sampled_from(ground.actors).flatmap(of)
    return st.lists(each, min_size=1, max_size=most).map(lambda found: [step for steps in found for step in steps])
