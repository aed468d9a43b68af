import type { Clock } from "../../emulator/clock.ts";

/** Cloud time for tests with real sockets: `speed` times as fast as the wall's. */
export function fastClock(speed: number): Clock {
  const began = Date.now();
  const now = () => began + (performance.now() - origin) * speed;
  const origin = performance.now();
  const at: Clock["at"] = (time, wake) => {
    const timer = setTimeout(wake, Math.max(0, (time - now()) / speed));
    return () => clearTimeout(timer);
  };
  return {
    now,
    at,
    sleep: (milliseconds) => new Promise((resolve) => at(now() + milliseconds, resolve)),
    during: (work) => work(),
  };
}
