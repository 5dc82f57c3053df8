"""PartiQL statements from text to tree. # ddb:partiql"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from cogsim.decisions.dynamodb_expressions.grammar import MOST_OPERATORS, path_of
from cogsim.decisions.dynamodb_expressions.tree import (
    Action,
    And,
    Between,
    Call,
    Compare,
    Constant,
    In,
    Missing,
    Node,
    Not,
    Or,
    Path,
    Reference,
    Sum,
)
from cogsim.errors import InvalidValue
from cogsim.persistent import Map
from cogsim.world.attribute_value import Value, read_value

#: Characters of a statement, and how deep its brackets may go. # ddb:ExecuteStatement
LONGEST, _DEEPEST = 8192, 33

_GRAMMAR = r"""
?start: (select | insert | update | delete | exists) ";"?
exists: _EXISTS "(" select ")"
select: _SELECT columns _FROM source (_WHERE or_)? (_ORDER _BY order ("," order)*)?
columns: "*" -> everything | path ("," path)* -> some
order: path (ASC | DESC)?
insert: _INSERT _INTO source _VALUE mapping
update: _UPDATE source change+ _WHERE or_ returning? | _UPDATE source change+
      | _FROM source _WHERE or_ change+ returning? -> update_from
?change: _SET assignment ("," assignment)* -> sets | _REMOVE path ("," path)* -> removes
assignment: path "=" sum_
delete: _DELETE _FROM source (_WHERE or_)? returning?
returning: _RETURNING (ALL | MODIFIED) (OLD | NEW) "*"
source: word ("." word)*

?or_: and_ | or_ _OR and_ -> either
?and_: not_ | and_ _AND not_ -> both
?not_: NOT not_ -> negation | test
?test: sum_
     | sum_ (COMPARATOR | EQUAL) sum_ -> compare
     | sum_ _BETWEEN sum_ _AND sum_ -> between
     | sum_ _IN "[" sum_ ("," sum_)* "]" -> among
     | sum_ _IN "(" sum_ ("," sum_)* ")" -> among
     | sum_ _IS NOT? (MISSING | NULL) -> missing
?sum_: operand | sum_ SIGN operand -> sum
?operand: path | call | literal | "?" -> parameter | "(" or_ ")"
call: NAME "(" or_ ("," or_)* ")"
path: word ("." word | "[" INT "]")*
?word: NAME | QUOTED
?literal: STRING -> string | SIGN? NUMBER -> number | SIGN? INT -> number | TRUE -> true | FALSE -> false | NULL -> null
        | listing | mapping | members
listing: "[" [or_ ("," or_)*] "]"
members: _OPEN or_ ("," or_)* _CLOSE
mapping: "{" [pair ("," pair)*] "}"
pair: STRING ":" or_

