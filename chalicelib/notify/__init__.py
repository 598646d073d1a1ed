"""What tells somebody outside: the only room that knows how a notice travels."""
