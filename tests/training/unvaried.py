"""An augmentation that leaves faces as they are."""

from training.augmentation import Augmentation

UNVARIED = Augmentation(
    flip_chance=0,
    rotation_deg=0,
    shift=0,
    zoom=0,
    stretch=0,
    brightness=0,
    contrast=0,
    reduce_chance=0,
    blur_chance=0,
    jpeg_chance=0,
    erase_chance=0,
)
