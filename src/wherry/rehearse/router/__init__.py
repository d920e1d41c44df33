"""The platform's router in front of the dynos: an HTTP front with its rules, its codes, its log."""
