"""How money and assets move, and what can be read off a balance sheet."""
