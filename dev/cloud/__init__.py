"""AWS on this machine, near enough to deploy to it and use what was deployed: `python -m dev.cloud`.

`aws` is the account that a deployment talks to; `worker` runs a function's bundle under AWS's own runtime client
(`runtime_api` is what that talks to), `functions` all that are deployed; `gateway` answers requests as the
`deployed` API says, with `events` as the real one makes them; `cloud` is all of it together.
"""
