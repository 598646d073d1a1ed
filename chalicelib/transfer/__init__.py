"""Readers and writers of files; the command line's alone, never imported by ``app.py``."""
