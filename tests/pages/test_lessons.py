"""Saving a lesson and the lessons tab, in Streamlit's own test runner."""

import time
from dataclasses import replace

import pytest
import streamlit
from streamlit.testing.v1 import AppTest

from emotion.card import ModelCard
from emotion.pages.save_lesson import REFRESH_S
from emotion.pages.storage import Storage
from emotion.settings import DEFAULT_MODEL
from emotion.store import DraftKeeper, LessonSaver, LessonStore
from emotion.store.drafts import HELD_S
from tests.lessons import made_up_lesson
from tests.serving import free_port

CARD = ModelCard.load(DEFAULT_MODEL.with_suffix(".json"))
LESSON = made_up_lesson(120, title="")
NOTHING = made_up_lesson(0, ended=False)


class Clock:
    s = 0.0

    def __call__(self):
        return self.s


@pytest.fixture
def kept(tmp_path):
    clock = Clock()
    store = LessonStore(f"sqlite:///{tmp_path / 'lessons.sqlite'}")
    storage = Storage(store, LessonSaver(store, (0.05,)), DraftKeeper(tmp_path / "drafts", clock))
    yield storage
    storage.saver.close()
    store.close()


def saving(storage, lesson=LESSON, keys=(), playing=True, key="class") -> AppTest:
    def show_section(lesson, storage, playing, key):
        from emotion.pages import save_lesson

        save_lesson.show(lambda: lesson, storage, playing, key)

    given = {"lesson": lesson, "storage": storage, "playing": playing, "key": key}
    app = AppTest.from_function(show_section, kwargs=given)
    if keys:
        app.query_params["lesson"] = [*keys]
    return checked(app.run(timeout=30))


def tab(store) -> AppTest:
    def show_tab(store, card):
        from emotion.pages import lessons

        lessons.show(store, card)

    return checked(AppTest.from_function(show_tab, kwargs={"store": store, "card": CARD}).run(timeout=30))


def checked(app: AppTest) -> AppTest:
    assert not app.exception, app.exception
    return app


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click()
    return checked(app.run(timeout=30))


def wait_for(found, within_s=10.0):
    end = time.monotonic() + within_s
    while not found() and time.monotonic() < end:
        time.sleep(0.02)
    return found()


def told(app: AppTest) -> str:
    parts = (app.markdown, app.caption, app.warning, app.error)
    return "\n".join(element.value for kind in parts for element in kind)


# --- saving


def test_without_a_lesson_there_is_nothing_to_save(kept):
    app = saving(kept, NOTHING)
    assert [*app.button] == []
    assert "lesson" not in app.query_params


def test_a_lesson_is_saved_on_request_only(kept, tmp_path):
    app = saving(kept)
    assert "Not saved: only you decide that." in told(app)
    assert kept.store.search()[1] == 0
    assert len(app.query_params["lesson"]) >= 20  # the key of its draft
    app.text_input[0].set_value("Algebra")
    press(app, "Save lesson")
    assert "Saved. It is under *Lessons*." in told(app)
    (summary,), _ = kept.store.search()
    assert kept.store.get(summary.id) == replace(LESSON, title="Algebra")
    assert [*(tmp_path / "drafts").iterdir()] == []
    app.text_input[0].set_value("Geometry")
    press(app, "Change title")
    assert [s.title for s in kept.store.search()[0]] == ["Geometry"]


def test_without_a_title_it_is_called_by_its_time(kept):
    press(saving(kept), "Save lesson")
    assert [s.title for s in kept.store.search()[0]] == ["Lesson of 2 November 2026, 09:05"]


def test_a_running_lesson_says_how_far_it_is_saved(kept):
    app = press(saving(kept, replace(LESSON, ended=None)), "Save lesson")
    assert "Saved up to 10:00; what comes is saved every minute, and at the end." in told(app)


def test_a_database_that_is_down_is_told_and_the_page_goes_on(kept):
    store = LessonStore(f"postgres://nobody@127.0.0.1:{free_port()}/nothing")
    down = Storage(store, LessonSaver(store, (0.05,)), kept.drafts)
    app = saving(down)
    began = time.monotonic()
    press(app, "Save lesson")
    assert time.monotonic() - began < 10
    assert "The database does not answer; your lesson is kept in memory and will be saved" in told(app)
    assert "Saved lessons cannot be shown: the database does not answer." in told(tab(store))
    down.saver.close()


