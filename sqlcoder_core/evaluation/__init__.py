"""How often answers are right: suites of questions, a run over one, fuzzed databases, reports."""
