"""A page with a made-up lesson, its saving and the lessons tab; the numbers come from a seed in the address."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import streamlit as st

from emotion.card import ModelCard
from emotion.pages import lessons, save_lesson
from emotion.pages.storage import storage
from emotion.settings import DEFAULT_MODEL, Settings
from tests.lessons import made_up_lesson

st.set_page_config(page_title="Lessons", layout="wide")
kept = storage(Settings.from_env())
seed = int(st.query_params.get("seed", "1"))
if "began" not in st.session_state:
    st.session_state.began = datetime.now(UTC) - timedelta(minutes=20)
RUNNING = replace(made_up_lesson(240, seed=seed, title="", ended=False), started=st.session_state.began)
save_lesson.show(lambda: RUNNING, kept, playing=True)
st.divider()
lessons.show(kept.store, ModelCard.load(DEFAULT_MODEL.with_suffix(".json")))
