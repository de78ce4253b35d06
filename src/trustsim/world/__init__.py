"""WHAT exists: investors, accounts, platforms, the network and the ledger, as arrays."""
