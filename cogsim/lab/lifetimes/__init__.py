"""How long access goes on after something happened: events, ways of access, and the second at which each one ends.

Start reading at `lifetimes.py`. Everything is replayed through the door of a forked simulation.
"""
