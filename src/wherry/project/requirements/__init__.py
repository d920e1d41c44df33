"""What a project asks to be installed, in every form that people write it."""
