/**
 * An event as GetExecutionHistory shows it, but `timestamp` in cloud ms.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
 */
export interface HistoryEvent {
  id: number;
  previousEventId: number;
  type: string;
  timestamp: number;
  [details: `${string}EventDetails`]: Record<string, unknown>;
}

/** What events are appended to: how many the execution has had, those of this turn, and the cloud ms of now. */
export interface HistoryLog {
  execution: { events: number };
  events: HistoryEvent[];
  at: number;
}

/** The quota, its last place kept for the end: https://docs.aws.amazon.com/step-functions/latest/dg/bp-history-limit.html */
const maximumEvents = 25_000;

/** The history is full: the execution fails whatever it was about to do. */
export class HistoryFull extends Error {
  override message = `The execution reached the maximum number of history events (${maximumEvents}).`;
}

/** Appends an event; gives its id. */
export function record(
  log: HistoryLog,
  previousEventId: number,
  type: string,
  details?: Record<string, unknown>,
): number {
  if (log.execution.events >= maximumEvents - 1 && !type.startsWith("Execution")) throw new HistoryFull();
  const id = ++log.execution.events;
  const event: HistoryEvent = { id, previousEventId, type, timestamp: log.at };
  if (details) event[detailsName(type)] = withoutUndefined(details);
  log.events.push(event);
  return id;
}

/** A JSON text as the history's details carry it. */
export const textDetails = <Name extends string>(name: Name, text: string) => ({
  [name]: text,
  [`${name}Details`]: { truncated: false },
});

function detailsName(type: string): `${string}EventDetails` {
  if (/State(Entered|Exited)$/.test(type))
    return type.endsWith("Entered") ? "stateEnteredEventDetails" : "stateExitedEventDetails";
  return `${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`;
}

function withoutUndefined(details: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined));
}
