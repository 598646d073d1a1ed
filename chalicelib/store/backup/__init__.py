"""Everything that a backup holds, read from the table and written into one."""
