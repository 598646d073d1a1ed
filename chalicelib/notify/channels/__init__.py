"""Ways to reach people outside the service."""
