"""The OpenAPI document and the API reference, generated from the endpoints."""
