"""The service on one's own machine: a local server, the engine it stores in, demo pages and their comments.

`engine` is run by the engine's own interpreter and imports nothing from here; `engine_process` starts it;
`server` is the door; `seeding` fills the demo; `run` puts them together.
"""
