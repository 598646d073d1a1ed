"""Pages for readers without JavaScript."""
