"""The service on this machine: a local server, a DynamoDB engine, and demo pages with comments.

`engine` runs in an interpreter of its own and imports nothing from here; `engine_process` starts it; `server` and
`gateway` serve HTTP; `seeding` fills the demo; `run` starts everything; `cloud` simulates AWS.
"""
