"""Files → World: every value with the line it stands at, every error with its place, and a completeness statement.

May import `decisions`, `world`, `policy`, `tokens` and the ground floor; reads files, decides nothing. Start reading at
`detect.py` (`load`), then `nodes.py` (what a file holds before it means anything) and `cloudformation/`.
"""

from cogsim.load.detect import load

__all__ = ["load"]
