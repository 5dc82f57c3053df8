"""Hypothesis strategies of OpenID Connect providers outside AWS."""

from __future__ import annotations

from hypothesis import strategies as st

from cogsim.frozen import freeze
from cogsim.persistent import Map
from cogsim.world.external_oidc import (
    ALGORITHMS,
    ISSUERS_OWN,
    PKCE,
    PRESETS,
    OidcClient,
    OidcIssuer,
    OidcUser,
    Repository,
)
from cogsim.world.world import World
from tests.generators.world_values import filled, flags, keys, lists, names, origins, texts

_uris = st.sampled_from(("https://app.example.com/cb", "myapp://cb", "http://localhost/«x»"))
_values = st.recursive(
    st.one_of(texts, flags, st.integers(-(10**9), 10**9)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(keys.filter(lambda key: key != "<<"), inner, max_size=2)
    ),
    max_leaves=4,
)


@st.composite
def oidc_issuers(draw: st.DrawFn, world: World) -> World:
    for number, preset in enumerate(draw(st.lists(st.sampled_from(tuple(PRESETS)), max_size=2, unique=True))):
        people = PRESETS[preset].people
        issuer = OidcIssuer(
            url=PRESETS[preset].url or f"https://idp{number}.example.com/tenant",
            preset=preset,
            algorithm=draw(st.sampled_from(ALGORITHMS)),
            generations=draw(st.sampled_from(((1,), (1, 2), (4,)))),
            clients=Map({name: draw(_clients(name)) for name in draw(lists(names))} if people else {}),
            users=Map({name: draw(_users(name)) for name in draw(lists(filled))} if people else {}),
            repositories=Map()
            if people
            else Map({name: draw(_repositories(name)) for name in draw(_repository_names)}),
            token_lifetime=draw(st.integers(1, 86_400)),
            reachable=draw(flags),
            origin=draw(origins),
        )
        world = world.with_oidc_issuer(issuer)
    return world


@st.composite
def _clients(draw: st.DrawFn, name: str) -> OidcClient:
    secret, pkce = draw(st.none() | filled), draw(st.sampled_from(PKCE))
    return OidcClient(name, secret, draw(lists(_uris)), pkce, draw(st.none() | names), draw(st.none() | names))


@st.composite
def _users(draw: st.DrawFn, name: str) -> OidcUser:
    claims = draw(st.dictionaries(keys.filter(lambda key: key not in ISSUERS_OWN), _values, max_size=3))
    claims.pop("<<", None)
    return OidcUser(name, f"sub of {name}", draw(st.none() | filled), freeze(claims), draw(flags), draw(flags))


_repository_names = lists(names.filter(lambda name: "_" not in name).map(lambda name: f"octo-org/{name}"), 2)


@st.composite
def _repositories(draw: st.DrawFn, name: str) -> Repository:
    visibility = draw(st.sampled_from(("public", "private", "internal")))
    return Repository(
        name, "", "77", visibility, draw(lists(names, 2)), draw(lists(names, 2)), draw(st.none() | filled)
    )
