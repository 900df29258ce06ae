/** Validity of a server's certificate: 90 days, of which the last 30 are for a renewal. */
export const VALIDITY = { duration: 2160, renewBefore: 720 } as const;
