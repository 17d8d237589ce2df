from __future__ import annotations

import os
import subprocess
import sys
import textwrap

from sweep.trial.environment import runtime_environment


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
    )


def test_the_environment_limits_every_library_and_quiets_tensorflow():
    environment = runtime_environment(3)
    assert {environment[name] for name in environment if "THREADS" in name} == {"3"}
    assert {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"} <= environment.keys()
    assert environment["TF_CPP_MIN_LOG_LEVEL"] == "3"
    assert environment["KERAS_BACKEND"] == "tensorflow"


def test_threads_and_determinism_are_set_once_and_quietly_and_other_threads_are_refused_later():
    done = python(
        """
        from sweep.errors import SweepFailed
        from sweep.trial.runtime import configure_runtime
        configure_runtime(1, deterministic=True)
        import tensorflow as tf, threadpoolctl, sklearn
        from tensorflow.python.framework.config import is_op_determinism_enabled
        threading = tf.config.threading
        print(threading.get_intra_op_parallelism_threads(), threading.get_inter_op_parallelism_threads())
        print(is_op_determinism_enabled(), tf.config.threading.get_intra_op_parallelism_threads())
        print({pool["num_threads"] for pool in threadpoolctl.threadpool_info()})
        print(float(tf.reduce_sum(tf.ones((2, 3)))))
        configure_runtime(1, deterministic=True)
        try:
            configure_runtime(2, deterministic=True)
        except SweepFailed as error:
            print(error)
        """,
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "1 1",
        "True 1",
        "{1}",
        "6.0",
        "TensorFlow was already started in this process with other settings than threads_per_trial: 2; "
        "use --workers 1, which trains in a process of its own",
    ]


def test_nothing_heavy_is_imported_before_a_trial_runs():
    done = python(
        """
        import sys
        import sweep.trial.task, sweep.trial.runtime, sweep.trial.context
        print({"tensorflow", "keras", "keras_tuner", "sklearn", "scipy", "numpy"} & set(sys.modules))
        """
    )
    assert (done.stdout, done.stderr) == ("set()\n", "")


def test_spared_packages_are_not_there_inside_and_are_as_ever_after_it():
    done = python(
        """
        import sys
        import scipy
        from sweep.trial.runtime import spared_imports
        with spared_imports():
            for name in ("sklearn", "matplotlib.pyplot", "scipy"):
                try:
                    __import__(name)
                    print(name, "is there")
                except ModuleNotFoundError:
                    print(name, "is spared")
        import sklearn.metrics
        print(sklearn.metrics.accuracy_score([1], [1]), sys.modules["scipy"] is scipy, "matplotlib" in sys.modules)
        """
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "sklearn is spared",
        "matplotlib.pyplot is spared",
        "scipy is there",
        "1.0 True False",
    ]
