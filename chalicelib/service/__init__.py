"""What people do with comments: one class a topic, one method a deed; gather, decide, write, return."""
