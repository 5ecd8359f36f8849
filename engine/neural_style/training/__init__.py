"""Trains a transformer network for one painting: Johnson et al. 2016, with an option that trains for stability."""
