"""The only room that knows HTTP: routes, wire models, problems, pages."""
