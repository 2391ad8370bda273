"""Every module that declares tables, named once: whoever imports this knows the whole database."""

import core.audit
import core.tables
import exam.tables
import interview.tables
import recording.tables
import scoring.tables
from core.db import Table

MODULES = (core.audit, core.tables, exam.tables, interview.tables, recording.tables, scoring.tables)

metadata = Table.metadata
