"""Stories about a world: steps through the one door, what they should give, and questions asked at the end.

May import `simulation` and everything below it; only `load.py` reads files. Start reading at `document.py` (what a
scenario says), then `references.py` (`$names`) and `run.py` (`run`, `Run`).
"""
