"""Engine-neutral decoding over tree sessions: beam search, sampling, constraints, prefix reuse. Needs numpy, no engine."""
