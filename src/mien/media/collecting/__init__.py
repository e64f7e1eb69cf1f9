"""From somebody's own photos and videos to labelled face crops: a data set for the lab."""
