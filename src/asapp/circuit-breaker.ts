import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleWhen,
} from 'cockatiel';

import { AsappError, isOutage, type AsappErrorKind } from './error';
import type { CallTransfers, CreatedTransfer, CreateTransfer, RequestLimits } from './port';
import type { CallTransferResource } from './resource';

export interface CircuitBreakerOptions {
  /** How many requests must fail in a row, of one operation, before no more are sent. Default: 10, of three calls at least. */
  failures?: number;
  /** How long no request is sent before one tries again, milliseconds; doubles while it fails. Default: 1,000. */
  firstPauseMs?: number;
  /** The longest of these pauses, milliseconds. Default: 15,000. */
  longestPauseMs?: number;
}

/**
 * Leaves ASAPP alone while it is down, so that callers get their fallback at once and do not each wait for the hard
 * limit. Creating and reading have a circuit each: one may be down without the other.
 *
 * While a circuit is open, requests reject as the last one failed, unsent; after each pause the next request goes
 * through, and its answer closes the circuit.
 */
export class CircuitBreaker implements CallTransfers {
  private readonly creating;
  private readonly reading;

  constructor(
    private readonly asapp: CallTransfers,
    options: CircuitBreakerOptions = {},
  ) {
    this.creating = circuit('POST', options);
    this.reading = circuit('GET', options);
  }

  async create(transfer: CreateTransfer, limits?: RequestLimits): Promise<CreatedTransfer> {
    return await this.creating(() => this.asapp.create(transfer, limits));
  }

  async get(transferId: string, limits?: RequestLimits): Promise<CallTransferResource> {
    return await this.reading(() => this.asapp.get(transferId, limits));
  }
}

/** Runs the requests of one operation. */
function circuit(
  method: string,
  { failures = 10, firstPauseMs = 1000, longestPauseMs = 15_000 }: CircuitBreakerOptions,
) {
  const policy = circuitBreaker(handleWhen(isOutage), {
    breaker: new ConsecutiveBreaker(failures),
    halfOpenAfter: new ExponentialBackoff({ initialDelay: firstPauseMs, maxDelay: longestPauseMs }),
  });
  let lastOutage: AsappErrorKind = 'unreachable';
  const message = `ASAPP was not asked (${method}): it failed again and again`;
  const isOpen = () => new AsappError(lastOutage, message, undefined, undefined, false);
  return async <T>(request: () => Promise<T>): Promise<T> => {
    // The policy would let others wait for the one that tries: a caller has no time for that.
    if (policy.state === CircuitState.HalfOpen) throw isOpen();
    try {
      return await policy.execute(request);
    } catch (error) {
      if (error instanceof BrokenCircuitError) throw isOpen();
      if (isOutage(error)) lastOutage = error.kind;
      throw error;
    }
  };
}
