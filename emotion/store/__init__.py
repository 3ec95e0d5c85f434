"""Saved lessons: numbers only, in a file of the user's or in PostgreSQL."""

from emotion.store.drafts import DraftKeeper
from emotion.store.lessons import LessonStore, Summary
from emotion.store.saver import LessonSaver, Saving

__all__ = ["DraftKeeper", "LessonSaver", "LessonStore", "Saving", "Summary"]
