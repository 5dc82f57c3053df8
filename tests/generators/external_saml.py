"""Hypothesis strategies of SAML providers outside AWS, with directories, receivers and claim rules."""

from __future__ import annotations

from hypothesis import strategies as st

from cogsim.persistent import Map
from cogsim.world.external_saml import (
    BUILT_IN_ATTRIBUTES,
    NAME_ID_FORMATS,
    PERSISTENT,
    SIGNED_PARTS,
    TRANSIENT,
    AdFs,
    ClaimRule,
    DirectoryUser,
    NameIdRule,
    RelyingParty,
    SigningCertificate,
)
from cogsim.world.world import World
from tests.generators.world_values import filled, flags, instants, keys, lists, names, origins, texts

_ATTRIBUTES = st.one_of(st.sampled_from(BUILT_IN_ATTRIBUTES), names)


@st.composite
def _users(draw: st.DrawFn, name: str) -> DirectoryUser:
    own = keys.filter(lambda key: key not in BUILT_IN_ATTRIBUTES)
    values = st.lists(texts, max_size=3).map(tuple)
    return DirectoryUser(
        upn=f"{name}@example.com",
        name=draw(texts),
        sid=draw(filled),
        password=draw(filled),
        groups=draw(lists(filled)),
        attributes=Map(draw(st.dictionaries(own, values, max_size=2))),
        enabled=draw(flags),
    )


@st.composite
def claim_rules(draw: st.DrawFn) -> ClaimRule:
    """A rule of each kind."""
    claim, attribute = draw(filled), draw(_ATTRIBUTES)
    kinds = (
        ClaimRule(claim, value=draw(texts)),
        ClaimRule(claim, attribute),
        ClaimRule(claim, attribute, matches="^a(b+)"),
        ClaimRule(claim, attribute, matches=r"AWS-(\d{12})-(\w+)", replacement="$1:$2,\\x"),
    )
    return draw(st.sampled_from(kinds))


@st.composite
def _parties(draw: st.DrawFn, identifier: str) -> RelyingParty:
    form = draw(st.sampled_from(sorted(NAME_ID_FORMATS.values())))
    derived = form in (PERSISTENT, TRANSIENT) and draw(flags)
    return RelyingParty(
        identifier=identifier,
        endpoints=draw(st.lists(filled, min_size=1, max_size=2, unique=True).map(tuple)),
        name_id=NameIdRule(form, None if derived else draw(_ATTRIBUTES)),
        rules=draw(st.lists(claim_rules(), max_size=3).map(tuple)),
        sign=draw(st.sampled_from(SIGNED_PARTS)),
        lifetime=draw(st.integers(1, 86400)),
        session_lifetime=draw(st.none() | st.integers(1, 86400)),
        encryption_certificate=draw(st.none() | filled),
        signing_certificates=draw(lists(filled)),
        signed_requests=draw(flags),
        idp_initiated=draw(flags),
        origin=draw(origins),
    )


@st.composite
def ad_fs(draw: st.DrawFn, world: World) -> World:
    """One or two providers; their names are few, for each has a key to be made."""
    for host in draw(st.lists(st.sampled_from(("adfs.example.com", "sts.example.org")), min_size=1, unique=True)):
        generations = draw(st.lists(st.integers(1, 2), min_size=1, unique=True))
        provider = AdFs(
            entity_id=f"http://{host}/adfs/services/trust",
            base_url=f"https://{host}",
            certificates=tuple(SigningCertificate(each, draw(instants)) for each in generations),
            origin=draw(origins),
        )
        for name in draw(st.sets(st.sampled_from("abc"))):
            provider = provider.with_user(draw(_users(name)))
        for identifier in draw(lists(filled, 2)):
            provider = provider.with_party(draw(_parties(identifier)))
        world = world.with_ad_fs(provider)
    return world
