"""Export: a run becomes one model file, refused when torch and ONNX differ."""
