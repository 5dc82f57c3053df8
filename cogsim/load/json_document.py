"""JSON → nodes, by a scanner of our own: places, repeated keys and surrogate pairs, which a YAML parser cannot give."""

from __future__ import annotations

import json
import re
from bisect import bisect_right

from cogsim.errors import InputError, Location
from cogsim.load.assembly import Assembly, Open
from cogsim.load.nodes import Node, Scalar

_TOKEN = re.compile(
    r'[ \t\n\r]*(?:(?P<mark>[\[\]{}:,])|"(?P<text>[^"\\\x00-\x1f]*)"|(?P<escaped>"(?:[^"\\\x00-\x1f]|\\.)*")'
    r"|(?P<plain>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![0-9a-zA-Z.])|true\b|false\b|null\b))"
)
_SPACE = re.compile(r"[ \t\n\r]*")
_SURROGATE = re.compile("[\ud800-\udfff]")

# What may come next: a value, a value or the end of an empty list, a key, a key or the end of an empty mapping, …
_VALUE, _FIRST_ITEM, _KEY, _FIRST_KEY, _COLON, _AFTER, _END = range(7)
_WANTED = (
    *("a value", "a value or ]", "a key in quotation marks", "a key or }", "a colon", "a comma or the end"),
    "the end",
)


def parse_json(
    text: str, file: str, first_line: int = 1, first_column: int = 1, repeated: list[Scalar] | None = None
) -> Node:
    """The value that `text` is; InputError with the place for anything that is not JSON (RFC 8259), for repeated keys
    and deep nesting. Places count from `first_line` and, on that line, `first_column`, for text inside another file.
    Repeated keys are collected in `repeated` where it is given.
    """
    return _Scanner(text, file, first_line, first_column, repeated).value()


class _Scanner:
    def __init__(self, text: str, file: str, first_line: int, first_column: int, repeated: list[Scalar] | None) -> None:
        self.text = text
        self.file = file
        self.first = (first_line, first_column)
        self.lines = [0, *(match.end() for match in re.finditer("\n", text))]
        self.assembly = Assembly(file, merge_keys=False, repeated=repeated)
        self.want = _VALUE

    def place(self, position: int) -> Location:
        row = bisect_right(self.lines, position) - 1
        column = position - self.lines[row] + (self.first[1] if row == 0 else 1)
        return Location(self.file, self.first[0] + row, column)

    def value(self) -> Node:
        position = 0
        while self.want != _END:
            token = _TOKEN.match(self.text, position)
            if token is None:
                raise self.fault(position)
            kind = token.lastgroup or ""
            start = token.start(kind) - (kind == "text")
            self.take(kind, token[kind], start)
            position = token.end()
        rest = _SPACE.match(self.text, position)
        if rest and rest.end() != len(self.text):
            raise InputError("not valid JSON: text after the end of the value", self.place(rest.end()))
        assert self.assembly.root is not None
        return self.assembly.root

    def fault(self, position: int) -> InputError:
        space = _SPACE.match(self.text, position)
        start = space.end() if space else position
        found = "the end of the file" if start >= len(self.text) else repr(self.text[start : start + 12])
        return InputError(f"not valid JSON: expected {_WANTED[self.want]}, found {found}", self.place(start))

    def take(self, kind: str, found: str, start: int) -> None:
        if kind == "mark":
            self.mark(found, start)
            return
        is_key = self.want in (_KEY, _FIRST_KEY)
        if self.want in (_COLON, _AFTER) or (is_key and kind == "plain"):
            raise self.fault(start)
        place = self.place(start)
        if kind == "escaped":
            found = self.unescape(found, place)
        self.assembly.add(Scalar(self.file, place.line, place.column, found, kind == "plain"))
        self.want = _COLON if is_key else self.after()

    def unescape(self, written: str, place: Location) -> str:
        try:
            text = json.loads(written)
        except json.JSONDecodeError as error:
            raise InputError(f"not valid JSON: {error.msg}", place) from None
        if "\0" in text:
            raise InputError("a NUL character", place)
        if _SURROGATE.search(text):
            raise InputError("half of a surrogate pair, which is no character", place)
        return str(text)

    def after(self) -> int:
        return _AFTER if self.assembly.stack else _END

    def mark(self, mark: str, start: int) -> None:
        stack = self.assembly.stack
        if mark in "[{" and self.want in (_VALUE, _FIRST_ITEM):
            self.assembly.begin(Open(self.place(start), is_record=mark == "{"))
            self.want = _FIRST_KEY if mark == "{" else _FIRST_ITEM
        elif mark in "]}" and self.closes(mark):
            _, node = self.assembly.end()
            self.assembly.add(node)
            self.want = self.after()
        elif mark == ":" and self.want == _COLON:
            self.want = _VALUE
        elif mark == "," and self.want == _AFTER:
            self.want = _KEY if stack[-1].is_record else _VALUE
        else:
            raise self.fault(start)

    def closes(self, mark: str) -> bool:
        stack = self.assembly.stack
        if not stack or stack[-1].is_record != (mark == "}"):
            return False
        return self.want in (_AFTER, _FIRST_KEY if mark == "}" else _FIRST_ITEM)
