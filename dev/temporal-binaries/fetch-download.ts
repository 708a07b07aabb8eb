import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

import type { BinaryFetcher } from './find-binary';
import { findFile } from './find-file';
import type { PinnedBinary } from './pinned';

const run = promisify(execFile);

/** Where Temporal's downloads are, and how long to wait for them. */
export interface DownloadOptions {
  /** Tells where the CLI's archives are. Default `https://temporal.download`. */
  cliHost?: string;
  /** The Java SDK's releases, which carry the test server. Default on GitHub. */
  testServerReleases?: string;
  /** Until a server begins to answer, milliseconds: short, so that a closed network shows at once. Default 5000. */
  answerTimeoutMs?: number;
  /** For a whole archive, milliseconds. Default 5 minutes. */
  transferTimeoutMs?: number;
}

const platforms: Partial<Record<NodeJS.Platform, { cli: string; testServer: string }>> = {
  linux: { cli: 'linux', testServer: 'linux' },
  darwin: { cli: 'darwin', testServer: 'macOS' },
};
const architectures: Partial<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** Temporal's own downloads, as its SDKs use them. */
export function temporalDownload(options: DownloadOptions = {}): BinaryFetcher {
  const {
    cliHost = 'https://temporal.download',
    testServerReleases = 'https://github.com/temporalio/sdk-java/releases/download',
    answerTimeoutMs = 5_000,
    transferTimeoutMs = 300_000,
  } = options;

  async function archiveUrl({ name, version }: PinnedBinary): Promise<string> {
    const platform = platforms[process.platform];
    const arch = architectures[process.arch];
    if (!platform || !arch) throw new Error(`no archive for ${process.platform}-${process.arch}`);
    if (name === 'temporal-test-server') {
      return `${testServerReleases}/v${version}/${name}_${version}_${platform.testServer}_${arch}.tar.gz`;
    }
    const query = `arch=${arch}&platform=${platform.cli}&format=tar.gz`;
    const answer = await get(`${cliHost}/cli/v${version}?${query}`, answerTimeoutMs, answerTimeoutMs);
    const { archiveUrl: url } = (await answer.json()) as { archiveUrl?: string };
    if (url === undefined) throw new Error(`${cliHost} names no archive`);
    return url;
  }

  return {
    source: 'download',
    advice: () => `let this machine reach ${cliHost} and ${testServerReleases}`,
    fetch: async (binary, folder) => {
      const archive = join(folder, 'archive.tar.gz');
      const answer = await get(await archiveUrl(binary), answerTimeoutMs, transferTimeoutMs);
      if (!answer.body) throw new Error(`${answer.url} is empty`);
      await pipeline(Readable.fromWeb(answer.body), createWriteStream(archive));
      await run('tar', ['-xzf', archive, '-C', folder]);
      return findFile(folder, binary.name);
    },
  };
}

/** A GET that must begin to answer in one time and be read in another. */
async function get(url: string, answerTimeoutMs: number, transferTimeoutMs: number): Promise<Response> {
  const answering = new AbortController();
  const timer = setTimeout(() => {
    answering.abort(new Error(`no answer within ${String(answerTimeoutMs)} ms`));
  }, answerTimeoutMs);
  try {
    const signal = AbortSignal.any([answering.signal, AbortSignal.timeout(transferTimeoutMs)]);
    const answer = await fetch(url, { signal });
    if (!answer.ok) throw new Error(`status ${String(answer.status)}`);
    return answer;
  } catch (error) {
    throw new Error(`${url}: ${rootMessage(error)}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** What `fetch failed` hides in its cause. */
function rootMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? rootMessage(error.cause) : error.message;
}
