"""What every room uses: payloads, clock, ids, models, errors and refusals with sources."""
