"""The bundled encoder: framing, gate, segmenter, backbone and heads, calibration, regions and measures."""
