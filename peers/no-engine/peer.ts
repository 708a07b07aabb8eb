import { join } from 'node:path';

import { asappEnvironment, type AsappAccess } from '../../dev/demo/asapp-environment';
import { freePort } from '../../dev/free-port';
import { JsonContestant } from '../measure/json-contestant';
import type { Peer } from '../measure/peer';
import { typescriptProgram } from '../measure/program';

/**
 * The program without an engine.
 *
 * @param asksAsapp - whether it asks ASAPP about legs that it does not know
 */
export const startNoEngine =
  (name: string, asksAsapp: boolean) =>
  async (asapp: AsappAccess, folder: string): Promise<Peer> => {
    const port = await freePort();
    const environment = { ...asappEnvironment(asapp), ASKS_ASAPP: String(asksAsapp) };
    const server = join(__dirname, 'server.ts');
    const program = await typescriptProgram(server, port, environment, join(folder, 'no-engine.log'));
    const contestant = new JsonContestant(name, port, () => program.pid);
    return {
      contestant,
      versions: { node: process.version },
      durability: 'none: memory only',
      parts: [
        {
          name: 'program',
          pid: () => program.pid,
          kill: () => program.kill(),
          restart: () => program.restart(),
        },
      ],
      decision: contestant.decision,
      stop: async () => {
        await contestant.close();
        await program.kill();
      },
    };
  };