EQUAL: "="
COMPARATOR: "<>" | "!=" | "<=" | ">=" | "<" | ">"
SIGN: "+" | "-"
_OPEN.4: "<<"
_CLOSE.4: ">>"
KEYWORDS
NAME: /[A-Za-z_][A-Za-z0-9_]*/
QUOTED: /"(?:[^"]|"")*"/
STRING: /'(?:[^']|'')*'/
NUMBER.2: /[0-9]+\.[0-9]*(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+/
INT: /[0-9]+/
COMMENT.5: /--[^\n]*/ | /\/\*(.|\n)*?\*\//
%ignore COMMENT
%ignore /[ \t\r\n]+/
"""
_KEPT = ("ASC", "DESC", "ALL", "MODIFIED", "OLD", "NEW", "NOT", "MISSING", "NULL", "TRUE", "FALSE")
_DROPPED = ("SELECT", "FROM", "WHERE", "ORDER", "BY", "INSERT", "INTO", "VALUE", "UPDATE", "SET", "REMOVE", "DELETE")
_DROPPED_TOO = ("RETURNING", "OR", "AND", "BETWEEN", "IN", "IS", "EXISTS")

_OPERATOR = re.compile(r"<>|<=|>=|!=|[=<>+-]|\b(?i:and|or|not|in|is)\b|[A-Za-z]\w*\s*\(")
#: Texts and quoted names, and comments: a comment may hold a quote, and a text what looks like a comment.
_SKIPPED = re.compile(r"(?P<text>'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\")|--[^\n]*|/\*.*?\*/", re.S)


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement: `kind` is Select, Insert, Update, Delete or Exists; `source` the table and perhaps its index.

    `columns` are a Select's paths, None for all; `order` its keys with whether they fall; `item` is an Insert's;
    `returning` what an Update or Delete gives back, such as `ALL OLD`; `from_first` tells of an Update that it is
    written with its condition before its actions.
    """

    kind: str
    source: tuple[str, ...]
    where: Node | None = None
    columns: tuple[Path, ...] | None = None
    order: tuple[tuple[Path, bool], ...] = ()
    item: Node | None = None
    actions: tuple[Action, ...] = ()
    returning: str | None = None
    from_first: bool = False


class _Growing:
    """Makes statements while lark reads: one method for each rule."""

    def everything(self, _found: list[Any]) -> None:
        return None

    def some(self, found: list[Any]) -> tuple[Path, ...]:
        return tuple(found)

    def order(self, found: list[Any]) -> tuple[str, Path, bool]:
        return "order", found[0], len(found) > 1 and found[1].type == "DESC"

    def select(self, found: list[Any]) -> Statement:
        columns, source, *rest = found
        order = tuple((each[1], each[2]) for each in rest if isinstance(each, tuple))
        where = next((each for each in rest if not isinstance(each, tuple)), None)
        return Statement("Select", source, where, columns, order)

    def exists(self, found: list[Any]) -> Statement:
        select: Statement = found[0]
        return replace(select, kind="Exists")

    def insert(self, found: list[Any]) -> Statement:
        return Statement("Insert", found[0], item=found[1])

    def update(self, found: list[Any]) -> Statement:
        actions = tuple(action for each in found[1:] if isinstance(each, list) for action in each)
        where = next((each for each in found[1:] if not isinstance(each, list | str)), None)
        returning = next((each for each in found[1:] if isinstance(each, str)), None)
        return Statement("Update", found[0], where, actions=actions, returning=returning)

    def update_from(self, found: list[Any]) -> Statement:
        source, where, *rest = found
        return replace(self.update([source, *rest]), where=where, from_first=True)

    def delete(self, found: list[Any]) -> Statement:
        where = next((each for each in found[1:] if not isinstance(each, str)), None)
        returning = next((each for each in found[1:] if isinstance(each, str)), None)
        return Statement("Delete", found[0], where, returning=returning)

    def sets(self, found: list[Any]) -> list[Action]:
        return found

    def removes(self, found: list[Any]) -> list[Action]:
        return [Action("REMOVE", path) for path in found]

    def assignment(self, found: list[Any]) -> Action:
        path, value = found
        if isinstance(value, Call) and value.name in _SET_CHANGES and value.operands[:1] == (path,):
            return Action(_SET_CHANGES[value.name], path, value.operands[-1])
        return Action("SET", path, value)

    def returning(self, found: list[Any]) -> str:
        return " ".join(str(each).upper() for each in found)

    def source(self, found: list[Any]) -> tuple[str, ...]:
        return tuple(map(_name, found))

    def either(self, found: list[Any]) -> Node:
        return Or(*found)

    def both(self, found: list[Any]) -> Node:
        return And(*found)

    def negation(self, found: list[Any]) -> Node:
        return Not(found[1])

    def compare(self, found: list[Any]) -> Node:
        operator = str(found[1])
        return Compare("<>" if operator == "!=" else operator, found[0], found[2])

    def between(self, found: list[Any]) -> Node:
        return Between(*found)

    def among(self, found: list[Any]) -> Node:
        return In(found[0], tuple(found[1:]))

    def missing(self, found: list[Any]) -> Node:
        return Missing(found[0], str(found[-1]).upper(), len(found) == 3)

    def sum(self, found: list[Any]) -> Node:
        return Sum(str(found[1]), found[0], found[2])

    def parameter(self, _found: list[Any]) -> Reference:
        return Reference("?")

    def call(self, found: list[Any]) -> Node:
        return Call(str(found[0]).lower(), tuple(found[1:]))

    def path(self, found: list[Any]) -> Path:
        return path_of([(str(each), True) if each.type == "INT" else (_name(each), False) for each in found])

    def string(self, found: list[Any]) -> Node:
        return Constant(read_value({"S": _unquoted(found[0])}))

    def number(self, found: list[Any]) -> Node:
        return Constant(read_value({"N": "".join(map(str, found)).removeprefix("+")}))

    def true(self, _found: list[Any]) -> Node:
        return Constant(Value("BOOL", True))

    def false(self, _found: list[Any]) -> Node:
        return Constant(Value("BOOL", False))

    def null(self, _found: list[Any]) -> Node:
        return Constant(Value("NULL", True))

    def listing(self, found: list[Any]) -> Node:
        return Call("[]", tuple(each for each in found if each is not None))

    def members(self, found: list[Any]) -> Node:
        return Call("<<>>", tuple(found))

    def mapping(self, found: list[Any]) -> Node:
        return Call("{}", tuple(part for pair in found if pair is not None for part in pair))

    def pair(self, found: list[Any]) -> tuple[Node, Node]:
        return Constant(Value("S", _unquoted(found[0]))), found[1]


_SET_CHANGES = {"set_add": "ADD", "set_delete": "DELETE"}


def _name(token: Any) -> str:
    text = str(token)
    return text[1:-1].replace('""', '"') if token.type == "QUOTED" else text


def _unquoted(token: Any) -> str:
    return str(token)[1:-1].replace("''", "'")


@cache
def _parser() -> Any:
    from lark import Lark

    kept = [f"{word}.3: /{word}(?![A-Za-z0-9_])/i" for word in _KEPT]
    dropped = [f"_{word}.3: /{word}(?![A-Za-z0-9_])/i" for word in (*_DROPPED, *_DROPPED_TOO)]
    grammar = _GRAMMAR.replace("KEYWORDS", "\n".join(kept + dropped))
    return Lark(grammar, parser="lalr", start="start", maybe_placeholders=False, transformer=_Growing())


def parse_statement(text: str) -> Statement:
    """The statement that the text is; InvalidValue where it is none."""
    if len(text) > LONGEST:
        raise InvalidValue("", f"Statement length exceeds {LONGEST} characters")
    found = _tree(text)
    if isinstance(found, InvalidValue):
        raise InvalidValue("", found.rule)
    return found


def uncommented(text: str) -> str:
    """The statement with a space for each comment."""
    return _SKIPPED.sub(lambda found: found["text"] or " ", text)


@lru_cache(maxsize=4096)
def _tree(text: str) -> Statement | InvalidValue:
    from lark.exceptions import UnexpectedInput

    bare = _SKIPPED.sub(lambda found: "''" if found["text"] else " ", text)
    if sum(1 for _ in _OPERATOR.finditer(bare)) > MOST_OPERATORS or _depth(bare) > _DEEPEST:
        return InvalidValue("", "Nesting Levels have exceeded supported limits")
    try:
        statement: Statement = _parser().parse(text)
    except UnexpectedInput as error:
        place = getattr(error, "pos_in_stream", None)
        at = "" if place is None else f": Unexpected token at position {place}"
        return InvalidValue("", f"Statement wasn't well formed, can't be processed{at}")
    except InvalidValue as error:
        return error
    return statement


def _depth(text: str) -> int:
    depth = most = 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        most = max(most, depth)
    return most


def literal(node: Node) -> Value:
    """The value that a literal writes, its parameters put in already; InvalidValue where it is no value."""
    match node:
        case Constant(value):
            return value
        case Call("[]", operands):
            return Value("L", tuple(map(literal, operands)))
        case Call("{}", operands):
            names = [each.value.held for each in operands[::2] if isinstance(each, Constant)]
            return Value("M", Map(dict(zip(names, map(literal, operands[1::2]), strict=True))))
        case Call("<<>>", operands):
            members = [literal(each) for each in operands]
            kinds = {member.kind for member in members}
            if len(kinds) != 1 or not kinds <= {"S", "N", "B"}:
                raise InvalidValue("", "A set holds strings, numbers or bytes, all of one type")
            return read_value({f"{kinds.pop()}S": [member.held for member in members]})
    raise InvalidValue("", "Unexpected expression in the place of a value")
