"""A staging run on the developer's own machine, under the limits of the chosen platform."""
