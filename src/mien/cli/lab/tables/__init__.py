"""Tables of figures that several verbs print."""
