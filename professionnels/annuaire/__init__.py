"""Import of the national directory's public extraction: read, staged, then merged by sets."""
