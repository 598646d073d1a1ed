"""Notifications to people and caches outside the service: best effort, and only after the change is stored."""
