"""A Ray cluster in this process and its children: prints the address, and ends at the end of its input.

A process of its own, because Ray's helper leaves files and processes to be cleared away by nobody.
"""

from __future__ import annotations

import sys
from typing import Any


def main() -> None:
    """A head without cores, to which commands connect, and two nodes of one core each."""
    from ray.cluster_utils import Cluster

    small = {"object_store_memory": 100 * 2**20}
    head = {"num_cpus": 0, "include_dashboard": False, **small}
    cluster: Any = Cluster(initialize_head=True, head_node_args=head)
    try:
        for _ in range(2):
            cluster.add_node(num_cpus=1, **small)
        cluster.wait_for_nodes()
        sys.stdout.write(f"{cluster.address}\n")
        sys.stdout.flush()
        sys.stdin.read()
    finally:
        cluster.shutdown()


if __name__ == "__main__":
    main()
