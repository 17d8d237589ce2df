from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sweep.machine import Gpu, Machine, this_machine

MIB, GB = 2**20, 10**9
TWO_CARDS = "0, GPU-aaaa, 8000\n1, GPU-bbbb, 16000\n"


class Kernel:
    """A made-up /proc, /sys/fs/cgroup and /dev."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("proc/meminfo", "MemTotal: 16000000 kB\nMemAvailable:    8000000 kB\n")
        self.write("proc/self/cgroup", "0::/\n")
        (folder / "dev").mkdir()

    def write(self, name: str, text: object) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(text))

    def gpus(self, *numbers: int) -> None:
        for name in ("nvidiactl", "nvidia-uvm", *(f"nvidia{number}" for number in numbers)):
            self.write(f"dev/{name}", "")

    def __call__(
        self, usable: int = 8, environ: dict[str, str] | None = None, list_gpus: Callable[[], str] = str
    ) -> Machine:
        folders = {
            "proc": self.folder / "proc",
            "cgroups": self.folder / "cgroup",
            "devices": self.folder / "dev",
        }
        return this_machine(**folders, environ=environ or {}, usable=usable, list_gpus=list_gpus)


@pytest.fixture
def kernel(tmp_path: Path) -> Kernel:
    return Kernel(tmp_path)


def test_without_limits_it_is_what_the_kernel_says(kernel: Kernel):
    assert kernel() == Machine(8, 8_000_000 * 1024, ())


def test_nothing_is_told_and_nothing_raises(tmp_path: Path):
    nowhere = tmp_path / "nowhere"
    machine = this_machine(proc=nowhere, cgroups=nowhere, devices=nowhere, environ={}, usable=3, list_gpus=str)
    assert machine == Machine(3, None, ())


def test_this_machine_has_processors_and_memory():
    machine = this_machine(list_gpus=str)
    assert 1 <= machine.processors <= (os.cpu_count() or 1)
    assert machine.memory is None or machine.memory > 0


@pytest.mark.parametrize(
    ("quota", "processors"),
    [
        ("max 100000", 8),
        ("400000 100000", 4),
        ("250000 100000", 2),
        ("50000 100000", 1),
        ("1600000 100000", 8),
        ("", 8),
        ("0 0", 8),
    ],
)
def test_a_quota_of_processor_time_counts_in_whole_processors(kernel: Kernel, quota: str, processors: int):
    kernel.write("cgroup/cpu.max", f"{quota}\n")
    assert kernel().processors == processors


def test_the_groups_above_limit_it_too(kernel: Kernel):
    kernel.write("proc/self/cgroup", "0::/user.slice/session.scope\n")
    kernel.write("cgroup/user.slice/session.scope/cpu.max", "max 100000")
    kernel.write("cgroup/user.slice/cpu.max", "300000 100000")
    kernel.write("cgroup/user.slice/session.scope/memory.max", 3 * GB)
    kernel.write("cgroup/user.slice/session.scope/memory.current", GB)
    kernel.write("cgroup/user.slice/memory.max", "max")
    kernel.write("cgroup/other.slice/cpu.max", "100000 100000")
    assert kernel() == Machine(3, 2 * GB)


def test_files_in_memory_are_given_up_for_others(kernel: Kernel):
    kernel.write("cgroup/memory.max", 4 * GB)
    kernel.write("cgroup/memory.current", 3 * GB)
    kernel.write("cgroup/memory.stat", f"anon {2 * GB}\nactive_file 7\ninactive_file {GB // 2}\n")
    assert kernel().memory == 3 * GB // 2
    kernel.write("cgroup/memory.current", 9 * GB)
    assert kernel().memory == 0


def test_control_groups_of_the_first_version(kernel: Kernel):
    kernel.write("proc/self/cgroup", "4:memory:/a/b\n3:cpu,cpuacct:/a\n2:pids:/\n0::/\n")
    kernel.write("cgroup/cpu/a/cpu.cfs_quota_us", "-1\n")
    kernel.write("cgroup/cpu/a/cpu.cfs_period_us", "100000\n")
    kernel.write("cgroup/cpu/cpu.cfs_quota_us", "200000\n")
    kernel.write("cgroup/cpu/cpu.cfs_period_us", "100000\n")
    kernel.write("cgroup/memory/a/b/memory.limit_in_bytes", 2**63 - 4096)
    kernel.write("cgroup/memory/a/b/memory.usage_in_bytes", GB)
    kernel.write("cgroup/memory/a/memory.limit_in_bytes", 3 * GB)
    kernel.write("cgroup/memory/a/memory.usage_in_bytes", 2 * GB)
    kernel.write("cgroup/memory/a/memory.stat", "inactive_file 1\ntotal_inactive_file 500000000\n")
    assert kernel() == Machine(2, 3 * GB // 2)


@pytest.mark.parametrize("groups", ["0::/../../elsewhere", "nonsense", "", "1:name=systemd:/a:b"])
def test_groups_that_are_not_to_be_seen_are_no_limit(kernel: Kernel, groups: str):
    kernel.write("proc/self/cgroup", groups)
    assert kernel() == Machine(8, 8_000_000 * 1024)


def test_cards_have_the_driver_s_names_and_free_memory(kernel: Kernel):
    kernel.gpus(0, 1)
    cards = Gpu("GPU-aaaa", 8000 * MIB), Gpu("GPU-bbbb", 16000 * MIB)
    assert kernel(list_gpus=lambda: TWO_CARDS).gpus == cards


def test_cards_whose_files_have_other_names_are_found_by_the_driver(kernel: Kernel):
    assert kernel(list_gpus=lambda: "0, GPU-aaaa, [N/A]\n").gpus == (Gpu("GPU-aaaa"),)


def test_without_the_driver_s_command_they_are_numbered(kernel: Kernel):
    kernel.gpus(2, 5)  # CUDA numbers those that a container was given from 0 on
    assert kernel().gpus == (Gpu("0"), Gpu("1"))
    assert kernel(list_gpus=lambda: "Failed to initialize NVML\n").gpus == (Gpu("0"), Gpu("1"))


@pytest.mark.parametrize(
    ("visible", "names"),
    [
        ("1", [("1", 16000)]),
        ("GPU-bbbb,GPU-aaaa", [("GPU-bbbb", 16000), ("GPU-aaaa", 8000)]),
        ("1, 0", [("1", 16000), ("0", 8000)]),
        ("0,0", [("0", 8000)]),
        ("1,-1,0", [("1", 16000)]),
        ("MIG-cccc", [("MIG-cccc", None)]),
        ("", []),
        ("-1", []),
        ("NoDevFiles", []),
    ],
)
def test_cards_that_are_hidden_are_left_out(kernel: Kernel, visible: str, names: list[tuple[str, int | None]]):
    kernel.gpus(0, 1)
    found = kernel(environ={"CUDA_VISIBLE_DEVICES": visible}, list_gpus=lambda: TWO_CARDS).gpus
    assert found == tuple(Gpu(name, memory and memory * MIB) for name, memory in names)


def test_a_card_that_is_not_there_cannot_be_visible(kernel: Kernel):
    assert kernel(environ={"CUDA_VISIBLE_DEVICES": "0"}).gpus == ()


def test_a_machine_without_the_command_has_no_card(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert this_machine(devices=tmp_path, environ={}).gpus == ()
    script = tmp_path / "nvidia-smi"
    script.write_text('#!/bin/sh\n[ "$1" = --query-gpu=index,uuid,memory.free ] && echo "0, GPU-dddd, 10"\n')
    script.chmod(0o755)
    assert this_machine(devices=tmp_path, environ={}).gpus == (Gpu("GPU-dddd", 10 * MIB),)
    script.write_text("#!/bin/sh\nexit 9\n")
    assert this_machine(devices=tmp_path, environ={}).gpus == ()
