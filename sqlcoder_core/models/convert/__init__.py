"""Models from one format to another: safetensors, GGUF, ONNX; adapters merged, numbers made smaller; without torch."""
