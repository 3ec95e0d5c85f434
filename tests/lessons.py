"""Made-up lessons for tests: numbers of a class that nobody saw."""

from datetime import UTC, datetime, timedelta

import numpy as np

from emotion.lesson import WINDOW_S, Lesson, Marker, Window


def made_up_lesson(windows: int = 12, seed: int = 0, title: str = "Algebra", ended: bool = True) -> Lesson:
    """A lesson of this many windows; each tenth has no readable face. The same seed gives the same lesson."""
    random = np.random.default_rng(seed)
    started = datetime(2026, 11, 2, 9, 5, tzinfo=UTC) + timedelta(days=seed)
    found = []
    for number in range(windows):
        calm = 2 + 6 * abs(np.sin(seed + number / 40))
        shares = random.dirichlet([1, 0.5, 0.7, 3, 1.2, 0.8, calm])
        readable = number % 10 != 9
        found.append(
            Window(
                number * WINDOW_S,
                tuple(float(share) for share in shares) if readable else (),
                float(random.uniform(0.1, 0.4)),
                float(random.uniform(20, 30)),
                float(random.uniform(15, 20)) if readable else 0.0,
                "emotion_cnn",
            )
        )
    length = windows * WINDOW_S
    markers = (Marker(length / 4, "New topic"), Marker(length / 2, "Quiz"))
    end = started + timedelta(seconds=length) if ended else None
    return Lesson(title, started, end, "camera", "emotion_cnn", tuple(found), markers)
