"""Third-party encoders behind one interface: TorchXRayVision, CLIP models, classifiers of Hugging Face."""
