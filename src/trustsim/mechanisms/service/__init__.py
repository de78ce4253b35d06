"""How the platform serves its clients."""
