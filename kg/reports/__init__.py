"""Reports as they come: archives, tables, folders of text, and the sections of each."""
