"""Fields out of a document: labels, layout and types without a model, each value with the words it stands in."""
