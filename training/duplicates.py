"""Faces that stand in a data set more than once, pixel for pixel."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from emotion.labels import EMOTIONS
from training.labelled_faces import Dataset, Split


@dataclass(frozen=True, slots=True)
class Place:
    """Where a face stands: its split, its index in it, its label."""

    split: Split
    index: int
    label: int


Group = tuple[Place, ...]


def find_duplicates(data: Dataset) -> list[Group]:
    """Groups of two or more places with identical pixels, in the order of their first place."""
    places: dict[bytes, list[Place]] = defaultdict(list)
    for split, part in data.items():
        for index, (face, label) in enumerate(zip(part.faces, part.labels, strict=True)):
            places[face.tobytes()].append(Place(split, index, int(label)))
    return [tuple(group) for group in places.values() if len(group) > 1]


def conflicting(group: Group) -> bool:
    """Whether the same picture has more than one label."""
    return len({place.label for place in group}) > 1


def count_duplicates(groups: list[Group]) -> Mapping[str, int]:
    """What the groups say about the data set, by a sentence each."""
    splits = [*Split]
    counts = {
        f"faces of {split} in groups of identical pictures": sum(p.split is split for g in groups for p in g)
        for split in splits
    }
    counts |= {
        f"faces of {split} in groups with conflicting labels": sum(
            len(inside)
            for group in groups
            if conflicting(inside := tuple(place for place in group if place.split is split))
        )
        for split in splits
    }
    for number, first in enumerate(splits):
        for second in splits[number + 1 :]:
            shared = sum({first, second} <= {place.split for place in group} for group in groups)
            counts[f"pictures in both {first} and {second}"] = shared
    return counts


def describe(group: Group) -> str:
    """A group as a line: "Training 12 (happy), PublicTest 3 (sad)"."""
    return ", ".join(f"{place.split} {place.index} ({EMOTIONS[place.label].value})" for place in group)
