"""The goals on at most two printed pages, for those who look at all of them at once."""
