"""Published figures become indicators: changes, ranks, peers, targets, deliveries, contradictions.

Each module reads from the result store and adds to it; none formats, draws or writes.
"""
