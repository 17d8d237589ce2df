"""A new run directory, with all that it holds before its first trial."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path
from typing import Any

from sweep.environment import describe_environment
from sweep.errors import SweepFailed
from sweep.faults import reach
from sweep.final.folder import write_json
from sweep.preparation import Ready, write_labels
from sweep.space.budget import full_budget
from sweep.space.load import dump_space
from sweep.store.layout import RunDirectory, create_run
from sweep.store.store import Store


def new_run(runs_dir: Path, name: str | None, ready: Ready) -> RunDirectory:
    """The store comes last: without it there is no run, and what was made before is removed if anything goes wrong.

    Raises InputError where the name is wrong or taken or nothing can be made there, SweepFailed where the disk fails.
    """
    environment = describe_environment()
    directory = create_run(runs_dir, name, ready.space.name)
    reach("run.claimed")
    try:
        definition = dump_space(ready.space)
        directory.space_file.write_text(definition, encoding="utf-8")
        write_json(directory.environment_file, environment)
        write_labels(directory.labels_csv, ready.dataset)
        Store.create(directory.database, {"definition": definition, **_facts(directory, ready)}).close()
    except BaseException as exc:
        shutil.rmtree(directory.root, ignore_errors=True)
        if isinstance(exc, OSError | SweepFailed):
            reason = exc.strerror if isinstance(exc, OSError) else exc.__cause__ or exc
            raise SweepFailed(f"{directory.root}: {reason}; free some space, or choose another --runs-dir") from exc
        raise
    return directory


def _facts(directory: RunDirectory, ready: Ready) -> dict[str, Any]:
    space, dataset = ready.space, ready.dataset
    return {
        "name": directory.name,
        "sweep_id": uuid.uuid4().hex,
        "seed": space.seed,
        "objective": {"metric": space.goal.metric, "direction": space.goal.direction},
        "full_budget": full_budget(space),
        "method": space.search.method,
        "dataset_digest": dataset.digest,
        "code": ready.code,
        "classes": list(dataset.classes),
        "images": {"train": dataset.train_size, "validation": dataset.validation_size, "test": dataset.test_size},
        "excluded": [[one.name, one.reason] for one in ready.prepared.excluded],
        "threads_per_trial": space.threads_per_trial,
        "retrain_threads": space.retrain_threads or space.threads_per_trial,
        "deterministic": space.deterministic,
    }
