"""Measures of poverty, inequality, targeting and progress, for anyone's data frame: nothing else of the package is needed."""
