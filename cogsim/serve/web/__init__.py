"""The cloud as browsers and OAuth clients meet it: pages of pool domains, discovery, key sets, providers outside AWS.

Every request that changes something is an operation through the door; what only reads may read the world. Start at
`routes.py`. Nothing here decides: an operation's answer becomes HTML, a redirect or JSON, and addresses of the world
become such as the client can reach (`serve.address`).
"""
