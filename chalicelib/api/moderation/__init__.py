"""Routes for moderators."""
