"""Pictures and the live camera over HTTP and WebSocket."""
