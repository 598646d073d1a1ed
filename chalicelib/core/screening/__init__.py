"""What the rules find in a draft, and the verdict."""
