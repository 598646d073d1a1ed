"""Cryptography: keys derived from the site's secret, signed values, form tokens and proof of work."""
