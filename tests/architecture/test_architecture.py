"""The structure of the code, held by machine: sizes, docstrings, citations, bans, and where files may be opened."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from cogsim.assumptions import all_assumptions
from cogsim.sources import all_sources

PACKAGE = Path(__file__).resolve().parents[2] / "cogsim"
FILES = sorted(path for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)
PACKAGES = {
    name: [path for path in FILES if path.relative_to(PACKAGE).parts[0] == name]
    for name in sorted({path.relative_to(PACKAGE).parts[0] for path in FILES})
}

LONGEST_FILE = 400
LONGEST_FUNCTION = 50

#: Files that may read or write other files; everything else is given what it needs.
MAY_OPEN_FILES = (
    *("load/", "report/", "scenario/", "cli/", "serve/durable/", "serve/certificates.py"),
    *("aws/journal", "aws/model.py", "sources.py", "assumptions.py"),
)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def each_file(function: Callable[[Path], None]) -> Callable[[str], None]:
    """One test for each package, which tells every file that does not hold: a test for each file takes a minute."""

    @pytest.mark.parametrize("package", PACKAGES)
    def held(package: str) -> None:
        faults = {str(path.relative_to(PACKAGE)): _fault(function, path) for path in PACKAGES[package]}
        assert {name: fault for name, fault in faults.items() if fault is not None} == {}

    held.__name__, held.__doc__ = function.__name__, function.__doc__
    return held


def _fault(function: Callable[[Path], None], path: Path) -> str | None:
    try:
        function(path)
    except AssertionError as fault:
        return str(fault)
    return None


@each_file
def test_a_file_holds_one_idea(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


@each_file
def test_a_function_fits_on_a_screen(path: Path) -> None:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno + 1 <= LONGEST_FUNCTION, (
                f"{path.name}:{node.lineno} {node.name}"
            )


@each_file
def test_every_module_opens_with_a_sentence(path: Path) -> None:
    docstring = ast.get_docstring(tree(path))
    assert docstring, "a module says what it is"
    opening = re.sub(r"\s*# \S+:[^\n]*$", "", docstring.split("\n\n")[0].rstrip())
    assert opening.endswith((".", ":", "?")), docstring.splitlines()[0]


def test_every_folder_of_code_is_a_package() -> None:
    folders = {path.parent for path in FILES}
    assert [folder for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


@each_file
def test_every_public_name_says_what_it_is(path: Path) -> None:
    """Public functions and classes of a module carry a docstring; handlers are described by AWS's own operation."""
    for node in tree(path).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            trivial = isinstance(node, ast.FunctionDef) and len(node.body) == 1
            enum = isinstance(node, ast.ClassDef) and any("Enum" in ast.dump(base) for base in node.bases)
            protocol = isinstance(node, ast.ClassDef) and any("Protocol" in ast.dump(base) for base in node.bases)
            handler = isinstance(node, ast.FunctionDef) and bool(node.decorator_list)
            if not (trivial or enum or protocol or handler):
                assert ast.get_docstring(node), f"{path.name}:{node.lineno} {node.name} has no docstring"


@each_file
def test_no_module_is_a_drawer_for_leftovers(path: Path) -> None:
    assert path.stem not in {"utils", "util", "common", "core", "base", "manager", "helpers", "misc"}


_CITATION = re.compile(
    r"(?<![\w/:.-])((?:ug|org|vpc|s3|ddb|kms|idp|ci|sts|iam|cfn|ct|apigw|rfc|saml|oidc):[A-Za-z0-9._-]+)"
)


@each_file
def test_every_cited_source_resolves(path: Path) -> None:
    """`# ug:variables §no-value` in comments and docstrings, and the `source` of every Step written as a literal."""
    known = all_sources()
    text = path.read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        if "#" in line:
            for cited in _CITATION.findall(line.split("#", 1)[1]):
                assert cited in known, f"{path.name}:{number} cites {cited}"
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Step":
            for keyword in node.keywords:
                if keyword.arg == "source" and isinstance(keyword.value, ast.Constant) and keyword.value.value:
                    assert str(keyword.value.value).split("§")[0] in known, f"{path.name}:{node.lineno}"


def test_every_source_is_cited_somewhere() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in FILES)
    text += (PACKAGE / "assumptions.toml").read_text(encoding="utf-8")
    cases = PACKAGE.parent / "tests" / "cases"
    text += "".join(path.read_text(encoding="utf-8") for path in sorted(cases.glob("*.yaml")))
    assert [name for name in all_sources() if name not in text] == []


def test_every_assumption_is_used_and_has_its_default_among_its_choices() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in FILES)
    for name, assumption in all_assumptions().items():
        assert assumption.default in assumption.choices, name
        assert len(assumption.choices) > 1, f"{name}: a single choice is no assumption"
        assert name in text, f"{name} is read nowhere"


_BANNED = {
    *(("time", "time"), ("time", "monotonic"), ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today")),
    *(("date", "today"), ("uuid", "uuid4"), ("uuid", "uuid1"), ("os", "urandom"), ("os", "getrandom")),
}


@each_file
def test_time_and_randomness_come_from_the_clock_and_from_entropy(path: Path) -> None:
    if path == PACKAGE / "serve" / "machine.py":  # the one room with a window
        return
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            assert (node.value.id, node.attr) not in _BANNED, f"{path.name}:{node.lineno}"
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
            assert not {"random", "secrets"} & set(names), f"{path.name}:{node.lineno}"


@each_file
def test_only_some_rooms_have_a_door_to_the_file_system(path: Path) -> None:
    if str(path.relative_to(PACKAGE)).startswith(MAY_OPEN_FILES):
        return
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            reads = {
                "read_text",
                "read_bytes",
                "write_text",
                "write_bytes",
                "unlink",
                "mkdir",
                "rename",
                "replace_file",
            }
            assert called not in reads, f"{path.name}:{node.lineno}"
            assert not (isinstance(node.func, ast.Name) and called == "open"), f"{path.name}:{node.lineno}"


@each_file
def test_heavy_libraries_are_imported_where_they_are_used(path: Path) -> None:
    heavy = {"botocore", "boto3", "pandas", "networkx", "matplotlib", "jinja2", "z3", "cvc5", "IPython"}
    for node in tree(path).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            roots = {alias.name.split(".")[0] for alias in node.names if isinstance(node, ast.Import)}
            roots |= {(node.module or "").split(".")[0]} if isinstance(node, ast.ImportFrom) else set()
            assert not roots & heavy, f"{path.name}:{node.lineno}"


@each_file
def test_nothing_unfinished_is_left_behind(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\b(TODO|FIXME|XXX|NotImplementedError)\b", text)


def test_immutables_maps_are_reached_through_the_sorted_view_only() -> None:
    users = [path for path in FILES if "immutables" in path.read_text(encoding="utf-8")]
    assert users == [PACKAGE / "persistent.py"]
