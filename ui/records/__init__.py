"""The JSON answers of commands and routes: one model for each output, and a JSON Schema of each.

:mod:`thoracite.ui.view` fills the models from nouns; :mod:`thoracite.ui.records.schema` has the schemas.
"""
