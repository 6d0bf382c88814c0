"""Similar images: an index that users build from their own folder, and evidence of kind ``image`` from it."""
