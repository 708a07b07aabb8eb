import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '..', '..');

test('the demonstration ends with 0, and each of its calls with the decision that it should', async () => {
  const tsx = join(root, 'node_modules', '.bin', 'tsx');
  const { stdout } = await promisify(execFile)(tsx, [join(root, 'dev', 'start.ts'), '--once'], {
    cwd: root,
    timeout: 150_000,
    env: {
      ...process.env,
      TEMPORAL_ADDRESS: undefined,
      ASAPP_API_ID: undefined,
      ASAPP_API_SECRET: undefined,
    },
  });
  for (const decided of [
    /agent-escalation +is decided: AGENT/,
    /system-transfer +is decided: SYSTEM/,
    /reconnection +is decided: CUSTOMER_HUNG_UP/,
    /reconnection +is decided: AGENT/,
    /over-sip +is decided: AGENT/,
    /number-expires +is decided: NUMBER_EXPIRED/,
    /asapp-outage +is decided: TRANSFER_UNAVAILABLE/,
  ]) {
    expect(stdout).toMatch(decided);
  }
}, 180_000);
