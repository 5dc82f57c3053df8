"""The command line: parses, calls, prints; one file per command in `commands/`.

May import everything, and does so inside the functions that need it, so that `cogsim --version` answers at once. Data
goes to standard output, everything else to standard error. Start reading at `__main__.py` (`main`, exit codes).
"""
