"""Backups of the table: export and restore."""
