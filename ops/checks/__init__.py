"""The doctor's checks: of the AWS account, and of the service's URL."""
