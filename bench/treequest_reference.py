"""Standard MCTS of TreeQuest by ask/tell over the same zero-latency generator; a line of JSON a request of node counts."""
import json
import sys
import time


def value_of(number: int) -> float:
    """The same pseudo-random value in [0, 1) as bench/search.ts gives its nodes."""
    h = number & 0xFFFFFFFF
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & 0xFFFFFFFF
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & 0xFFFFFFFF
    return ((h ^ (h >> 16)) & 0xFFFFFFFF) / 4294967296


def main() -> None:
    try:
        import treequest as tq
        from importlib.metadata import version
    except ImportError:
        print(json.dumps({"error": "treequest is not installed"}), flush=True)
        return
    print(json.dumps({"version": version("treequest")}), flush=True)
    for line in sys.stdin:
        nodes = int(line)
        algorithm = tq.StandardMCTS(samples_per_action=4)
        tree = algorithm.init_tree()
        started = time.perf_counter()
        count = 0
        while count < nodes:
            tree, trials = algorithm.ask_batch(tree, batch_size=1, actions=["a"])
            for trial in trials:
                count += 1
                tree = algorithm.tell(tree, trial.trial_id, (count, value_of(count)))
        print(json.dumps({"seconds": time.perf_counter() - started, "nodes": count}), flush=True)


main()
