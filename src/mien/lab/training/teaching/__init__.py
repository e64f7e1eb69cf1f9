"""What a network is told: targets, teachers, mixed images."""
