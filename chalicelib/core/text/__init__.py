"""What people type, cleaned and rendered."""
