"""Many runs over several settings, compared on PublicTest: `python -m training.sweep`."""
