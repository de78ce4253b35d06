"""What the platform tells and what leaks."""
