"""Heights from harmonic constituents: (amplitude in m, speed in degrees an hour, phase)."""

import math

CONSTITUENTS = {
    "brest": [(2.05, 28.984, 109.5), (0.75, 30.0, 148.0), (0.42, 28.4397, 89.8)],
    "hook": [(0.79, 28.984, 62.9), (0.19, 30.0, 119.6), (0.12, 28.4397, 44.1)],
}


def height_m(place: str, hours: float) -> float:
    return sum(a * math.cos(math.radians(s * hours - p)) for a, s, p in CONSTITUENTS[place])
