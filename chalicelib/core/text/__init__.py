"""Text that people type: cleaned, and rendered as HTML."""
