"""Pages as HTML: one template for all, filled in with what a page shows; everything that is filled in is escaped."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment


@dataclass(frozen=True, slots=True)
class Field:
    """A field to fill in. `choices` are (value, words): one of them is chosen; `hint` stands under the label."""

    name: str
    label: str
    type: str = "text"
    autocomplete: str = "off"
    value: str = ""
    hint: str = ""
    numeric: bool = False
    required: bool = True
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """A form: where it is posted, what goes back as it is, what is asked, and what its button says."""

    action: str
    button: str
    hidden: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class Screen:
    """What a page shows: heading, whose page it is, an error, paragraphs, ways to other providers, the form, a secret
    to copy, a second form of one button, and links. Links are (words, address)."""

    heading: str
    site: str = ""
    error: str | None = None
    told: tuple[str, ...] = ()
    providers: tuple[tuple[str, str], ...] = ()
    secret: str | None = field(default=None, repr=False)
    form: Form | None = None
    again: Form | None = None
    links: tuple[tuple[str, str], ...] = ()
    #: Where the codes that were sent can be read.
    mailbox: str | None = None


def render(screen: Screen) -> str:
    """The page."""
    from markupsafe import Markup

    return _templates().get_template("page.html").render(screen=screen, style=Markup(_style())) + "\n"


@cache
def style_hash() -> str:
    """The hash by which the page's policy knows its one style sheet."""
    return f"sha256-{base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()}"


@cache
def _style() -> str:
    return _templates().get_template("style.css").render()


@cache
def _templates() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("cogsim.serve.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
