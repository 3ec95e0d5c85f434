"""From fer2013.csv to the shipped network: dataset, augmentation, networks, train, evaluate, export."""
