"""A simulated AWS on this machine, complete enough to deploy to it and to use the result: `python -m dev.cloud`.

`aws` is the account that a deployment calls; `worker` runs a function's bundle under AWS's own runtime client, which
calls `runtime_api`; `functions` runs all deployed functions, with the `permissions` of their roles; `gateway` serves
the `deployed` API, with the `events` of the real one; `edge` is CloudFront with function URLs; `cloud` combines them.
"""
