"""Who broadcasts."""