def test_a_lesson_deleted_elsewhere_can_be_saved_anew(kept):
    app = press(saving(kept), "Save lesson")
    kept.store.delete(kept.store.search()[0][0].id)
    app.text_input[0].set_value("again")
    press(app, "Change title")
    assert "Deleted from the saved lessons" in told(app)
    press(app, "Save lesson")
    assert [s.title for s in kept.store.search()[0]] == ["again"]


def test_a_lesson_whose_camera_stopped_is_still_looked_at_without_drafts(kept, monkeypatch):
    """Its end is yet to be saved."""
    asked, fragment = [], streamlit.fragment

    def noted(function, run_every=None):
        asked.append(run_every)
        return fragment(function, run_every=run_every)

    monkeypatch.setattr(streamlit, "fragment", noted)
    without = Storage(kept.store, kept.saver, DraftKeeper(None))
    saving(without, replace(LESSON, ended=None), playing=False)
    saving(without, NOTHING, playing=False)
    assert asked == [REFRESH_S, None]


def test_what_ends_and_is_erased_between_two_looks_is_saved_to_its_end(kept):
    now = replace(LESSON, ended=None, windows=LESSON.windows[:60])

    def show_section(storage, current):
        import streamlit as st

        from emotion.pages import save_lesson

        save_lesson.show(lambda: current[-1], storage, playing=True)
        for name in ("look", "other"):
            st.button(name, on_click=save_lesson.catch_up, args=(lambda: current[-1], storage))

    current = [now]
    app = AppTest.from_function(show_section, kwargs={"storage": kept, "current": current})
    press(checked(app.run(timeout=30)), "Save lesson")
    current.append(LESSON)
    press(app, "look")
    current.append(NOTHING)
    press(app, "look")
    (summary,) = wait_for(lambda: [one for one in kept.store.search()[0] if one.windows == len(LESSON.windows)])
    assert kept.store.get(summary.id).ended == LESSON.ended


def test_a_recording_keeps_no_draft_that_nobody_could_find_again(kept, tmp_path):
    app = saving(kept, key="recording")
    assert "draft" not in told(app)
    assert not (tmp_path / "drafts").exists()
    assert "lesson" not in app.query_params
    press(app, "Save lesson")
    assert kept.store.search()[1] == 1


# --- recovering


@pytest.fixture
def crashed(kept) -> Storage:
    """With the draft of a lesson whose session is gone."""
    kept.drafts.keep("key-of-the-tab", replace(LESSON, ended=None))
    kept.drafts._clock.s += HELD_S + 1
    return kept


def test_a_draft_is_offered_to_the_page_that_has_its_key(crashed):
    assert "Recover" not in told(saving(crashed, NOTHING))
    assert "Recover" not in told(saving(crashed, NOTHING, ["another"]))
    app = saving(crashed, NOTHING, ["key-of-the-tab"])
    assert "Recover the lesson of **09:05** (10 minutes)? It was not saved." in told(app)


def test_a_recovered_lesson_can_be_saved(crashed, tmp_path):
    app = press(saving(crashed, NOTHING, ["key-of-the-tab"]), "Recover")
    assert "**Recovered**: 2 November 2026, 09:05, 10 minutes" in told(app)
    assert len([*(tmp_path / "drafts").iterdir()]) == 1
    press(app, "Save lesson")
    assert [s.windows for s in crashed.store.search()[0]] == [120]
    assert [*(tmp_path / "drafts").iterdir()] == []


def test_a_recovered_lesson_can_be_discarded(crashed, tmp_path):
    app = press(saving(crashed, NOTHING, ["key-of-the-tab"]), "Recover")
    press(app, "Discard for good")
    assert "Recover" not in told(app)
    assert [*(tmp_path / "drafts").iterdir()] == []
    assert crashed.store.search()[1] == 0


def test_a_discarded_draft_is_not_offered_again(crashed, tmp_path):
    app = press(saving(crashed, NOTHING, ["key-of-the-tab"]), "Discard for good")
    assert "Recover" not in told(app)
    assert [*(tmp_path / "drafts").iterdir()] == []


def test_a_new_lesson_keeps_the_offer_of_the_old_one(crashed):
    app = saving(crashed, LESSON, ["key-of-the-tab"])
    assert "Recover the lesson" in told(app)
    assert app.query_params["lesson"][0] == "key-of-the-tab"
    assert len(app.query_params["lesson"]) == 2


# --- the tab


def test_an_empty_store_says_so(kept, tmp_path):
    assert "No lesson is saved yet." in told(tab(kept.store))
    assert not (tmp_path / "lessons.sqlite").exists()


