/** A fake of ASAPP behind the port: answers what a test tells it to, and remembers what it was asked. */
import type {
  Assigned,
  CallTransfers,
  CreatedTransfer,
  CreateTransfer,
  RequestLimits,
} from '../../src/asapp/port';
import type { CallTransferResource } from '../../src/asapp/resource';

/** A transfer as ASAPP has it just after the POST. */
export const resource = (more: Partial<CallTransferResource> = {}): CallTransferResource => ({
  id: 'conv-1-a',
  externalConversationId: 'conv-1',
  status: 'ACTIVE',
  callReceivedAt: undefined,
  completedAt: undefined,
  outputContext: undefined,
  ...more,
});

/** What ASAPP assigns for a minute. */
export const minute = (more: Partial<Assigned> = {}): Assigned => ({
  destination: { type: 'PHONE_NUMBER', transferNumber: '+19991234', country: 'US' },
  lifetimeMs: 60_000,
  leftMs: 59_000,
  ...more,
});

/** A transfer that has just been created. */
export const created = (more: Partial<CreatedTransfer> = {}): CreatedTransfer => ({
  transfer: resource(),
  existed: false,
  assigned: minute(),
  ...more,
});

type Answer<T> = T | Error | Promise<T>;

export class FakeCallTransfers implements CallTransfers {
  readonly requests: string[] = [];
  readonly posted: CreateTransfer[] = [];
  /** What bounded each request. */
  readonly limits: RequestLimits[] = [];
  private readonly creations: Answer<CreatedTransfer>[] = [];
  private readonly reads: Answer<CallTransferResource>[] = [];

  /** What the next POSTs come to, one each. */
  willCreate(...answers: Answer<CreatedTransfer>[]): this {
    this.creations.push(...answers);
    return this;
  }

  /** What the next GETs come to, one each. */
  willRead(...answers: Answer<CallTransferResource>[]): this {
    this.reads.push(...answers);
    return this;
  }

  async create(transfer: CreateTransfer, limits: RequestLimits = {}): Promise<CreatedTransfer> {
    this.requests.push(`POST ${transfer.transferId}`);
    this.posted.push(transfer);
    return await this.answered(this.creations, limits);
  }

  async get(transferId: string, limits: RequestLimits = {}): Promise<CallTransferResource> {
    this.requests.push(`GET ${transferId}`);
    return await this.answered(this.reads, limits);
  }

  private async answered<T>(answers: Answer<T>[], limits: RequestLimits): Promise<T> {
    this.limits.push(limits);
    const answer = answers.shift();
    if (answer === undefined) throw new Error('The fake was not told what to answer');
    if (answer instanceof Error) throw answer;
    return await untilEnded(answer, limits.signal);
  }
}

/** As the port asks: a signal ends the request with its reason. */
async function untilEnded<T>(answer: T | Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await answer;
  return await new Promise<T>((resolve, reject) => {
    const end = () => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    Promise.resolve(answer).then(resolve, reject);
  });
}

/** An answer that comes when the test says so. */
export function later<T>(): { answer: Promise<T>; give: (value: T) => void; fail: (error: Error) => void } {
  let give: (value: T) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const answer = new Promise<T>((resolve, reject) => {
    give = resolve;
    fail = reject;
  });
  // A test that fails before anybody waits for it says why it failed.
  answer.catch(() => undefined);
  return { answer, give, fail };
}
