"""The condition operators, one file a family; `table.py` has them all by name. May import `match` and the ground floor.

An operator compares one value of the request with one value of the policy; how several values, set operators, IfExists
and absent keys combine is `condition.py`'s.
"""
