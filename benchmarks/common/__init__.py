"""What several of the scripts beside this folder use."""
