"""Work by the clock: schedules, sweeps, signs of life, and the nudge to workers."""
