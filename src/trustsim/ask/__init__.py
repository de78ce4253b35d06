"""The front door: what a question to a scenario gives back, and how it is asked."""
