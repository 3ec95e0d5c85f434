"""The networks that `python -m training.train --network NAME` knows: `python -m training.networks [NAME ...]`.

Parameters, and multiply-adds for one face, with the default settings.
"""

import argparse
import sys
from collections.abc import Sequence

import keras

from emotion.faces import FACE_SIZE
from training.choices import NETWORKS
from training.config import TrainConfig
from training.networks import make_network, multiply_adds

ENLARGING = (keras.layers.UpSampling2D, keras.layers.Resizing)


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m training.networks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"only these, of {', '.join(NETWORKS)} (default: all)")
    arguments = parser.parse_args(argv)
    try:
        configs = [TrainConfig(network=name) for name in arguments.names or NETWORKS]
    except ValueError as error:
        print(f"training.networks: {error}", file=sys.stderr)
        return 2
    print(f"{'network':16}{'parameters':>12}{'multiply-adds':>16}  input      works at")
    for config in configs:
        print(line(config.network, make_network(config)), flush=True)
        keras.utils.clear_session()  # names of layers count on from one network to the next
    return 0


def line(name: str, network: keras.Model) -> str:
    """One network's row; where it enlarges the face, "works at" is the size it enlarges to."""
    enlarged = [x.output.shape[1] for x in network.layers if isinstance(x, ENLARGING)]
    side = max([FACE_SIZE, *enlarged])
    numbers = f"{network.count_params():12,d}{multiply_adds(network):16,d}"
    return f"{name:16}{numbers}  {FACE_SIZE} x {FACE_SIZE}    {side} x {side}"


if __name__ == "__main__":
    sys.exit(main())
