import { join } from 'node:path';

import { connect, type Ingress } from '@restatedev/restate-sdk-clients';

import type { CallIds, Contestant } from '../../bench/contestant';
import { asappEnvironment, type AsappAccess } from '../../dev/demo/asapp-environment';
import { freePort } from '../../dev/free-port';
import type { Peer } from '../measure/peer';
import { Program, typescriptProgram } from '../measure/program';
import { versionOf } from '../measure/versions';

import type { Conversation } from './service';

/** Restate's server as it comes, on free ports, and the service that it calls. */
export const startRestate =
  (name: string) =>
  async (asapp: AsappAccess, folder: string): Promise<Peer> => {
    const [ingressPort, adminPort, servicePort] = [await freePort(), await freePort(), await freePort()];
    const adminUrl = `http://127.0.0.1:${adminPort}`;
    const server = await startServer(folder, ingressPort, adminPort);
    const service = await typescriptProgram(
      join(__dirname, 'service.ts'),
      servicePort,
      { ...asappEnvironment(asapp), RESTATE_LOGGING: 'ERROR' },
      join(folder, 'restate-service.log'),
    );
    await post(`${adminUrl}/deployments`, { uri: `http://127.0.0.1:${servicePort}` });
    const ingress = connect({ url: `http://127.0.0.1:${ingressPort}` });
    const conversation = conversationOf(ingress);
    return {
      contestant: restateContestant(name, conversation, () => service.pid),
      versions: {
        '@restatedev/restate-server': await versionOf('@restatedev/restate-server'),
        '@restatedev/restate-sdk': await versionOf('@restatedev/restate-sdk'),
      },
      durability: 'one node, its log in RocksDB; rocksdb-disable-wal-fsync = false, the default',
      parts: [
        {
          name: 'service',
          pid: () => service.pid,
          kill: () => service.kill(),
          restart: () => service.restart(),
        },
        {
          name: 'server',
          pid: () => server.pid,
          kill: () => server.kill(),
          restart: () => server.restart(),
        },
      ],
      decision: async (ids) => await conversation(ids).decision(ids),
      stop: async () => {
        await service.kill();
        await server.kill();
      },
    };
  };

async function startServer(folder: string, ingressPort: number, adminPort: number): Promise<Program> {
  return await Program.start({
    command: require.resolve(
      `@restatedev/restate-server-${process.platform}-${process.arch}/bin/restate-server`,
    ),
    args: ['--no-logo', '--node-name=node-1', `--base-dir=${join(folder, 'restate-data')}`],
    environment: {
      RESTATE_LISTEN_MODE: 'tcp',
      RESTATE_BIND_IP: '127.0.0.1',
      RESTATE_BIND_PORT: String(await freePort()),
      RESTATE_INGRESS__BIND_PORT: String(ingressPort),
      RESTATE_ADMIN__BIND_PORT: String(adminPort),
      RESTATE_DISABLE_TELEMETRY: 'true',
      RESTATE_LOG_FILTER: 'error',
    },
    logFile: join(folder, 'restate-server.log'),
    isReady: async () => {
      const healthy = async (port: number, path: string) =>
        (await fetch(`http://127.0.0.1:${port}${path}`)).ok;
      return (await healthy(adminPort, '/health')) && (await healthy(ingressPort, '/restate/health'));
    },
  });
}

async function post(url: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
}

const conversationOf = (ingress: Ingress) => (ids: CallIds) =>
  ingress.workflowClient<Conversation>({ name: 'conversation' }, ids.conversationId);

function restateContestant(
  name: string,
  conversation: ReturnType<typeof conversationOf>,
  currentPid: () => number | undefined,
): Contestant {
  return {
    name,
    get pid() {
      return currentPid();
    },
    request: async (ids) => await conversation(ids).requestTransfer(ids),
    connect: async (ids) => {
      await conversation(ids).connected(ids);
    },
    disconnect: async (ids, by) => await conversation(ids).reportDisconnect({ ...ids, by }),
    over: async (ids) => await conversation(ids).workflowAttach(),
  };
}
