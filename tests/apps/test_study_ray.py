"""``mien study --engine ray``: the tables that worker processes write."""

from __future__ import annotations

import pytest

pytest.importorskip("av")


def test_ray_writes_the_same_tables(mien, tmp_path, make_video, scene):
    pytest.importorskip("ray")
    for number in range(3):
        frames = [scene((60 + 40 * number + at, 60), width=400, height=300) for at in range(8)]
        make_video(tmp_path / f"r{number}.mp4", frames, fps=5)
    (tmp_path / "broken.mp4").write_bytes(b"no video")
    (tmp_path / "t.csv").write_text(
        "file,participant\nr0.mp4,A\nr1.mp4,B\nbroken.mp4,C\nr2.mp4,D\n"
    )
    plain = mien("study", "t.csv", "--out", "plain", "--threads", "1")
    assert plain.returncode == 3
    by_ray = mien(
        "study", "t.csv", "--out", "ray", "--threads", "1", "--workers", "2", "--engine", "ray"
    )
    assert by_ray.returncode == 3, by_ray.stderr
    assert "broken.mp4" in by_ray.stderr
    assert "3 recordings of 4 read" in by_ray.stdout
    names = ["summary.csv", "recordings.csv"]
    names += [str(path.relative_to(tmp_path / "plain"))
              for path in (tmp_path / "plain" / "frames").rglob("*.parquet")]  # fmt: skip
    assert len(names) == 5
    for name in names:
        assert (tmp_path / "ray" / name).read_bytes() == (tmp_path / "plain" / name).read_bytes()


def test_an_address_is_for_ray(mien, tmp_path):
    done = mien("study", "x.mp4", "--address", "auto")
    assert done.returncode == 2
    assert "--engine ray" in done.stderr
    assert not (tmp_path / "study").exists()
