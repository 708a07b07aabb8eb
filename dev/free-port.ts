import { createServer, type AddressInfo } from 'node:net';

/** A port on this machine that nothing listens on right now. */
export const freePort = (ip = '127.0.0.1'): Promise<number> => listenOnce(ip, 0);

/** This port, so that addresses stay the same from one start to the next, or a free one where something else has it. */
export const preferredPort = (port: number, ip = '127.0.0.1'): Promise<number> =>
  listenOnce(ip, port).catch(() => freePort(ip));

/** One of 16 bits with a sign, as some databases keep ports: below those that systems give out by themselves. */
export async function freeLowPort(ip = '127.0.0.1'): Promise<number> {
  for (let tries = 1; ; tries++) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    try {
      return await listenOnce(ip, port);
    } catch (error) {
      if (tries === 20) throw error;
    }
  }
}

async function listenOnce(ip: string, wanted: number): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject).listen(wanted, ip, resolve);
  });
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
