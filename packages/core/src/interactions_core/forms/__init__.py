"""Other forms of a request that was refused: each changes the wire, never the list."""
