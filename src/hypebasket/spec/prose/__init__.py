"""What a file says, in plain sentences: so that its author sees what the tool understood."""
