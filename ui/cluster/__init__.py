"""The same work on many machines: Ray carries it out, in the order given, with the code that one machine runs."""
