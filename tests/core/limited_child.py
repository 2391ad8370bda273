"""Run by a test: acts before, while and after the operating system lets no file grow."""

import json
import resource
import sys

from core.acts import Acts
from core.db import Database
from core.errors import Unavailable
from tests.core.writing import CLERK, at_once, open_scope

database = Database(sys.argv[1])
runner = Acts(database)
answers = {}
unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
for state, calls, limit in (("free", 1, unlimited[0]), ("limited", 3, 4096), ("free again", 1, unlimited[0])):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, unlimited[1]))
    results = at_once(runner, *[(open_scope, CLERK, state)] * calls)
    answers[state] = ["done" if isinstance(result, int) else type(result).__name__ for result in results]
    assert all(isinstance(result, int | Unavailable) for result in results), results
runner.close()
sys.stdout.write(json.dumps(answers))
