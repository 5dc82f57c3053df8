"""The attacks, one file each, named by their id in the catalogue with underscores.

May import what `cogsim.attacks` may. A file here defines one value of `Attack` called `ATTACK`.
"""
