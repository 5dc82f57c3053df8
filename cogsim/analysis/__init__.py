"""Static questions about a world: who can do what, by which way, and what must never be.

May import `load`, `decisions`, `world` and below, never the running cloud. Nothing here decides: every answer is put
together from `decisions`. Start reading at `can.py`; `who.py` reads what a question calls a person or a role,
`sessions.py` walks the chain from a user to a role session, and each other file asks one question.
"""
