"""What people decide: queue, claims, decisions, conversation, reports, appeals, log, numbers."""
