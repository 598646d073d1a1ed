"""Channels that deliver notifications to people."""
