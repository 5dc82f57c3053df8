"""Values → HTML, Markdown, JSON and pictures. Decides nothing: it shows what analyses and runs have answered.

May import everything but `serve` and `cli`. Start reading at `audit.py`, which writes the whole report of a world;
`layout.py` places the nodes of a graph, `pictures.py` and `mermaid.py` draw it.
"""
