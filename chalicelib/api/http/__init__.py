"""HTTP: requests, parsing, endpoints, problems, pagination."""
