"""Hypothesis strategies of custom identity brokers: right ones, and ones that make every kind of mistake."""

from __future__ import annotations

from hypothesis import strategies as st

from cogsim.frozen import freeze
from cogsim.persistent import Map
from cogsim.world.broker import (
    ASSUME_ROLE,
    DEVELOPER,
    MISTAKES,
    OPERATIONS,
    Broker,
    BrokerPerson,
    BrokerRule,
)
from cogsim.world.world import World
from tests.generators.world_values import ACCOUNTS, arns, filled, flags, lists, maps, names, origins, texts

#: Texts that values go into, with words that only look like variables.
TEMPLATES = (
    "{user}",
    "{tenant}-{user}",
    "{attributes.team}",
    "{wish.folder}",
    "${aws:userid}",
    "{ }",
    "«Role»",
    "a/{B}",
)


@st.composite
def brokers(draw: st.DrawFn, world: World) -> World:
    """The world with up to two brokers."""
    for name in draw(lists(names, 2)):
        kind = draw(st.sampled_from(("user", "role")))
        mistakes = [each for each in sorted(MISTAKES) if kind == "user" or each != "long-term-keys"]
        people = {each: draw(_people(each)) for each in draw(lists(filled.filter(_is_key), 3))}
        broker = Broker(
            name=name,
            principal_arn=f"arn:aws:iam::{draw(st.sampled_from(ACCOUNTS))}:{kind}/portal",
            people=Map(people),
            rules=tuple(draw(_rules(str(number))) for number in range(draw(st.integers(1, 3)))),
            wishes=Map({"folder": draw(lists(texts))}),
            url=draw(st.sampled_from(("", "https://portal.example.com"))),
            mistakes=draw(lists(st.sampled_from(mistakes))),
            origin=draw(origins),
            mistakes_origin=draw(origins),
        )
        world = world.with_broker(broker)
    return world


def _is_key(text: str) -> bool:
    return text != "Ref"


@st.composite
def _people(draw: st.DrawFn, name: str) -> BrokerPerson:
    return BrokerPerson(name, draw(texts), draw(st.none() | texts), draw(lists(texts)), draw(flags), draw(maps()))


@st.composite
def _rules(draw: st.DrawFn, name: str) -> BrokerRule:
    operation, template = draw(st.sampled_from(OPERATIONS)), st.sampled_from(TEMPLATES)
    of_role, of_pool = operation == ASSUME_ROLE, operation == DEVELOPER
    optional, tags = st.none() | template, draw(st.dictionaries(names, template, max_size=2))
    return BrokerRule(
        name=name,
        operation=operation,
        groups=draw(lists(texts)),
        role_arn=draw(template) if of_role else None,
        identity_pool_id=draw(texts) if of_pool else None,
        provider_name=draw(texts) if of_pool else None,
        session_name=draw(template),
        duration=draw(st.none() | st.integers(900, 43200)),
        external_id=draw(st.none() | texts) if of_role else None,
        source_identity=draw(optional) if of_role else None,
        tags=Map(tags),
        transitive_tag_keys=tuple(tags) if of_role and draw(flags) else (),
        policy=None if of_pool else draw(st.none() | _policies()),
        policy_arns=() if of_pool else draw(lists(arns)),
    )


@st.composite
def _policies(draw: st.DrawFn) -> object:
    """JSON of any kind: what it means is for STS to say."""
    scalars = st.sampled_from(TEMPLATES) | texts | flags | st.none() | st.integers(-9, 99) | st.just(1.5)
    value = draw(scalars | st.lists(scalars, max_size=2) | st.dictionaries(names, scalars, max_size=2))
    return freeze({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": value}]})
