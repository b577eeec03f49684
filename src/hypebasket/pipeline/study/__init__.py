"""The event study: from a run's sessions, members and events to abnormal returns, tests, an answer and its page."""
