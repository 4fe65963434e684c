"""What must hold of any results under any policy: docs/scoring.md §1 to §3 and §5, each as a statement that can be run.

`test_verdict_properties.py` runs every one on thousands of cases; `test_broken_scorers.py` shows that each can fail.
"""

from tests.readiness.properties import judgement, policy, sums, verdicts
from tests.readiness.properties.statement import PROPERTIES

__all__ = ["MODULES", "PROPERTIES"]

MODULES = (judgement, policy, sums, verdicts)
