"""The policy language, fast: the answers of the reference without its reasons, from generated Python.

May import `cogsim.policy`'s tree and inputs and the ground floor; never `reference` or `symbolic`. Start at `stack.py`
(`compile`, which callers reach as `cogsim.policy.compile`), go on to `program.py` (the layers of one action as one
function), `resources.py`, `conditions.py`, and `globs.py`. `tests/differential` holds both readings to one meaning.
No text of a document becomes source: `source.py` names every constant.
"""
