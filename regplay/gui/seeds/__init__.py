"""Many seeds: what networks trained on other draws of the data have in common, and what not."""
