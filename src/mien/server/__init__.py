"""The server: pictures and camera frames in over HTTP and WebSocket, expressions out."""
