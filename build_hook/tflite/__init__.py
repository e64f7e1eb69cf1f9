"""TFLite files as ONNX: the operations that the files in ``sources.py`` use, no others."""
