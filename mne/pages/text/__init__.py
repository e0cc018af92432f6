"""Texts of the chapters, both languages side by side; no digits, no code."""
