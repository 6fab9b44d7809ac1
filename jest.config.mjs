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
};
