"""What the platform does with an app that is deployed."""
