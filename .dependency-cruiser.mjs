/** Which room may know which: dependencies point one way. Types may be looked at further than code may be called. */

const OURS = [
  ...[
    'api',
    'activities',
    'benefits',
    'billing',
    'bench',
    'config',
    'db',
    'dev',
    'emails',
    'schemas',
    'tax',
    'test',
    'usage',
  ],
  ...['web', 'worker', 'workflows'],
];

/** What those who start and ask processes know of workflows/. */
const ASKED = '(\\.messages|search-attributes|task-queues)\\.ts$';

/** What a room's code may import of ours, besides itself. */
const CODE = {
  billing: [],
  schemas: [],
  config: [],
  emails: ['billing'],
  db: ['billing', 'config', 'usage'],
  tax: ['billing', 'config'],
  usage: ['billing'],
  benefits: ['billing', 'db', 'schemas'],
  workflows: ['billing'],
  activities: ['billing', 'benefits', 'config', 'db', 'emails', 'tax', 'usage', 'workflows'],
  api: ['billing', 'benefits', 'config', 'db', 'emails', 'schemas', 'tax', 'usage', 'workflows'],
  worker: ['activities', 'benefits', 'billing', 'config', 'db', 'emails', 'tax', 'usage', 'workflows'],
  web: [],
};

/** What it may import the types of, in addition. */
const TYPES = { db: ['schemas', 'tax'], workflows: ['activities'], activities: ['schemas'] };

const paths = (rooms) => `^(${rooms.join('|')})/`;

const rooms = Object.entries(CODE).flatMap(([room, code]) => {
  const types = TYPES[room] ?? [];
  const foreign = OURS.filter((other) => other !== room && !code.includes(other) && !types.includes(other));
  return [
    {
      name: `${room}-knows`,
      comment: `${room}/ may import ${code.join(', ') || 'nothing of ours'}.`,
      severity: 'error',
      from: { path: paths([room]) },
      to: { path: paths(foreign) },
    },
    ...(types.length === 0
      ? []
      : [
          {
            name: `${room}-sees-types`,
            comment: `${room}/ may import only types of ${types.join(', ')}.`,
            severity: 'error',
            from: { path: paths([room]) },
            to: { path: paths(types), dependencyTypesNot: ['type-only'] },
          },
        ]),
  ];
});

export default {
  forbidden: [
    ...rooms,
    {
      name: 'api-asks-by-message',
      comment: 'api/ knows what may be asked of a process, not how it is done.',
      severity: 'error',
      from: { path: '^api/' },
      to: { path: '^workflows/', pathNot: ASKED, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'activities-ask-by-message',
      comment: 'activities/ too ask processes only by their messages.',
      severity: 'error',
      from: { path: '^activities/' },
      to: { path: '^workflows/', pathNot: ASKED, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'nobody-knows-dev-or-test',
      severity: 'error',
      from: { pathNot: '^(dev|test|bench)/' },
      to: { path: '^(dev|test|bench)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^node_modules|/dist/)' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mjs', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
