"""Reading data sets in the forms that people have."""
