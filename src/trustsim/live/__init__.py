"""One run to watch on Mesa's page, for teaching: the network by trust, sliders, play and step (extra ``[live]``)."""
