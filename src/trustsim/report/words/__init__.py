"""What the report reads from a result, and its sentences."""
