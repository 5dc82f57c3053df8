"""What generated worlds are made of: names, texts, keys, instants, origins."""

from __future__ import annotations

from hypothesis import strategies as st

from cogsim.persistent import Map
from cogsim.world.origin import NOWHERE, Origin

ACCOUNTS = ("012345678901", "123456789012")
REGIONS = ("us-east-1", "eu-central-1")

names = st.text("abcXYZ019-_", min_size=1, max_size=12)
#: Any text that a file can hold, with what a loader might misread drawn often.
texts = st.one_of(
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20),
    st.sampled_from(
        ("OFF", "yes", "null", "~", "010", "1.50", "${self:custom.x}", "${aws:username}", "a ${file(x)} b", "«x»", "🔑")
    ),
)
filled = texts.filter(bool)
#: Keys of a user's own; those that CloudFormation takes for functions cannot be written.
keys = st.one_of(names, st.sampled_from(("<<", "a.b", "custom:tenant", "é ü", "on"))).filter(lambda key: key != "Ref")
flags = st.booleans()
instants = st.one_of(st.just(0.0), st.floats(0, 4e9, allow_nan=False), st.integers(0, 4_000_000_000).map(float))
origins = st.one_of(
    st.just(NOWHERE),
    st.builds(Origin, st.sampled_from(("stack", "other")), st.sampled_from(("Main", "Extra", "Third"))),
)


def lists(of: st.SearchStrategy[str], most: int = 3) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(of, max_size=most, unique=True).map(tuple)


def maps(values: st.SearchStrategy[str] = texts) -> st.SearchStrategy[Map[str, str]]:
    return st.dictionaries(keys, values, max_size=3).map(Map)


arns = st.sampled_from(("arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::123456789012:policy/p", "«Arn»"))
