"""GGUF models on llama.cpp, with the beam search that it lacks."""
