"""Screening of drafts by rules: publish, hold, spam or refuse."""
