"""What runs on the dyno's side of the wall: it imports the standard library and itself alone."""
