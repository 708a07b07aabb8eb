import { createServer, type AddressInfo } from 'node:net';

/** A port on this machine that nothing listens on right now. */
export async function freePort(ip = '127.0.0.1'): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject).listen(0, ip, resolve);
  });
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
