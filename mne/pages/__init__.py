"""Results become pages: texts, tables, figures, execution of notebooks. Nothing is computed here."""
