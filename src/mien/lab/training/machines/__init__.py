"""Devices, several processes, memory."""
