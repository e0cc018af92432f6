"""What an edition makes of its lists of health-insurance cards: duplicates counted, costed, traced to how cards are issued, decided by people."""
