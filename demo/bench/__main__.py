"""Run by `bin/bench`."""

import sys

from demo.bench.commande import principal

if __name__ == "__main__":  # the clients' processes import this module again
    sys.exit(principal())
