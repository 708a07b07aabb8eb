/**
 * Limits that a slow machine keeps, for tests that are not about limits: for the worker as settings and as its environment,
 * for the client, and for the gateway. `withCallTransfer` on the real server has those of the worker and of the client,
 * unless the test names others: with the hard limits of a deployment a busy machine answers with a fallback.
 */
export const unhurried = {
  settings: { requestDeadlineMs: 40_000, disconnectDeadlineMs: 40_000 },
  environment: {
    CALL_TRANSFER_REQUEST_DEADLINE_MS: '40000',
    CALL_TRANSFER_DISCONNECT_DEADLINE_MS: '40000',
  },
  client: { answerTimeoutMs: 45_000 },
  gateway: { requestLimitMs: 45_000, disconnectLimitMs: 45_000 },
} as const;
