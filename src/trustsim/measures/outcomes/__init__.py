"""One number for a run and variant: each outcome is a function of what has finished, registered, in a file by theme.

NaN says that an outcome does not apply to a run: the time to a failure that did not happen.
"""
