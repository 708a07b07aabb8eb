/** A fake of ASAPP behind the port: answers what a test tells it to, and remembers what it was asked. */
import type { CallTransfers, CreatedTransfer, CreateTransfer } from '../../src/asapp/port';
import type { CallTransferResource } from '../../src/asapp/resource';

/** A transfer as ASAPP has it just after the POST. */
export const resource = (more: Partial<CallTransferResource> = {}): CallTransferResource => ({
  id: 'conv-1-a',
  externalConversationId: 'conv-1',
  status: 'ACTIVE',
  phoneNumber: { transferNumber: '+19991234', country: 'US', expiresAt: '2025-06-19T13:39:00Z' },
  createdAt: '2025-06-19T13:38:00Z',
  callReceivedAt: undefined,
  completedAt: undefined,
  outputContext: undefined,
  ...more,
});

type Answer<T> = T | Error | Promise<T>;

export class FakeCallTransfers implements CallTransfers {
  readonly requests: string[] = [];
  readonly posted: CreateTransfer[] = [];
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

  async create(transfer: CreateTransfer): Promise<CreatedTransfer> {
    this.requests.push(`POST ${transfer.transferId}`);
    this.posted.push(transfer);
    return await next(this.creations);
  }

  async get(transferId: string): Promise<CallTransferResource> {
    this.requests.push(`GET ${transferId}`);
    return await next(this.reads);
  }
}

async function next<T>(answers: Answer<T>[]): Promise<T> {
  const answer = answers.shift();
  if (answer === undefined) throw new Error('The fake was not told what to answer');
  if (answer instanceof Error) throw answer;
  return await answer;
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
