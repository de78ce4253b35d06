"""Groups of presets of platforms, investors and the world, one file a group."""
