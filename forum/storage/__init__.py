"""The database: engines, column types, ids, encrypted columns, inventory, backup and moves."""
