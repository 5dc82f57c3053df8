"""A journal to be shown to others: calls, outcomes and times stay, what is secret is replaced by stable names.

1. What the trail would not show of a parameter is replaced, all texts in it: passwords, codes, tokens, SRP values,
   assertions, secrets, bodies. The same text gets the same name (`REDACTED-PASSWORD-1`) all through.
2. A text that was secret in one place is replaced in every other, also as part of a longer one.
3. The seed goes, since every key and code follows from it, and so do all digests, from which a short value could be
   found by trying.
4. With `people`, usernames, attributes, e-mail addresses, phone numbers and the addresses calls came from go too.
5. What is left cannot be replayed, and its first line says so. Names of IAM users, of pools and of objects stay.
"""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cogsim.aws.journal import parse
from cogsim.aws.journal_lines import as_line
from cogsim.aws.model import operation_shape
from cogsim.aws.trail.redaction import Showing, showing

NOTICE = "This is a redacted copy of a journal: it shows what happened and cannot be replayed."

#: Among the parameters of a sign-in, which are hidden as a whole, these only name somebody or something.
_NAMING = frozenset(("USERNAME", "USER_ID_FOR_SRP", "DEVICE_KEY", "DEVICE_GROUP_KEY", "PREFERRED_CHALLENGE"))
#: Members that say who somebody is, and those that hold what is known of a person: kept unless people are to go.
_PERSONAL = frozenset(("Username", "USERNAME", "USER_ID_FOR_SRP", "username", "UserSub", "IpAddress", "login_hint"))
_ABOUT = frozenset(("UserAttributes", "Csv"))
#: Members of operations of ours that hold a secret under a harmless name.
_TELLING = frozenset(("Url", "Body"))
_PERSON = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+|\+\d{7,15}\b")
#: A shorter secret is replaced where it is all of a text only: four letters are part of many a word.
_SHORTEST_PART = 5


def redacted(raw: bytes, file: str, people: bool = False) -> tuple[bytes, dict[str, int]]:
    """The shareable copy of the journal whose text is `raw`, and how many different values were replaced, by the name
    of the parameter that they stood in first. InputError where it is no journal; `file` is what errors call it."""
    journal = parse(raw, file)
    texts = raw.split(b"\n")[: len(journal.entries) + 1]
    lines = [json.loads(text) for text in texts]
    names = _Names()
    pen = _Pen(names, people)
    written = [pen.line(line) for line in lines[1:]]
    header = {
        **lines[0],
        "notice": NOTICE,
        "redacted": {"people": people},
        "seed": "redacted",
        "world": "redacted",
    }
    kept = [as_line(header), *(as_line(_each_text(line, names.scrubbed)) for line in written)]
    return b"".join(kept), dict(sorted(names.counts.items()))


