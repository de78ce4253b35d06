"""Agent-based simulation of trust crises on money platforms."""
