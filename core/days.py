"""Days as offices count them: local dates, working days (工作日) with the published holidays."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar

from core.settings import BEIJING


def local_date(moment: datetime, zone: ZoneInfo = BEIJING) -> date:
    """The calendar date of a moment in the office's zone."""
    return moment.astimezone(zone).date()


def is_working_day(day: date) -> bool:
    """Whether offices work on that day; beyond the published calendar, Monday to Friday."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def add_working_days(day: date, count: int) -> date:
    """The last of `count` working days that follow `day`."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day
