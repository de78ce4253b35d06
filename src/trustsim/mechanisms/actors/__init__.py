"""Actors: who stands beside investors and platforms, one file a kind."""
