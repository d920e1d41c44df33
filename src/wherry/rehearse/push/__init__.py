"""What a push would take along, in a folder of its own."""
