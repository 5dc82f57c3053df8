"""One module per command, found by its name: `who_can.py` is `cogsim who-can`. Each has a `command`.

A module here imports click and the ground floor when it is loaded, and everything else when the command runs.
"""
