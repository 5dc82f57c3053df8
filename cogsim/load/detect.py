"""`load`: files of the kinds cogsim knows → one world."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cogsim.errors import InputError
from cogsim.load.cloudformation.build import build
from cogsim.load.cloudformation.fragment import Fragment, fragments_of
from cogsim.load.cloudformation.notes import Notes
from cogsim.load.files import read_document
from cogsim.world.world import World


def load(*paths: str | Path) -> World:
    """The world that the files describe together: CloudFormation templates, fragments of them, serverless.yml files.

    Files that name the same partition, account, region and stack (`Metadata: {cogsim: …}`) form one stack. The world's
    `completeness` says what was read, what was not, and what stayed unresolved. Raises InputError with file, line and
    column, and a suggestion where a known word is near.
    """
    if not paths:
        raise InputError("no file to load a world from")
    notes = Notes()
    fragments: list[Fragment] = []
    for path in paths:
        fragments += fragments_of(read_document(Path(path)), notes)
    return replace(build(fragments, notes), files=tuple(map(str, paths)))
