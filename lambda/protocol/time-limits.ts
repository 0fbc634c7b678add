// In milliseconds.

/** How long a request may take that calls AWS only a few times: a new policy spreads within ninety seconds. */
export const SHORT_LIMIT = 120_000;

/** The same where two policies may have to spread, one after the other, or the work itself takes some time. */
export const LONG_LIMIT = 2 * SHORT_LIMIT;

/** How long to look for attributes that are good to have but decide nothing. */
export const ATTRIBUTES_TIMEOUT = 30_000;
