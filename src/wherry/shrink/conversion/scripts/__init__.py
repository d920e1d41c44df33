"""What runs inside throw-away environments; on the module path there, a package here."""
