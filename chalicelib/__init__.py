"""Afterword: comments under a blog's posts, held until a moderator approves them.

Imports run one way: ``api, events, cli -> service -> store, notify -> core``; ``runtime`` builds the
objects and is seen by the doors only; ``settings`` alone reads the environment.
"""
