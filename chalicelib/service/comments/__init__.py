"""What authors do: submit, edit, withdraw, erase."""
