"""Training of the bundled models: cases, folds, the training loop, and the calibration of any encoder."""