class _Names:
    """The names that stand for hidden texts, in the order in which these were met."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._given: dict[str, str] = {}
        self._names: set[str] = set()
        self._index: dict[str, list[str]] = {}

    def name(self, member: str, text: str) -> str:
        """What stands for `text`, which stood in `member`."""
        if text not in self._given:
            kind = re.sub(r"\W+", "-", member) or "value"
            self.counts[kind] += 1
            self._given[text] = f"REDACTED-{kind}-{self.counts[kind]}"
            self._names.add(self._given[text])
        return self._given[text]

    def scrubbed(self, text: str) -> str:
        """`text` where nothing hidden is left in it."""
        if text in self._names:
            return text
        if text in self._given:
            return self._given[text]
        made, at = "", 0
        while at < len(text):
            found = next((each for each in self._by_opening(text, at) if text.startswith(each, at)), None)
            made += self._given[found] if found is not None else text[at]
            at += len(found) if found is not None else 1
        return made

    def _by_opening(self, text: str, at: int) -> list[str]:
        """The hidden texts that begin as `text` does from `at` on, the longest first."""
        if not self._index:
            for hidden in sorted(self._given, key=len, reverse=True):
                if len(hidden) >= _SHORTEST_PART:
                    self._index.setdefault(hidden[:_SHORTEST_PART], []).append(hidden)
        return self._index.get(text[at : at + _SHORTEST_PART], [])


class _Pen:
    """Writes the lines of a journal again without what they must not show."""

    def __init__(self, names: _Names, people: bool) -> None:
        self._names = names
        self._people = people
        self._operation = ""

    def line(self, line: Mapping[str, Any]) -> dict[str, Any]:
        """A line that reads as a journal's does."""
        if "call" not in line:
            return dict(line)
        self._operation = line["call"]
        shape = operation_shape(self._operation).model.input_shape
        made = {name: value for name, value in line.items() if name != "derived"}
        made["params"] = self._value("", shape, line["params"], hide=False)
        made["as"] = self._signer(line.get("as"))
        made["answer"] = {**line["answer"], "outline": "", "digest": ""}
        if self._people and "source_ip" in line["from"]:
            hidden = self._names.name("source_ip", line["from"]["source_ip"])
            made["from"] = {**line["from"], "source_ip": hidden}
        return made

    def _signer(self, signer: Any) -> Any:
        if not (isinstance(signer, dict) and isinstance(signer.get("keys"), dict)):
            return signer
        keys = signer["keys"]
        return {"keys": {name: self._value(name, None, keys[name], hide=name != "access_key_id") for name in keys}}

    def _value(self, name: str, shape: Any, value: Any, hide: bool) -> Any:
        if isinstance(value, str):
            return self._text(name, value, hide)
        if isinstance(value, list):
            return [self._value(name, getattr(shape, "member", None), item, hide) for item in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1 and next(iter(value)).startswith("$"):
            return self._marked(name, shape, value, hide)
        return {key: self._member(key, shape, inner, hide) for key, inner in value.items()}

    def _member(self, name: str, shape: Any, value: Any, hide: bool) -> Any:
        within = getattr(shape, "members", None) or {}
        inner = within.get(name) or getattr(shape, "value", None)
        if name in _ABOUT:
            return self._value(name, None, value, hide=True) if self._people else self._kept(value)
        if name in _PERSONAL:
            return self._value(name, None, value, hide=self._people)
        if hide:
            return self._value(name, inner, value, name not in _NAMING)
        secret = inner is None or showing(self._operation, name, inner) is not Showing.SHOW or name in _TELLING
        return self._value(name, inner, value, secret)

    def _kept(self, value: Any) -> Any:
        """What is known of a person, as it stands, but for what answers held."""
        match value:
            case {"$from": [line, path, *_]}:
                return {"$from": [line, path]}
            case dict():
                return {key: self._kept(inner) for key, inner in value.items()}
            case list():
                return [self._kept(item) for item in value]
        return value

    def _marked(self, name: str, shape: Any, value: dict[str, Any], hide: bool) -> Any:
        match value:
            case {"$from": [line, path, *_]}:
                return {"$from": [line, path]}
            case {"$message": dict() as message} if self._people:
                return {"$message": {**message, "to": self._names.name("to", message["to"])}}
            case {"$joined": list() as parts}:
                return {"$joined": [self._value(name, None, part, hide) for part in parts]}
            case {"$bytes": str() as text} if hide:
                return {"$bytes": base64.b64encode(self._names.name(name, text).encode()).decode()}
            case {"$map": list() as pairs}:
                return {"$map": [[key, self._member(key, shape, inner, hide)] for key, inner in pairs]}
        return value

    def _text(self, name: str, text: str, hide: bool) -> str:
        if hide and text:
            return self._names.name(name, text)
        if self._people:
            if name in _PERSONAL:
                return self._names.name(name, text)
            return _PERSON.sub(lambda found: self._names.name("contact", found[0]), text)
        return text


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    """`value` with every text in it changed, but the words of the journal itself."""
    if isinstance(value, dict):
        return dict(_changed(value, change))
    if isinstance(value, list):
        return [_each_text(item, change) for item in value]
    return change(value) if isinstance(value, str) else value


def _changed(value: dict[str, Any], change: Callable[[str], str]) -> Iterator[tuple[str, Any]]:
    for key, inner in value.items():
        keep = key in ("call", "answer", "$from", "$bytes", "purpose", "at", "advance")
        yield key, inner if keep else _each_text(inner, change)
