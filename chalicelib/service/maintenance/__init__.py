"""Scheduled tasks, and how they go on where they stopped."""
