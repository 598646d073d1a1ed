"""HTTP: routes, schemas, errors and pages.  No other package knows it."""
