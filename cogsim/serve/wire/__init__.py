"""AWS's protocols from the server's side, driven by botocore's models: JSON, query, REST-JSON and REST-XML.

botocore has serializers for clients' requests and parsers for servers' answers; here are their counterparts, and tests
hold each pair together. Nothing here decides anything: a request becomes a call, an outcome a response.
"""
