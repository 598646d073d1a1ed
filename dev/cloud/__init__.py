"""AWS on this machine, near enough to deploy to it and use what was deployed: `python -m dev.cloud`.

`aws` answers the calls of the deployment, `worker` runs a function's bundle, `gateway` answers requests as the
deployed API says.
"""
