"""The description of the model by ODD and STRESS."""
