"""The front door for Python: takes what programs have, gives back what they go on with."""
