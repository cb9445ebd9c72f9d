"""The sound of the desk when somebody waits for care: two soft notes, made here and nowhere else.

`python -m forum.care.bell` writes `forum/static/care.wav` anew; a test holds the file against this.
"""

from __future__ import annotations

import io
import math
import wave
from pathlib import Path
from typing import Final

SOUND_FILE: Final = Path(__file__).parents[1] / "static" / "care.wav"
RATE: Final = 8000
"""Samples a second: enough for two low notes, and a file of a few kilobytes."""

NOTES: Final = ((392.0, 0.0), (523.25, 0.22))
"""Frequency in hertz and start in seconds: a fourth upwards, which asks and does not alarm."""

SECONDS: Final = 0.7
LOUDNESS: Final = 52
"""Of 127: quiet enough for a night shift."""


def sound() -> bytes:
    """Give the sound as a WAV file: mono, 8 bits."""
    samples = bytes(_sample(at / RATE) for at in range(int(SECONDS * RATE)))
    kept = io.BytesIO()
    with wave.open(kept, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(RATE)
        file.writeframes(samples)
    return kept.getvalue()


def _sample(second: float) -> int:
    level = sum(_note(frequency, second - start) for frequency, start in NOTES if second >= start)
    return 128 + max(-127, min(127, round(LOUDNESS * level)))


def _note(frequency: float, second: float) -> float:
    """A note that swells for a hundredth of a second and dies away."""
    swell = min(1.0, second / 0.01)
    return swell * math.exp(-6.0 * second) * math.sin(2 * math.pi * frequency * second)


if __name__ == "__main__":
    SOUND_FILE.write_bytes(sound())
