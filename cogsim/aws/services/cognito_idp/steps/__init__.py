"""The challenges of a sign-in, one module each: how it is asked, and how its answer is judged.

`flow` goes from one to the next; `table` knows them by name. A challenge never decides about security by itself: it
asks `decisions`.
"""
