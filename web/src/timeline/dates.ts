const time = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'short' });
const longWeekday = new Intl.DateTimeFormat(undefined, { weekday: 'long' });
const dayAndMonth = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const longDay = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const dayOfYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' });

const DAY = 86_400_000;

/** The calendar day as a number that grows by DAY, whatever daylight saving does. */
function dayNumber(date: Date): number {
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
}

/** Local calendar days from `date` to `now`; 0 today, 1 yesterday. */
function daysBefore(date: Date, now: Date): number {
  return Math.round((dayNumber(now) - dayNumber(date)) / DAY);
}

export function sameDay(a: Date, b: Date): boolean {
  return daysBefore(a, b) === 0;
}

export function clockTime(date: Date): string {
  return time.format(date);
}

export function fullTime(date: Date): string {
  return full.format(date);
}

/** For a list: the hour today, the weekday this week, else the day. */
export function shortTime(date: Date, now: Date): string {
  const days = daysBefore(date, now);
  if (days <= 0) return time.format(date);
  if (days === 1) return 'Yesterday';
  return days < 7 ? weekday.format(date) : dayAndMonth.format(date);
}

/** For a divider between days. */
export function dayLabel(date: Date, now: Date): string {
  const days = daysBefore(date, now);
  if (days <= 0) return 'Today';
  if (days === 1) return 'Yesterday';
  if (days < 7) return longWeekday.format(date);
  return date.getFullYear() === now.getFullYear() ? longDay.format(date) : dayOfYear.format(date);
}
