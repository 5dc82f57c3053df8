"""Requests to APIs of API Gateway and AppSync: what guards a route is asked of `cogsim.decisions`, what answers is a
backend. Start with `invoke`; `graphql` has AppSync."""
