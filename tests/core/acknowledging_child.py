"""Run by a test and killed by it: writes the id of each scope as soon as its act is answered."""

import os
import sys
import threading

from core.acts import Acts
from core.db import Database
from tests.core.writing import CLERK, open_scope

runner = Acts(Database(sys.argv[1]))


def write_for_ever() -> None:
    while True:
        scope = runner.run_sync(open_scope, CLERK, "until killed")
        os.write(1, b"%d\n" % scope)


for _ in range(4):
    threading.Thread(target=write_for_ever).start()
