"""Phones in the same network: a certificate, the address, and its code to scan."""
