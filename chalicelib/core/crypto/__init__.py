"""Keys derived from the site's secret, and what is signed or sealed with them."""
