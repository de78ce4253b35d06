"""What strikes from outside. Each file: one shock, its settings and what it does on which day."""
