"""What a session store is: one protocol for each kind of thing that it keeps."""
