"""Experiment, datasets, population, training: numpy and torch, no Qt."""
