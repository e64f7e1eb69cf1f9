"""Finding faces: the contract, the detectors and which there are."""
