"""The graph for language models: tools over a graph, and the Model Context Protocol server that offers them."""
