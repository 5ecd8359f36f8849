"""`neural-style bench`: pairs timed in one go, in turns, beside the least time that the machine could take."""
