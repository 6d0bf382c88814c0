"""Explanations for other software: DICOM structured reports and presentation states, FHIR bundles, and back again."""
