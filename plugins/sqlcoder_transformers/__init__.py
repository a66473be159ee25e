"""Models of the transformers library on torch: beams over one shared prompt, 8- and 4-bit weights, LoRA adapters."""
