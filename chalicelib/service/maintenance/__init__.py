"""The scheduled tasks, and the checkpoints from which they continue."""
