import type { ConnectionOptions } from '@temporalio/client';

/** After an outage of Temporal's, how long a connection waits at most before it tries again, milliseconds. */
const MAX_RECONNECT_MS = 1000;

/**
 * Options of a connection on which callers wait: after an outage it is there again within a second, where gRPC's
 * default is two minutes, and the only one to repeat a request is `CallTransferClient`, which knows how long its
 * caller waits. Temporal's own repetitions go on for up to 5 s after a request's deadline.
 */
export const forWaitingCallers = (options: ConnectionOptions): ConnectionOptions => ({
  ...options,
  interceptors: options.interceptors ?? [],
  channelArgs: { 'grpc.max_reconnect_backoff_ms': MAX_RECONNECT_MS, ...options.channelArgs },
});
