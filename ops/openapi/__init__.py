"""The API's description: the OpenAPI document and the reference, made from the endpoints."""
