import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where a demonstration keeps its database, its logs, and the gateway's key and secret. */
export interface DemoFolder {
  path: string;
  /** Whether it is there again at the next start. */
  isKept: boolean;
  /** Lets the next start have it. */
  release: () => void;
}

/** The one that is kept or, while another demonstration has that, one for this run alone. */
export function ownFolder(kept: string): DemoFolder {
  mkdirSync(kept, { recursive: true });
  const lock = join(kept, 'lock');
  if (isTaken(lock)) {
    const path = `${kept}-${process.pid}`;
    mkdirSync(path, { recursive: true });
    const release = () => {
      rmSync(path, { recursive: true, force: true });
    };
    return { path, isKept: false, release };
  }
  writeFileSync(lock, String(process.pid));
  const release = () => {
    rmSync(lock, { force: true });
  };
  return { path: kept, isKept: true, release };
}

/** Whether the process that has written the lock is there still. */
function isTaken(lock: string): boolean {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    return pid !== process.pid && process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The same at each start, so that what was copied from the last one still works. */
export function keptAccess(folder: string): { apiKey: string; webhookSecret: string } {
  const file = join(folder, 'access.json');
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ReturnType<typeof keptAccess>;
  } catch {
    const access = {
      apiKey: randomBytes(16).toString('hex'),
      webhookSecret: `whsec_${randomBytes(24).toString('base64')}`,
    };
    writeFileSync(file, JSON.stringify(access), { mode: 0o600 });
    return access;
  }
}
