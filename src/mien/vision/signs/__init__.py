"""What is visible in a face and a body: points, blendshapes, head pose, gaze, distance, words."""
