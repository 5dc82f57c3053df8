"""The compiled reading by itself: what it keeps, what it never does with a document's text, and how it grows."""

from __future__ import annotations

import builtins
import time
from dataclasses import replace
from typing import Any

import pytest

from cogsim import policy
from cogsim.assumptions import assuming
from cogsim.errors import NotModelled
from cogsim.policy import compile
from cogsim.policy.compiled import source, stack
from cogsim.policy.compiled.globs import fits, linear
from cogsim.policy.compiled.stack import Compiled
from cogsim.policy.compiled.switches import switches
from cogsim.policy.compiled.tokens import Variable, Wild, tokens
from cogsim.policy.document import Condition, Operator, PolicyKind
from cogsim.policy.layers import Layers, NamedPolicy, Result
from cogsim.policy.parse import parse
from cogsim.policy.request import Context, Principal, PrincipalKind, Request, Values

ACCOUNT = "111122223333"
USER = Principal(PrincipalKind.USER, f"arn:aws:iam::{ACCOUNT}:user/u", ACCOUNT)
GET = Request(USER, "s3:GetObject", "arn:aws:s3:::b/k", ACCOUNT)


def identity(resource: object = "*", version: str = "2012-10-17", **more: Any) -> Layers:
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": resource, **more}
    document = {"Version": version, "Statement": statement}
    return Layers(identity=(NamedPolicy("p", parse(document, PolicyKind.IDENTITY, saved=True)),))


def answer(layers: Layers, **asked: Any) -> Result:
    return compile(layers).effect(replace(GET, **asked))


def test_the_package_offers_it_under_one_name() -> None:
    assert policy.compile is stack.compile
    assert builtins.compile is not stack.compile


def test_equal_layers_share_one_compiled_form_and_other_switches_have_their_own() -> None:
    assert compile(identity()) is compile(identity())
    with assuming({"policy.shortArn": "no-match"}):
        other = compile(identity("arn:aws:s3"))
        assert other.effect(GET) is Result.IMPLICITLY_DENIED
    assert compile(identity("arn:aws:s3")) is not other
    assert other.effect(replace(GET, action="s3:Other")) is Result.IMPLICITLY_DENIED, (
        "made later, under the switches of then"
    )


