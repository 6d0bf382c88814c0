"""The JSON that commands and routes answer with: one model an output, and a JSON Schema of each.

:mod:`thoracite.ui.view` fills the models from nouns; :mod:`thoracite.ui.records.schema` has the schemas.
"""
