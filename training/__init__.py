"""From fer2013.csv to the shipped network: dataset, augmentation, networks, train, evaluate, export."""

import os

# The one place in training/ that touches the environment; TensorFlow reads this when it is first imported.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