def test_a_caller_of_the_same_arn_is_not_taken_for_another() -> None:
    layers = Layers(scps=(), identity=identity().identity, session=())
    session = Principal(PrincipalKind.ROLE_SESSION, f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s", ACCOUNT, "r1")
    named = {
        "Statement": {
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/r"},
        }
    }
    layers = replace(layers, resource=NamedPolicy("b", parse(named, PolicyKind.RESOURCE)), session=None)
    compiled = compile(layers)
    for entity, expected in (("x", Result.ALLOWED), ("r", Result.EXPLICITLY_DENIED), ("x", Result.ALLOWED)):
        caller = replace(session, entity=f"arn:aws:iam::{ACCOUNT}:role/{entity}")
        assert compiled.effect(replace(GET, principal=caller)) is expected


def test_an_operator_that_aws_lacks_is_named() -> None:
    layers = identity(Condition={"StringEquals": {"k": "v"}})
    policy = layers.identity[0].policy
    odd = replace(policy.statements[0], conditions=(Condition(Operator("StringSounds"), "k", ("v",)),))
    broken = replace(layers, identity=(NamedPolicy("p", replace(policy, statements=(odd,))),))
    with pytest.raises(NotModelled, match="StringSounds"):
        answer(broken)


HOSTILE = (
    '"); raise SystemExit #',
    "k0",
    "__import__('os')",
    "{r}",
    "\\",
    "'''",
    "\n    return k0",
    "${aws:username}",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_document_becomes_source(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []

    def kept(body: str) -> Any:
        written.append(body)
        return builtins.compile(body, "<policy>", "exec")

    monkeypatch.setattr(source, "_code", kept)
    mark = f"hostile{text}"
    layers = identity(
        [
            f"arn:aws:s3:::b/{mark}",
            f"arn:aws:s3:::b/*{mark}?",
            f"arn:aws:s3:::${{{mark.replace('$', '').replace('{', '').replace('}', '')}}}/*",
        ],
        Sid=mark,
        Condition={"StringLike": {mark: [mark, f"{mark}*"]}, "ArnLike": {mark: mark}, "Null": {mark: "true"}},
    )
    Compiled(layers, switches()).effect(GET)
    assert written
    assert all("hostile" not in body for body in written)


def test_equal_shapes_are_compiled_once() -> None:
    before = source._code.cache_info().misses
    for name in ("a", "b", "c"):
        answer(identity(f"arn:aws:s3:::{name}/shape/*"))
    assert source._code.cache_info().misses <= before + 1


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack, "MOST", 5)
    compiled = Compiled(identity("arn:aws:s3:::b/*"), switches())
    for number in range(50):
        caller = replace(USER, arn=f"arn:aws:iam::{ACCOUNT}:user/u{number}")
        asked = replace(GET, principal=caller, action=f"s3:Get{number}")
        assert compiled.effect(asked) is Result.ALLOWED
    assert len(compiled._callers) <= 5
    assert all(len(answers) <= 5 for pair in compiled._answers.values() for answers in pair[1:])


def test_a_hundred_unknown_actions_need_one_function() -> None:
    compiled = Compiled(identity(), switches())
    for number in range(100):
        compiled.effect(replace(GET, action=f"x:Act{number}"))
    assert len(compiled._made) == 1


# Patterns


@pytest.mark.parametrize("pattern", ["*a*a*a*a*b", "*?a*?a*?a*?b", "*" * 30 + "b", "*a" * 40 + "b"])
def test_no_pattern_backtracks_exponentially(pattern: str) -> None:
    """Twice the text costs at most four times: quadratic at worst, where a naive matcher never ends."""
    written = tokens(pattern, variables=False, wildcards=True)
    expression = linear(written)
    layers = identity([f"arn:aws:s3:::{pattern}", f"arn:aws:*:*:*:{pattern}"])

    def seconds(length: int) -> float:
        text = "a" * length
        begin = time.perf_counter()
        for _ in range(3):
            assert expression.fullmatch(text) is None
            assert not fits(written, text)
            assert answer(layers, resource=f"arn:aws:s3:::{text}") is Result.IMPLICITLY_DENIED
        return time.perf_counter() - begin

    seconds(2_000)
    short, long = min(seconds(2_000) for _ in range(3)), min(seconds(8_000) for _ in range(3))
    assert long < 40 * short + 0.05, "sixteen times for a quadratic matcher"


def test_a_pattern_is_taken_apart_into_literals_wildcards_and_variables() -> None:
    assert tokens("a*${K, 'd'}«*»${*}b?", variables=True, wildcards=True) == (
        "a", Wild.RUN, Variable("k", "d"), "«*»*b", Wild.ONE,
    )  # fmt: skip
    assert tokens("a*${k}", variables=False, wildcards=False) == ("a*${k}",)


def test_a_missing_variable_names_nothing_and_a_list_is_missing() -> None:
    layers = identity("arn:aws:s3:::b/${t}*")
    assert answer(layers, context=Context({"t": "k"})) is Result.ALLOWED
    assert answer(layers) is Result.IMPLICITLY_DENIED
    assert answer(layers, context=Context({"t": ["k"]})) is Result.IMPLICITLY_DENIED
    several = Context({"t": Values(("k", "k"))})
    assert answer(layers, context=several) is Result.IMPLICITLY_DENIED
    assert (
        answer(identity("arn:aws:s3:::b/${t}*", "2008-10-17"), context=Context({"t": "k"})) is Result.IMPLICITLY_DENIED
    )
