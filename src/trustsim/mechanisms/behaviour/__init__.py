"""How investors feel, believe and choose. Each file: settings, and the weights that they give to the account pass."""
