"""The DynamoDB layer: the table, its schema and keys, writes and their conditions."""
