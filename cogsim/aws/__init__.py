"""The running cloud: one door, `Cloud.submit`, and the services behind it.

May import `decisions`, `world`, `policy`, `tokens`, `load` and the ground floor, never `lint` or `analysis`: a run must
not depend on an analysis. Start reading at `cloud.py`; a service's operations stand in `services/<service>/<flow>.py`,
one small function each.
"""
