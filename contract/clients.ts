/**
 * How every SDK client of a function is made: a service that hangs must not take the function's whole time, and the machines try
 * again. Milliseconds.
 */
export const clientSettings = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
};

/** A client for telling people: a mail service that hangs delays nothing. */
export const noticeSettings = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
};
