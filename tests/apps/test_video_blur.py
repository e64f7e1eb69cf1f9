"""``mien video --blur``: two people, one of whom is covered, with the sound kept."""

from __future__ import annotations

import numpy as np
import pytest

av = pytest.importorskip("av")


def pictures(path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [each.to_ndarray(format="rgb24") for each in container.decode(video=0)]


def test_others_are_covered_and_the_sound_stays(mien, tmp_path, make_video, scene):
    frames = [scene((20 + 2 * at, 60), (400 - 2 * at, 60)) for at in range(20)]
    make_video(tmp_path / "two.mp4", frames, fps=10, sound="aac")
    done = mien("video", "two.mp4", "--annotate", "out.mp4", "--blur", "others", "--sharp", "left")
    assert done.returncode == 0, done.stderr
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert len(container.streams.audio) == 1
    before, after = pictures(tmp_path / "two.mp4"), pictures(tmp_path / "out.mp4")
    assert len(after) == 20
    for at, (old, new) in enumerate(zip(before, after, strict=True)):
        for left, covered in ((20 + 2 * at, False), (400 - 2 * at, True)):
            # The middle of the face, inside its drawn box.
            part = np.s_[130:190, left + 75 : left + 135]
            away = np.abs(old[part].astype(int) - new[part].astype(int)).mean()
            assert (away > 8) == covered, (at, left, away)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("x.mp4", "--blur", "all"), "--annotate"),
        (("x.mp4", "--blur", "all", "--sharp", "1", "--annotate", "o.mp4"), "--sharp"),
        (("camera:0", "--blur", "all", "--annotate", "o.mp4"), "needs a file"),
    ],
)
def test_what_cannot_be_covered(mien, tmp_path, words, message):
    (tmp_path / "x.mp4").write_bytes(b"")
    done = mien("video", *words)
    assert done.returncode == 2
    assert message in done.stderr
    assert not (tmp_path / "o.mp4").exists()
