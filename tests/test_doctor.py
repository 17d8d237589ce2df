from __future__ import annotations

import os
from pathlib import Path

import pytest

from sweep import doctor
from sweep.errors import Interrupted, SweepFailed


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SWEEP_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_machine_that_is_well_passes_every_check(tmp_path: Path) -> None:
    checks = list(doctor.examine(tmp_path / "runs", self_test=False))
    assert [one.name for one in checks] == ["python", "packages", "machine", "runs", "cache", "cached images"]
    assert [one.name for one in checks if not one.ok] == []
    assert "tensorflow 2." in checks[1].text
    assert checks[-1].text == "none yet"
    assert not (tmp_path / "runs").exists()


def test_the_cache_is_measured(cache: Path, tmp_path: Path) -> None:
    (cache / "datasets" / "abc").mkdir(parents=True)
    (cache / "datasets" / "abc" / "development.npy").write_bytes(b"x" * 1_500_000)
    *_, found = doctor.examine(tmp_path, self_test=False)
    assert found.text.startswith("1 data set, 1.5 MB; ")


def test_a_full_disk_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LEAST_FREE", 10**18)
    found = {one.name: one for one in doctor.examine(tmp_path / "runs", self_test=False)}
    assert not found["runs"].ok and found["runs"].text.endswith("; free some space")


def test_a_file_in_the_place_of_a_folder_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("")
    found = {one.name: one for one in doctor.examine(tmp_path / "runs" / "deep", self_test=False)}
    assert not found["runs"].ok
    assert f"{tmp_path / 'runs'} cannot be written to (Not a directory)" in found["runs"].text


@pytest.mark.parametrize(("name", "setting"), [("runs", "--runs-dir"), ("cache", "SWEEP_CACHE")])
def test_where_no_folder_can_be_made_is_wrong_whatever_the_permissions_say(
    name: str, setting: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWEEP_CACHE", "/proc/nothing" if name == "cache" else str(tmp_path))
    runs = Path("/proc/nothing") if name == "runs" else tmp_path
    found = {one.name: one for one in doctor.examine(runs, self_test=False)}
    told = "/proc cannot be written to (No such file or directory); check its permissions, or choose another place with"
    assert found[name] == doctor.Check(name, False, f"{told} {setting}")
    assert [one.name for one in found.values() if not one.ok] == [name]


def test_to_look_leaves_nothing_behind(tmp_path: Path) -> None:
    list(doctor.examine(tmp_path, self_test=False))
    assert list(tmp_path.iterdir()) == []


def test_a_missing_package_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    about = {"python": "3.11", "platform": "x", "sweep": "0.1", "packages": {"keras": None, "numpy": "2"}}
    monkeypatch.setattr(doctor, "describe_environment", lambda: about)
    found = {one.name: one for one in doctor.examine(tmp_path, self_test=False)}
    assert not found["packages"].ok
    assert found["packages"].text == "missing: keras; install them with: pip install -e . (sweep 0.1, numpy 2)"


def test_the_self_test_has_a_cache_of_its_own_and_leaves_nothing(cache: Path) -> None:
    seen: list[Path] = []

    def look(folder: Path) -> None:
        seen.append(folder)
        assert os.environ["SWEEP_CACHE"] == str(folder / "cache") != str(cache)

    assert doctor.try_sweep(look).ok
    assert os.environ["SWEEP_CACHE"] == str(cache)
    assert not seen[0].exists()


@pytest.mark.parametrize(
    ("error", "line"),
    [(SweepFailed("trial 0: it broke"), "trial 0: it broke"), (ValueError("odd\nthing"), "ValueError: odd")],
)
def test_a_self_test_that_fails_says_why(error: Exception, line: str) -> None:
    def fail(folder: Path) -> None:
        raise error

    check = doctor.try_sweep(fail)
    assert (check.ok, check.text) == (False, line)


def test_a_self_test_that_is_stopped_is_not_wrong() -> None:
    def stop(folder: Path) -> None:
        raise Interrupted(f"stopped; go on with: sweep resume --runs-dir {folder}")

    with pytest.raises(Interrupted, match=r"^stopped$"):
        doctor.try_sweep(stop)


def test_its_definition_and_images_make_a_sweep(tmp_path: Path) -> None:
    import numpy as np

    from sweep.space.load import parse_space

    doctor._write_images(tmp_path / "images.npz")
    assert np.load(tmp_path / "images.npz")["x"].shape == (60, 8, 8)
    space = parse_space(doctor.SELF_TEST.format(source=tmp_path / "images.npz"), "self-test")
    assert space.search.max_trials == 2
