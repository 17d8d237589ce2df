"""The fixed configurations in a plain loop over `fit`."""

from __future__ import annotations

from benchmarks.peers.digits import fit, fixed_configs, load_digits
from benchmarks.peers.outcome import print_outcome


def main() -> None:
    digits = load_digits()
    accuracies = [fit(config, digits) for config in fixed_configs()]
    print_outcome(
        trials=len(accuracies),
        epochs=sum(map(len, accuracies)),
        images=len(digits.train[0]),
        best=max(map(max, accuracies)),
    )


if __name__ == "__main__":
    main()
