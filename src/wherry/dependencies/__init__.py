"""What a project installs: wheels, and which of TensorFlow's go together with what."""
