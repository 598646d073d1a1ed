"""DynamoDB itself: the table, its schema and keys, writes and their conditions."""
