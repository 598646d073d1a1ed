"""The command line: a door like the API, for the owner with AWS credentials in hand."""
