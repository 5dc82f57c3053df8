"""The pages and OAuth endpoints of a user pool's domain: service `cognito-domain`, whose answers are HTTP responses.

`visits` reads a request, `responses` writes an answer, `records` is what is remembered of browsers and codes; each
other module holds the pages of one purpose. What is allowed is asked of `decisions`, as everywhere.
"""
