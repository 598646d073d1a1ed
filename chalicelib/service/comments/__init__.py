"""What authors do with their comments: submit, edit, withdraw, erase."""
