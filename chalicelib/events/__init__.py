"""Entry points for events that are not HTTP requests."""
