"""Evidence into sentences that cite it, each verified; and reports checked against image and graph."""
