import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleWhen,
} from 'cockatiel';

import { AsappError, type AsappErrorKind } from './error';
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

/** What says that ASAPP is down, and not that one request is wrong. */
const outages: ReadonlySet<AsappErrorKind> = new Set(['unreachable', 'rateLimited', 'serverError']);

const isOutage = (error: unknown): error is AsappError =>
  error instanceof AsappError && outages.has(error.kind);

/**
 * Leaves ASAPP alone while it is down, so that callers get their fallback at once and do not each wait for the hard
 * limit. Creating and reading have a circuit each: one may be down without the other.
 *
 * While a circuit is open, requests reject as the last one failed, unsent; after each pause the next request goes
 * through, and its answer closes the circuit.
 */
export class CircuitBreaker implements CallTransfers {
  private readonly creating: Circuit;
  private readonly reading: Circuit;

  constructor(
    private readonly asapp: CallTransfers,
    options: CircuitBreakerOptions = {},
  ) {
    this.creating = new Circuit('POST', options);
    this.reading = new Circuit('GET', options);
  }

  async create(transfer: CreateTransfer, limits?: RequestLimits): Promise<CreatedTransfer> {
    return await this.creating.run(() => this.asapp.create(transfer, limits));
  }

  async get(transferId: string, limits?: RequestLimits): Promise<CallTransferResource> {
    return await this.reading.run(() => this.asapp.get(transferId, limits));
  }
}

class Circuit {
  private readonly policy;
  private lastOutage: AsappErrorKind = 'unreachable';

  constructor(
    private readonly method: string,
    { failures = 10, firstPauseMs = 1000, longestPauseMs = 15_000 }: CircuitBreakerOptions,
  ) {
    this.policy = circuitBreaker(handleWhen(isOutage), {
      breaker: new ConsecutiveBreaker(failures),
      halfOpenAfter: new ExponentialBackoff({ initialDelay: firstPauseMs, maxDelay: longestPauseMs }),
    });
  }

  async run<T>(request: () => Promise<T>): Promise<T> {
    // The policy would let others wait for the one that tries: a caller has no time for that.
    if (this.policy.state === CircuitState.HalfOpen) throw this.isOpen();
    try {
      return await this.policy.execute(request);
    } catch (error) {
      if (error instanceof BrokenCircuitError) throw this.isOpen();
      if (isOutage(error)) this.lastOutage = error.kind;
      throw error;
    }
  }

  private isOpen(): AsappError {
    const message = `ASAPP was not asked (${this.method}): it failed again and again`;
    return new AsappError(this.lastOutage, message, undefined, undefined, false);
  }
}
