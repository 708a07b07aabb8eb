import { Pool } from 'undici';

import type { CallIds, Contestant } from '../../bench/contestant';

/** Asks a program behind `../call/json-server.ts`. */
export class JsonContestant implements Contestant {
  private readonly pool: Pool;

  constructor(
    readonly name: string,
    port: number,
    private readonly currentPid: () => number | undefined,
    /** Without it, a call is over with its decision. */
    private readonly overPath?: string,
  ) {
    this.pool = new Pool(`http://127.0.0.1:${port}`);
  }

  get pid(): number | undefined {
    return this.currentPid();
  }

  readonly request = (ids: CallIds): Promise<unknown> => this.post('requestTransfer', ids);
  readonly connect = (ids: CallIds): Promise<unknown> => this.post('connected', ids);
  readonly disconnect = (ids: CallIds, by: string): Promise<unknown> =>
    this.post('reportDisconnect', { ...ids, by });
  readonly over = async (ids: CallIds): Promise<unknown> =>
    this.overPath === undefined ? undefined : await this.post(this.overPath, ids);
  readonly decision = async (ids: CallIds): Promise<{ outcome: string } | null> =>
    (await this.post('decision', ids)) as { outcome: string };

  async close(): Promise<void> {
    await this.pool.destroy();
  }

  private async post(message: string, body: object): Promise<unknown> {
    const { statusCode, body: answer } = await this.pool.request({
      method: 'POST',
      path: `/${message}`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (statusCode !== 200) throw new Error(`${message}: ${statusCode} ${text}`);
    return JSON.parse(text);
  }
}
