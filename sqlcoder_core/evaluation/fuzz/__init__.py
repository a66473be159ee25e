"""Fuzzed databases: for a base without contents, small instances that tell right SQL from nearly right."""

from sqlcoder_core.evaluation.fuzz.instances import Instances, instances_for
from sqlcoder_core.evaluation.fuzz.killing import added, kill
from sqlcoder_core.evaluation.fuzz.runners import Benches
from sqlcoder_core.evaluation.fuzz.survey import Survey, lines_of, survey

__all__ = ["Benches", "Instances", "Survey", "added", "instances_for", "kill", "lines_of", "survey"]
