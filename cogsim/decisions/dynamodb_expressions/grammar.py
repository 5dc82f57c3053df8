"""Expressions from text to tree, by a grammar; what is not an expression is refused in DynamoDB's words.

A text is parsed once and remembered: the tree depends on nothing else. # ddb:expressions
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

from cogsim.decisions.dynamodb_expressions.tree import (
    Action,
    And,
    Between,
    Call,
    Compare,
    In,
    Node,
    Not,
    Or,
    Path,
    Reference,
    Sum,
)
from cogsim.errors import InvalidValue

#: Bytes of an expression, and operators in it. # ddb:constraints §expression-parameters
LONGEST, MOST_OPERATORS = 4096, 300
#: Steps of a document path, and what a position in a list may be.
_DEEPEST, _LAST_POSITION, _LONGEST_POSITION = 32, 2**31 - 1, 10

_GRAMMAR = r"""
condition: or_
?or_: and_ | or_ _OR and_ -> either
?and_: not_ | and_ _AND not_ -> both
?not_: _NOT not_ -> negation | test
?test: operand
     | operand COMPARATOR operand -> compare
     | operand _BETWEEN operand _AND operand -> between
     | operand _IN "(" operand ("," operand)* ")" -> among
?operand: path | value | call | "(" or_ ")" -> parens

projection: path ("," path)*

update: section+
section: _SET assignment ("," assignment)* -> set_section
       | _REMOVE path ("," path)* -> remove_section
       | _ADD path value ("," path value)* -> add_section
       | _DELETE path value ("," path value)* -> delete_section
assignment: path "=" sum_
?sum_: term | term SIGN term -> sum
?term: path | value | term_call | "(" sum_ ")" -> parens
term_call: NAME "(" term ("," term)* ")" -> call

path: (NAME | ALIAS) ("." (NAME | ALIAS) | "[" INDEX "]")*
value: VALUE
call: NAME "(" operand ("," operand)* ")"

COMPARATOR: "=" | "<>" | "<=" | ">=" | "<" | ">"
SIGN: "+" | "-"
_AND.2: /and(?![A-Za-z0-9_])/i
_OR.2: /or(?![A-Za-z0-9_])/i
_NOT.2: /not(?![A-Za-z0-9_])/i
_BETWEEN.2: /between(?![A-Za-z0-9_])/i
_IN.2: /in(?![A-Za-z0-9_])/i
_SET.2: /set(?![A-Za-z0-9_])/i
_REMOVE.2: /remove(?![A-Za-z0-9_])/i
_ADD.2: /add(?![A-Za-z0-9_])/i
_DELETE.2: /delete(?![A-Za-z0-9_])/i
NAME: /[A-Za-z][A-Za-z0-9_]*/
ALIAS: /#[A-Za-z0-9_]+/
VALUE: /:[A-Za-z0-9_]+/
INDEX: /[0-9]+/
%ignore /[ \t\r\n\f]+/
"""

_TOKEN = re.compile(r"[A-Za-z][A-Za-z0-9_]*|[0-9]+|#[A-Za-z0-9_]+|:[A-Za-z0-9_]+|<>|<=|>=|\S")
#: An operator or a function; the `and` of a BETWEEN stands for its BETWEEN.
_OPERATOR = re.compile(r"<>|<=|>=|[=<>+-]|(?<![#:\w])(?i:and|or|not|in)\b|[A-Za-z]\w*\s*\(")


def path_of(steps: list[tuple[str, bool]]) -> Path:
    """The path of names and positions, the latter marked; InvalidValue where it is deeper than documents are, or a list
    has no such position."""
    if len(steps) > _DEEPEST:
        raise InvalidValue("", f"The document path has too many nesting levels; nesting levels: {len(steps)}")
    for text, is_position in steps:
        if is_position and (len(text) > _LONGEST_POSITION or int(text) > _LAST_POSITION):
            raise InvalidValue("", f"List index is not within the allowable range; index: [{text}]")
    return Path(tuple(int(text) if is_position else text for text, is_position in steps))


class _Parens:
    """What stood in parentheses; whoever takes it up takes what is inside."""

    __slots__ = ("inner",)

    def __init__(self, inner: Node) -> None:
        self.inner = inner


class _Redundant(Exception):
    """Parentheses stand directly in parentheses."""


def _bare(found: Any) -> Any:
    return found.inner if isinstance(found, _Parens) else found


class _Growing:
    """Makes trees while lark reads, which it does without recursion: one method for each rule."""

    def condition(self, found: list[Any]) -> Node:
        node: Node = _bare(found[0])
        return node

    def either(self, found: list[Any]) -> Node:
        return Or(_bare(found[0]), _bare(found[1]))

    def both(self, found: list[Any]) -> Node:
        return And(_bare(found[0]), _bare(found[1]))

    def negation(self, found: list[Any]) -> Node:
        return Not(_bare(found[0]))

    def compare(self, found: list[Any]) -> Node:
        return Compare(str(found[1]), _bare(found[0]), _bare(found[2]))

    def between(self, found: list[Any]) -> Node:
        return Between(*map(_bare, found))

    def among(self, found: list[Any]) -> Node:
        return In(_bare(found[0]), tuple(map(_bare, found[1:])))

    def parens(self, found: list[Any]) -> _Parens:
        if isinstance(found[0], _Parens):
            raise _Redundant
        return _Parens(found[0])

    def path(self, found: list[Any]) -> Path:
        return path_of([(str(each), each.type == "INDEX") for each in found])

    def value(self, found: list[Any]) -> Reference:
        return Reference(str(found[0]))

    def call(self, found: list[Any]) -> Node:
        return Call(str(found[0]), tuple(map(_bare, found[1:])))

    def sum(self, found: list[Any]) -> Node:
        return Sum(str(found[1]), _bare(found[0]), _bare(found[2]))

    def projection(self, found: list[Any]) -> tuple[Path, ...]:
        return tuple(found)

    def assignment(self, found: list[Any]) -> Action:
        return Action("SET", found[0], _bare(found[1]))

    def set_section(self, found: list[Any]) -> tuple[str, tuple[Action, ...]]:
        return "SET", tuple(found)

    def remove_section(self, found: list[Any]) -> tuple[str, tuple[Action, ...]]:
        return "REMOVE", tuple(Action("REMOVE", path) for path in found)

    def add_section(self, found: list[Any]) -> tuple[str, tuple[Action, ...]]:
        return "ADD", _pairs("ADD", found)

    def delete_section(self, found: list[Any]) -> tuple[str, tuple[Action, ...]]:
        return "DELETE", _pairs("DELETE", found)

    def update(self, found: list[Any]) -> tuple[Action, ...]:
        names = [name for name, _ in found]
        for name in names:
            if names.count(name) > 1:
                raise InvalidValue("", f'The "{name}" section can only be used once in an update expression;')
        return tuple(action for _, actions in found for action in actions)


def _pairs(section: str, found: list[Any]) -> tuple[Action, ...]:
    return tuple(Action(section, path, value) for path, value in zip(found[::2], found[1::2], strict=True))


@cache
def _parser(start: str) -> Any:
    from lark import Lark

    return Lark(_GRAMMAR, parser="lalr", start=start, maybe_placeholders=False, transformer=_Growing())


def parse_condition(kind: str, text: str) -> Node:
    """A condition, filter or key condition expression; `kind` is its parameter's name, for what is said of it."""
    tree: Node = _parsed("condition", kind, text)
    return tree


