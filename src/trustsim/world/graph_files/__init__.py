"""Network files: who is linked to whom, as many formats write it, read into one form with the line of what is wrong."""
