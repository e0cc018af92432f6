"""Files become checked tables: every row read is accepted, or refused with its place."""
