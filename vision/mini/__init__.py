"""The bundled encoder: framing, gate, lung segmenter, backbone and heads, calibration, regions and measures."""
