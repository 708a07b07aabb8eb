import { existsSync } from 'node:fs';

/** A module of this package, by its path from here: compiled or, while developing this package, as source. */
export const modulePath = (name: string): string =>
  [`${__dirname}/${name}.js`, `${__dirname}/${name}.ts`].find((path) => existsSync(path)) ?? name;
