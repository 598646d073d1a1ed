"""The account's limits on Lambda, which moto lacks.  Import this before moto collects its URLs."""

import json

from moto.awslambda.responses import LambdaResponse
from moto.awslambda.urls import url_paths

CONCURRENCY = 1_000  # an account that is not new


def get_account_settings(_self: LambdaResponse) -> str:
    """GetAccountSettings: how many functions can run at once."""
    limits = {"ConcurrentExecutions": CONCURRENCY, "UnreservedConcurrentExecutions": CONCURRENCY}
    return json.dumps({"AccountLimit": limits, "AccountUsage": {}})


setattr(LambdaResponse, "get_account_settings", get_account_settings)  # noqa: B010  moto finds an operation by its name
url_paths["{0}/2016-08-19/account-settings/?$"] = LambdaResponse.dispatch
