"""What moderators do with comments: decide, undo, reply, edit."""
