"""What a network looks at: kernels, activations, saliency, the map of its embeddings."""
