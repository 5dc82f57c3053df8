"""Published attacks as code: each states its preconditions and plays its steps on any world.

May import `scenario` and everything below it. Start reading at `attack.py`; one file an attack stands in `library/`,
discovered, never registered by hand.
"""
