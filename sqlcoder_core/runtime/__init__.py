"""A model runtime and a prompter as a proposer, and the choice of one by the hardware."""
