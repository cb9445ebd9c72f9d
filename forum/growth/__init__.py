"""What is for oneself: goals, check-ins, early signs, kind words; and the wall of celebrations."""