def test_one_lesson_is_opened_and_two_are_compared(kept):
    for seed, title in enumerate(["Algebra", "*Geo* [metry](x)"]):
        kept.store.save(made_up_lesson(120, seed=seed, title=title))
    app = tab(kept.store)
    assert [box.label for box in app.checkbox][1] == "Algebra"
    assert "\\*Geo\\*" in app.checkbox[0].label
    checked(app.checkbox[1].check().run(timeout=30))
    assert [header.value for header in app.subheader] == ["Algebra"]
    assert len(app.get("vega_lite_chart")) == 2
    assert [button.label for button in app.get("download_button")] == ["Report", "CSV", "JSON"]
    assert [*app.table[0].value["from marker"]] == ["Start", "1 New topic", "2 Quiz"]
    checked(app.checkbox[0].check().run(timeout=30))
    assert [header.value for header in app.subheader] == ["Compared"]
    assert len(app.get("vega_lite_chart")) == 1
    assert [*app.table[0].value["lesson"]] == ["A ●", "B ■"]
    assert [*app.table[1].value["lesson"]] == ["A"] * 3 + ["B"] * 3
    assert len(app.get("download_button")) == 6


def test_at_most_four_lessons_are_compared(kept):
    for seed in range(5):
        kept.store.save(made_up_lesson(20, seed=seed))
    app = tab(kept.store)
    for number in range(4):
        checked(app.checkbox[number].check().run(timeout=30))
    assert [*app.table[0].value["lesson"]] == ["A ●", "B ■", "C ▲", "D ◆"]
    assert app.checkbox[4].disabled


def test_lessons_without_a_readable_face_can_be_compared(kept):
    dark = made_up_lesson(10)
    dark = replace(dark, windows=tuple(replace(w, shares=()) for w in dark.windows), title="dark")
    for lesson in (dark, made_up_lesson(0, seed=1, title="empty")):
        kept.store.save(lesson)
    app = tab(kept.store)
    checked(app.checkbox[0].check().run(timeout=30))
    assert "No picture was counted" in told(app)
    checked(app.checkbox[1].check().run(timeout=30))
    assert [*app.table[0].value["smile-like"]] == ["none", "none"]


def test_search_rename_and_delete(kept):
    ids = [kept.store.save(made_up_lesson(20, seed=n, title=t)) for n, t in enumerate(["Algebra", "Übung"])]
    app = tab(kept.store)
    app.text_input(key="lessons-words").set_value("übu")
    checked(app.run(timeout=30))
    assert [box.label for box in app.checkbox] == ["Übung"]
    app.text_input(key=f"lessons-title-{ids[1]}").set_value("Drill")
    press(app, "Rename")
    assert "No saved lesson's title has “übu” in it." in told(app)
    app.text_input(key="lessons-words").set_value("")
    checked(app.run(timeout=30))
    assert [box.label for box in app.checkbox] == ["Drill", "Algebra"]
    checked(app.checkbox[0].check().run(timeout=30))
    app.button(key=f"lessons-delete-{ids[1]}").click()
    checked(app.run(timeout=30))
    assert [box.label for box in app.checkbox] == ["Algebra"]
    assert [*app.subheader] == []
    assert [s.id for s in kept.store.search()[0]] == [ids[0]]


def test_a_lesson_deleted_by_somebody_else_is_no_error(kept):
    lesson_id = kept.store.save(made_up_lesson(20))
    app = tab(kept.store)
    checked(app.checkbox[0].check().run(timeout=30))
    kept.store.delete(lesson_id)
    checked(app.run(timeout=30))
    assert "No lesson is saved yet." in told(app)


def test_many_lessons_are_paged(kept):
    for seed in range(12):
        kept.store.save(made_up_lesson(1, seed=seed, title=f"day {seed}"))
    app = tab(kept.store)
    assert [box.label for box in app.checkbox][:2] == ["day 11", "day 10"]
    assert len(app.checkbox) == 10


def test_four_lessons_of_two_hours_are_compared_in_time(kept):
    for seed in range(4):
        kept.store.save(made_up_lesson(1440, seed=seed))
    app = tab(kept.store)
    for number in range(4):
        checked(app.checkbox[number].check().run(timeout=60))
    began = time.process_time()  # what it asks of a processor, however busy the machine is
    checked(app.run(timeout=60))
    assert time.process_time() - began < 5.0  # far more than it takes
