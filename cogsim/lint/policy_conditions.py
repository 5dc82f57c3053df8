"""The `Condition` element of a draft: operators, keys and values, with the faults of their form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cogsim.errors import suggest
from cogsim.lint.policy_draft import Test, Word
from cogsim.load.nodes import Node, Record, Scalar, Series
from cogsim.policy import grammar
from cogsim.policy.document import Operator, Qualifier
from cogsim.policy.malformed import Path

if TYPE_CHECKING:
    from cogsim.lint.policy_reader import Reader


def read_conditions(reader: Reader, node: Node, path: Path) -> tuple[Test, ...]:
    """The tests of a statement, in the order written."""
    if not isinstance(node, Record):
        reader.mismatch(node, path, "an object")
        return ()
    if not node.entries:
        reader.fault("EMPTY_OBJECT_CONDITION", node, path, "The condition is empty and always holds.", "remove it")
    return tuple(test for name, value in node for test in _operator(reader, node.key(name), value, (*path, name)))


def _operator(reader: Reader, key: Scalar, node: Node, path: Path) -> Iterator[Test]:
    written = Word(key.text, key.location, path)
    operator = grammar.operator(key.text, exact=True)
    if operator is None:
        _unknown(reader, written)
    if not isinstance(node, Record):
        reader.mismatch(node, path, "an object of condition keys")
        return
    if not node.entries:
        reader.fault("EMPTY_OBJECT_CONDITION", node, path, f"{key.text} tests no key and always holds.", "remove it")
    seen: dict[str, str] = {}
    for name, values in node:
        word = Word(name, node.key(name).location, (*path, name))
        first = seen.setdefault(name.casefold(), name)
        if first != name:
            message = f"{name} and {first} are the same key: the case of a key does not count."
            reader.faults.append(word.finding("DUPLICATE_KEYS_WITH_DIFFERENT_CASE", message, f"remove {name}"))
        yield _test(reader, written, operator, word, values)


def _unknown(reader: Reader, written: Word) -> None:
    folded = written.text.casefold().rpartition(":")[2]
    if folded == "nullifexists":
        message = "Null asks itself whether the key is there, so it takes no IfExists."
        reader.faults.append(written.finding("NULL_WITH_IF_EXISTS", message, "Null"))
        return
    spelled = grammar.operator(written.text)
    near = str(spelled) if spelled else _near(written.text)
    message = f"There is no condition operator {written.text!r}."
    reader.faults.append(written.finding("INVALID_CONDITION_OPERATOR", message, near or ""))


def _near(text: str) -> str | None:
    prefix, colon, name = text.rpartition(":")
    if_exists = "IfExists" if name.casefold().endswith("ifexists") else ""
    found = suggest(name[: -len(if_exists)] if if_exists else name, grammar.OPERATORS)
    qualifier = suggest(prefix, [each.value for each in Qualifier]) if colon else None
    return f"{qualifier}:{found}{if_exists}" if found and qualifier else f"{found}{if_exists}" if found else None


def _test(reader: Reader, written: Word, operator: Operator | None, key: Word, node: Node) -> Test:
    listed = isinstance(node, Series)
    items = node.items if isinstance(node, Series) else (node,)
    words = []
    for number, item in enumerate(items):
        path = (*key.path, number) if listed else key.path
        word = reader.scalar(item, path)
        if word is None:
            reader.mismatch(item, path, "a text, a number or a truth value")
        else:
            words.append(word)
    if listed and not items:
        _empty(reader, operator, key)
    return Test(written, operator, key, tuple(words), listed)


def _empty(reader: Reader, operator: Operator | None, key: Word) -> None:
    fix = f'"Null": {{"{key.text}": "true"}}'
    if operator is not None and operator.qualifier is Qualifier.FOR_ALL:
        message = f"ForAllValues over no values holds only where {key.text} is absent."
        reader.faults.append(key.finding("EMPTY_ARRAY_CONDITION_FORALLVALUES", message, fix))
    elif operator is not None and operator.qualifier is Qualifier.FOR_ANY:
        message = f"ForAnyValue over no values never holds, whatever {key.text} is."
        reader.faults.append(key.finding("EMPTY_ARRAY_CONDITION_FORANYVALUE", message))
    elif operator is not None and operator.if_exists:
        message = f"With no values, IfExists holds only where {key.text} is absent."
        reader.faults.append(key.finding("EMPTY_ARRAY_CONDITION_IFEXISTS", message, fix))
    else:
        message = f"{key.text} is compared with no value."
        reader.faults.append(key.finding("EMPTY_ARRAY_CONDITION", message))
