"""ONNX models on ONNX Runtime: fast on CPUs, CUDA and CoreML where there are."""
