"""Pictures in, results out: reading images, finding them, writing and drawing what was found."""
