"""The tabs of the page beside Explain: differential, reports, queries, what there is to know."""
