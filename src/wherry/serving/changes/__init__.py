"""Models that are added, swapped, labelled and retired while they are served, in every process."""
