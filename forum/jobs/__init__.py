"""Work after the response: schedules, sweeps, and the nudge to screening workers."""
