"""Words and sentences in both languages; no code here."""
