/** Every kind of test runs on real services; which ones a folder needs is said in the folder's own setup. */
export default {
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.tsx?$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2023', experimental: { keepImportAttributes: true } },
        module: { type: 'es6' },
      },
    ],
  },
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testTimeout: 120_000,
  maxWorkers: 2,
  // Modules of finished files stay in a worker's memory (nodejs/node 33439): a worker that has grown is replaced.
  workerIdleMemoryLimit: '1GB',
  // Ending one of nearly that size takes a second on a busy machine, though nothing is left open: half a second, as by
  // default, had Jest complain of leaks now and then. One that is still there after this has left something open.
  workerGracefulExitTimeout: 10_000,
};
