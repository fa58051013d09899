import { useEffect, useState } from 'react';

const MINUTE = 60_000;

/** The time, renewed every minute: what is said about "today" stays true overnight. */
export function useNow(): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const interval = setInterval(() => setNow(new Date()), MINUTE);
    return () => clearInterval(interval);
  }, []);
  return now;
}
