"""The simulated cloud as clients meet it: requests on the wire read and answered, boto3 in the same process.

May import everything below it; nothing imports it but the command line. Start reading at `wire/exchange.py` (one
request), then `live.py` (a cloud that many ask), `http/` (sockets), `web/` (pages) and `durable/` (what survives).
"""
