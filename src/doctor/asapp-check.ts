import { randomUUID } from 'node:crypto';

import { AsappError } from '../asapp/error';
import { HttpCallTransfers, type HttpCallTransfersOptions } from '../asapp/http-call-transfers';

import { Check } from './finding';

/** Above this an answer takes so long that callers notice, milliseconds. */
const SLOW_MS = 1500;
const LIMIT_MS = 5000;
const NO_ANSWER = { kind: 'unreachable', message: `it gave no answer within ${LIMIT_MS} ms` };
/** In the message of an error that came with ASAPP's own code. */
const OWN_CODE = /\(code \d/;

/** Reads a transfer that does not exist: ASAPP checks the credentials, and no number is used up. */
export async function checkAsapp(options: HttpCallTransfersOptions): Promise<Check> {
  const check = new Check('ASAPP');
  const asapp = new HttpCallTransfers(options);
  const startedAt = performance.now();
  try {
    await asapp.get(`doctor-${randomUUID()}`, { signal: AbortSignal.timeout(LIMIT_MS) });
    check.problem(
      'it answered with a transfer that was never requested',
      'ASAPP_API_URL: it must be the address of ASAPP itself',
    );
  } catch (error) {
    const tookMs = Math.round(performance.now() - startedAt);
    const { kind, message } = error instanceof AsappError ? error : NO_ANSWER;
    if (kind === 'notFound' && !OWN_CODE.test(message)) {
      check.warning(
        `${new URL(options.apiUrl).host} answers 404, and not as ASAPP does`,
        'ASAPP_API_URL: check host and path',
      );
    } else if (kind === 'notFound') {
      if (tookMs < SLOW_MS) check.ok(`it accepts the credentials, and answered within ${tookMs} ms`);
      else check.warning(`it accepts the credentials, and took ${tookMs} ms`, 'Callers wait as long');
    } else if (kind === 'credentialsRefused') {
      check.problem(
        'it refuses the credentials: every call falls back',
        'ASAPP_API_ID, ASAPP_API_SECRET: as ASAPP gave them for ASAPP_API_URL; sandbox and production have their own',
      );
    } else {
      check.problem(message, 'ASAPP_API_URL: check the address, and that this machine may reach it');
    }
  } finally {
    await asapp.close();
  }
  return check;
}
