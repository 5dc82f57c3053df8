"""Parties outside AWS that sign and send: they reach the cloud through its door and hold only what they were given.

May import `aws`, `decisions`, `world`, `tokens` and the ground floor, never `lint` or `analysis`. Start reading at
`app.py`, the application a person signs in with.
"""
