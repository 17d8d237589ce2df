from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from sweep.errors import InputError
from sweep.tracking.serve import gather, serve

SERVE = """
import sys
sys.modules["setuptools"] = sys.modules["pkg_resources"] = None  # a virtual environment need not have them
import json
from pathlib import Path
from sweep.tracking.serve import serve
logdirs = {name: Path(path) for name, path in json.loads(sys.argv[1]).items()}
serve(logdirs, json.loads(sys.argv[2]), ready=lambda url: print(url, flush=True))
print("tensorflow" in sys.modules, flush=True)
"""


@contextmanager
def serving(logdirs, tmp_path, port=None):
    """The URL of a server in a process of its own, and the process."""
    paths = json.dumps({name: str(path) for name, path in logdirs.items()})
    env = os.environ | {"TMPDIR": str(tmp_path / "temporary"), "PYTHONPATH": os.getcwd()}
    (tmp_path / "temporary").mkdir()
    command = [sys.executable, "-c", SERVE, paths, json.dumps(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env) as process:
        try:
            yield process.stdout.readline().strip().removesuffix("#hparams"), process
        finally:
            process.kill()


def ask(url, route, request):
    body = json.dumps(request).encode()
    headers = {"Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(url + route, body, headers), timeout=10) as response:
        return json.load(response)


def rows(url, wanted):
    """The rows of the HParams table, as soon as there are `wanted` of them; the files are read in the background."""
    request = {"sliceSize": 100, "allowedStatuses": [0, 1, 2, 3]}
    for _ in range(100):
        found = ask(url, "data/plugin/hparams/session_groups", request).get("sessionGroups", [])
        if len(found) >= wanted:
            break
        time.sleep(0.1)
    return [row["name"] for row in found]


def test_several_sweeps_are_served_on_localhost_and_end_with_ctrl_c(new_tracker, record, tmp_path, logdir):
    new_tracker().rebuild([record(0)])
    new_tracker("photos,001", (), sweep_id="77bb00aa").rebuild([record(0, config={}), record(1, config={})])
    logdirs = {"digits-001": logdir, "photos-001": tmp_path / "photos,001" / "tensorboard"}
    with serving(logdirs, tmp_path) as (url, process):
        assert url.startswith("http://localhost:") and url.endswith("/")
        assert rows(url, 3) == ["0000 digits-001-3fa9c1", "0000 photos,001-77bb00", "0001 photos,001-77bb00"]
        columns = ask(url, "data/plugin/hparams/experiment", {})["hparamInfos"]
        assert "learning_rate" in [column["name"] for column in columns]
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=20)
        assert process.returncode == 0, errors
        assert output.strip() == "False"  # TensorFlow was not imported
        assert "Traceback" not in errors
        assert not list((tmp_path / "temporary").glob("sweep-*"))


def test_a_free_port_is_taken_where_none_is_asked_for(new_tracker, record, tmp_path, logdir):
    new_tracker().rebuild([record(0)])
    with socket.socket() as taken:
        try:
            taken.bind(("127.0.0.1", 6006))
            taken.listen()
        except OSError:
            pass  # somebody else has it, which serves as well
        with serving({"digits-001": logdir}, tmp_path) as (url, _):
            assert not url.endswith(":6006/")
            assert rows(url, 1) == ["0000 digits-001-3fa9c1"]


def test_a_taken_port_that_was_asked_for_is_an_error_that_names_it(new_tracker, record, tmp_path, logdir):
    new_tracker().rebuild([record(0)])
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with serving({"digits-001": logdir}, tmp_path, port) as (url, process):
            assert url == ""
            last = process.stderr.read().strip().splitlines()[-1]
    assert last.startswith("sweep.errors.InputError: ")
    assert str(port) in last


def test_nothing_to_serve_is_an_error():
    with pytest.raises(InputError, match="sweep run"):
        serve({})


def test_one_sweep_is_served_where_it_is(tmp_path):
    assert gather({"one": tmp_path / "one"}, tmp_path / "links") == tmp_path / "one"


def listening(pid):
    """Local addresses, as in /proc, at which a process accepts connections."""
    sockets = {os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()}
    lines = [
        line.split() for kind in ("tcp", "tcp6") for line in Path(f"/proc/net/{kind}").read_text().splitlines()[1:]
    ]
    return {line[1].split(":")[0] for line in lines if line[3] == "0A" and f"socket:[{line[9]}]" in sockets}


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs Linux's /proc")
def test_it_listens_on_this_machine_only(new_tracker, record, tmp_path, logdir):
    new_tracker().rebuild([record(0)])
    with serving({"digits-001": logdir}, tmp_path) as (_, process):
        addresses = listening(process.pid)
    assert addresses
    assert addresses <= {"0100007F", "00000000000000000000000001000000"}  # 127.0.0.1 and ::1
