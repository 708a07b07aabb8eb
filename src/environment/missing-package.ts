/** What to install, where a module could not be loaded for want of a package. */
export function missingPackage(error: unknown): string | undefined {
  const { message = '' } = error as { message?: string };
  const missing = /Cannot find (?:module|package) '([^']+)'/.exec(message)?.[1];
  const isPackage = missing !== undefined && !missing.startsWith('.') && !missing.startsWith('/');
  return isPackage ? `needs the package ${missing}: npm install ${missing}` : undefined;
}
