"""The policy language read with open ends: what must be true of the parts of a request that are not known.

May import `cogsim.policy`'s tree and inputs and the ground floor; never `reference` or `compiled`, against which it is
tested. Start at `open_keys.py` (a request whose condition keys are partly open), go on to `atoms.py` (what can be asked
of an open key), `conditions.py` and `chain.py` (the language's rules over formulas), and `normal.py` (one form for
equal formulas, by way of `diagram.py`).
"""