def parse_projection(kind: str, text: str) -> tuple[Path, ...]:
    """The paths of a projection expression."""
    paths: tuple[Path, ...] = _parsed("projection", kind, text)
    return paths


def parse_update(kind: str, text: str) -> tuple[Action, ...]:
    """The actions of an update expression."""
    actions: tuple[Action, ...] = _parsed("update", kind, text)
    return actions


def _parsed(start: str, kind: str, text: str) -> Any:
    if not text.strip():
        raise InvalidValue("", f"Invalid {kind}: The expression can not be empty;")
    if len(text.encode("utf-8", "replace")) > LONGEST:
        raise InvalidValue("", f"Invalid {kind}: Expression size has exceeded the maximum allowed size;")
    found = _tree(start, text)
    if isinstance(found, InvalidValue):
        raise InvalidValue("", f"Invalid {kind}: {found.rule}")
    return found


@lru_cache(maxsize=4096)
def _tree(start: str, text: str) -> Any:
    """What the text means, or the InvalidValue that says why it means nothing."""
    from lark.exceptions import UnexpectedInput

    operators = sum(1 for _ in _OPERATOR.finditer(text))
    if operators > MOST_OPERATORS:
        return InvalidValue("", f"The expression contains too many operators; operator count: {operators}")
    try:
        found = _parser(start).parse(text)
        # An operand alone is no condition: what it is compared with is missing.
        return _syntax_error(text, None) if isinstance(found, Path | Reference) else found
    except UnexpectedInput as error:
        at_end = getattr(getattr(error, "token", None), "type", "") == "$END"
        return _syntax_error(text, None if at_end else error.pos_in_stream)
    except _Redundant:
        return InvalidValue("", "The expression has redundant parentheses;")
    except InvalidValue as error:
        return error


def _syntax_error(text: str, position: int | None) -> InvalidValue:
    """The token that does not fit, between its neighbours as they were written."""
    tokens = list(_TOKEN.finditer(text))
    at = next((number for number, token in enumerate(tokens) if position is not None and token.end() > position), None)
    if at is None or position is None or position < 0:
        near = text[tokens[-1].start() :] if tokens else ""
        return InvalidValue("", f'Syntax error; token: "<EOF>", near: "{near}"')
    first, last = tokens[max(at - 1, 0)], tokens[min(at + 1, len(tokens) - 1)]
    return InvalidValue("", f'Syntax error; token: "{tokens[at][0]}", near: "{text[first.start() : last.end()]}"')
