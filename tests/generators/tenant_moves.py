"""What anybody may try in a world of many tenants, as steps of a scenario: requests for data, and words on oneself."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from tests.generators.tenant_requests import EITHER, Ground, Requests, Steps, call, data, one_kind


def _again(person: str) -> Steps:
    return [
        {"refresh": {"as": person}, "expect": EITHER},
        {"credentials": {"as": person, "identity_pool": "$Identities"}, "expect": EITHER},
    ]


def _words(ground: Ground, who: str) -> Requests:
    """Somebody says of themselves what they like, and comes again; or a stranger signs up."""
    claims = st.dictionaries(st.sampled_from(("custom:tenant", "profile")), st.sampled_from(ground.tenants), max_size=2)
    written = st.tuples(st.sampled_from(("custom:tenant", "profile")), st.sampled_from(ground.tenants)).map(
        lambda drawn: [
            call(
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
            *drawn[2],
        ]
    )
    return one_kind(written, strangers)


def _datasets(ground: Ground, who: str) -> Requests:
    """Somebody keeps a tenant's name in a dataset, of their own identity or of another's, and comes again."""

    def kept(whose: str, tenant: str) -> Steps:
        place = {"IdentityPoolId": "$Identities", "IdentityId": f"${whose}.IdentityId", "DatasetName": "self"}
        patch = {"Op": "replace", "Key": "tenant", "Value": tenant, "SyncCount": 0}
        return [
            call("cognito-sync:ListRecords", who, "kept", **place),
            call(
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


def _roles(ground: Ground, who: str) -> Requests:
    """A role of one's own choice: by the basic flow, or asked for by name."""
    logins = {"$Users.ProviderName": f"${who}.IdToken"}
    mine = {"IdentityId": f"${who}.IdentityId", "Logins": logins}

    def basic(role: str, then: Steps) -> Steps:
        return [
            call("cognito-identity:GetOpenIdToken", None, "opened", **mine),
            call(
                "sts:AssumeRoleWithWebIdentity",
                None,
                "taken",
                RoleArn=f"${role}.Arn",
                RoleSessionName=role,
                WebIdentityToken="$opened.Token",
            ),
            *then,
        ]

    def named(role: str, then: Steps) -> Steps:
        asked = {**mine, "CustomRoleArn": f"${role}.Arn"}
        return [call("cognito-identity:GetCredentialsForIdentity", None, "taken", **asked), *then]

    drawn = st.tuples(st.sampled_from((basic, named)), st.sampled_from(ground.roles), data(ground, "taken"))
    return drawn.map(lambda each: each[0](each[1], each[2]))


def _wishes(ground: Ground, who: str) -> Requests:
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
            *drawn[1],
        ]
    )


def beginning(ground: Ground) -> Steps:
    """Everybody comes in."""
    if ground.broker:
        return [{"broker": {"as": who, "broker": "$Portal"}} for who in ground.actors]
    app = {"client": "$App", "identity_pool": "$Identities"}
    return [{"sign_in": {"as": who, **app}, "expect": EITHER} for who in ground.actors]


def moves(ground: Ground, most: int = 8) -> Requests:
    """Some moves of anybody's, after `beginning`."""

    def of(who: str) -> Requests:
        requests = data(ground, who)
        if ground.broker:
            return one_kind(requests, _wishes(ground, who))
        own: list[Callable[[Ground, str], Requests]] = [
            _words,
            _datasets,
            *([_roles] if ground.roles else []),
        ]
        return one_kind(requests, *(each(ground, who) for each in own))

    each = st.sampled_from(ground.actors).flatmap(of)
    return st.lists(each, min_size=1, max_size=most).map(lambda found: [step for steps in found for step in steps])
