"""The page's drawings: SVG that takes its colours and font from the page."""
