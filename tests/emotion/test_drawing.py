"""Boxes and captions."""

import numpy as np
import pytest

from emotion.drawing import DrawStyle, caption_text, draw_faces, mirror
from emotion.faces import Box
from emotion.labels import COLOURS, Emotion
from emotion.plates import rgb
from tests.fakes import make_face

GREY = np.full((200, 300, 3), 128, np.uint8)


def test_draws_on_a_copy():
    before = GREY.copy()
    drawn = draw_faces(GREY, [make_face()])
    assert np.array_equal(GREY, before)
    assert drawn.shape == GREY.shape


def test_no_face_changes_nothing():
    assert np.array_equal(draw_faces(GREY, []), GREY)


def test_the_box_has_its_emotions_colour_at_its_corners():
    drawn = draw_faces(GREY, [make_face(Box(100, 80, 160, 140), sad=0.9)])
    colour = rgb(COLOURS[Emotion.SAD])
    for x, y in [(100, 139), (159, 139), (159, 110), (100, 110)]:
        assert tuple(drawn[y, x]) == colour
    assert tuple(drawn[110, 130]) == (128, 128, 128)


def test_an_unsure_face_is_dashed_and_claims_nothing():
    face = make_face(Box(100, 80, 160, 140), sad=0.4, unsure_below=0.5)
    drawn = draw_faces(GREY, [face])
    edge = drawn[139, 100:160].mean(axis=1)
    assert (edge > 200).any()
    assert (edge < 100).any()
    assert caption_text(face) == "unsure"


def test_the_caption_tells_emotion_and_probability():
    assert caption_text(make_face(happy=0.923)) == "happy 92%"


@pytest.mark.parametrize(
    "box", [Box(0, 0, 60, 60), Box(280, 0, 300, 20), Box(0, 190, 10, 200), Box(0, 0, 300, 200), Box(299, 199, 300, 200)]
)
@pytest.mark.parametrize("unsure_below", [0.0, 0.9])
def test_faces_at_the_border_can_be_drawn(box, unsure_below):
    drawn = draw_faces(GREY, [make_face(box, happy=0.8, unsure_below=unsure_below)])
    assert drawn.shape == GREY.shape
    assert (drawn != GREY).any()


def test_a_picture_of_one_pixel_can_be_drawn_on():
    assert draw_faces(np.zeros((1, 1, 3), np.uint8), [make_face(Box(0, 0, 1, 1))]).shape == (1, 1, 3)


def test_numbers_are_drawn_only_when_asked_for():
    faces = [make_face(Box(20, 80, 80, 140)), make_face(Box(150, 80, 210, 140))]
    assert not np.array_equal(draw_faces(GREY, faces), draw_faces(GREY, faces, numbered=True))


def test_a_mirror_turns_the_picture_and_its_boxes_but_not_the_words():
    picture = GREY.copy()
    picture[:, :40] = 10
    face = make_face(Box(60, 80, 120, 140), sad=0.9)
    drawn = draw_faces(picture, [face], mirrored=True)
    assert (drawn[10, -40:] == 10).all()
    turned = draw_faces(np.ascontiguousarray(picture[:, ::-1]), [make_face(mirror(face.box, 300), sad=0.9)])
    assert np.array_equal(drawn, turned)
    assert not np.array_equal(drawn, draw_faces(picture, [face])[:, ::-1])


def test_styles():
    face = make_face(Box(100, 80, 160, 140), sad=0.9)
    labels, boxes, off = (draw_faces(GREY, [face], style=style) for style in DrawStyle)
    assert np.array_equal(off, GREY)
    changed = np.argwhere((boxes != GREY).any(axis=2))
    assert (changed.min(axis=0) >= (79, 99)).all()  # a line two pixels wide lies on both sides of the edge
    assert (changed.max(axis=0) <= (140, 160)).all()
    assert (labels != boxes).any()
