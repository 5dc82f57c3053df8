"""The live cloud behind HTTP: an ASGI application and the server that runs it.

Start reading at `app.py` (what becomes of a request), then `reading.py` (what is refused before anybody looks at it),
`own.py` (the endpoints under /_cogsim) and `server.py` (sockets, time limits, the end).
"""
