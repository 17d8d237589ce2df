from __future__ import annotations

import json
import platform
import subprocess
import sys
import tomllib
from datetime import datetime
from importlib import metadata
from pathlib import Path

import pytest

from sweep import environment
from sweep.environment import describe_environment, read_environment


def git(folder, *arguments):
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
    command = ["git", *identity, *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def test_versions_are_those_installed():
    description = describe_environment()
    assert description["python"] == platform.python_version()
    assert description["packages"]["numpy"] == metadata.version("numpy")
    assert description["packages"]["tensorflow"] == metadata.version("tensorflow")


def test_every_dependency_is_described():
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())["project"]
    needed = {requirement.partition(">")[0].partition("=")[0] for requirement in project["dependencies"]}
    assert needed <= set(environment.PACKAGES)


def test_a_package_that_is_not_there_has_no_version(monkeypatch):
    monkeypatch.setattr(environment, "PACKAGES", ("no-such-package",))
    assert describe_environment()["packages"] == {"no-such-package": None}


def test_the_description_is_json_and_says_what_machine_it_is():
    description = describe_environment()
    assert json.loads(json.dumps(description)) == description
    assert description["hostname"] == platform.node()
    assert description["cpu"]["count"] >= description["cpu"]["usable"] >= 1
    assert description["memory_bytes"] > 2**28
    assert datetime.fromisoformat(description["time"]).utcoffset().total_seconds() == 0


def test_nothing_heavy_is_imported():
    script = (
        "import sys; from sweep.environment import describe_environment; describe_environment(); "
        "print([name for name in ('tensorflow', 'keras', 'numpy', 'sklearn') if name in sys.modules])"
    )
    root = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_commit_and_dirty_flag_are_those_of_the_current_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert describe_environment()["git"] is None
    git(tmp_path, "init")
    assert describe_environment()["git"] is None
    (tmp_path / "model.py").write_text("a = 1\n")
    git(tmp_path, "add", "model.py")
    git(tmp_path, "commit", "-m", "first")
    commit = git(tmp_path, "rev-parse", "HEAD")
    assert describe_environment()["git"] == {"commit": commit, "dirty": False}
    (tmp_path / "untracked.txt").write_text("")
    assert describe_environment()["git"] == {"commit": commit, "dirty": False}
    (tmp_path / "model.py").write_text("a = 2\n")
    assert describe_environment()["git"] == {"commit": commit, "dirty": True}


@pytest.fixture
def nvidia_smi(tmp_path, monkeypatch):
    """Puts a script of that name first on the path."""

    def install(body):
        script = tmp_path / "nvidia-smi"
        script.write_text(f"#!/bin/sh\n{body}\n")
        script.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=":")

    return install


def test_gpus_are_named_as_their_driver_names_them(nvidia_smi):
    nvidia_smi("echo 'NVIDIA A100-SXM4-40GB'; echo 'NVIDIA T4'")
    assert describe_environment()["gpus"] == ["NVIDIA A100-SXM4-40GB", "NVIDIA T4"]


@pytest.mark.parametrize("body", ["exit 9", "exec sleep 60"])
def test_a_driver_that_fails_or_hangs_means_no_gpus(nvidia_smi, monkeypatch, body):
    monkeypatch.setattr(environment, "TIMEOUT_SECONDS", 0.3)
    nvidia_smi(body)
    assert describe_environment()["gpus"] == []


def test_it_is_read_back_and_none_where_it_is_damaged(tmp_path):
    path = tmp_path / "environment.json"
    assert read_environment(path) is None
    path.write_text('{"sweep": "1"}')
    assert read_environment(path) == {"sweep": "1"}
    for text in ("", "[]", "{", "\xff", "[" * 100_000):
        path.write_text(text, encoding="latin-1")
        assert read_environment(path) is None
