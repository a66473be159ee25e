"""Frozen data that passes between steps; standard library only."""
