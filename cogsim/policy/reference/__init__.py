"""What the policy language means, written once, to be read: AWS's own order, small functions, a citation at each rule.

May import `cogsim.policy`'s tree and inputs and the ground floor; never `compiled` or `symbolic`, which mirror it.
Start at `decide.py` (the layers), go on to `statement.py` (one statement), `principal.py`, `condition.py`, and
`operators/` (one file a family). `denial.py` words a refusal as AWS does.
"""
