"""Measuring: statistics with intervals, recordings, the resource sampler."""
