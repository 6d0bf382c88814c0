"""Third-party encoders in the same shape: TorchXRayVision, CLIP models, classifiers of Hugging Face."""
