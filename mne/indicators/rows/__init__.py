"""Row sets."""
