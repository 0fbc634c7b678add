// What may import what; `npm run lint:imports` checks it, with types and dynamic imports. docs/architecture.md has the picture.
'use strict';

/** All that is ours, whatever the folder. */
const OURS = '^(bench|bin|cli|emulator|examples|lambda|lib|scenarios|scripts|test)/';
const CONTRACT = '^lib/contract\\.ts$';

/** What disconnects a server, deletes something, or leads there. */
const CHANGES_SOMETHING = [
  '^lambda/source-server/disconnect\\.ts$',
  '^lambda/source-server/delete-record\\.ts$',
  '^lambda/source-server/retry-conflict\\.ts$',
  '^lambda/source-server/recovery-instance-cleanup\\.ts$',
  '^lambda/source-server/teardown\\.ts$',
  '^lambda/source-server/handler\\.ts$',
  '^lambda/fleet/teardown\\.ts$',
  '^lambda/fleet/handler\\.ts$',
  '^lambda/drain/ec2\\.ts$',
  '^lambda/drain/handler\\.ts$',
  '^lambda/aws/drs\\.ts$',
  '^lambda/index\\.ts$',
];

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
const forbidden = [
  {
    name: 'no-circle-of-files',
    comment: 'Files of a circle can only be understood, tested and moved together.',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no-circle-of-folders',
    comment: 'Of two folders one comes first: whoever reads it needs not know the other.',
    scope: 'folder',
    from: {},
    to: { circular: true },
  },

  // The library, which runs when a user's app is synthesized.
  {
    name: 'lib-stands-alone',
    comment: 'It is published, compiled by jsii, and runs at synth: what runs in AWS or on our machines stays out of it.',
    from: { path: '^lib/' },
    to: { path: OURS, pathNot: '^lib/' },
  },
  {
    name: 'contract-imports-nothing',
    comment: 'Library, function and command line share it: whatever it imports they would all carry.',
    from: { path: CONTRACT },
    to: { path: '.' },
  },

  // The teardown function, which runs in AWS.
  {
    name: 'lambda-knows-the-contract-only',
    comment: 'The function is bundled, and the library would bring the CDK with it.',
    from: { path: '^lambda/' },
    to: { path: OURS, pathNot: ['^lambda/', CONTRACT] },
  },
  {
    name: 'lambda-aws-stands-alone',
    comment: "How AWS is called doesn't depend on why.",
    from: { path: '^lambda/aws/' },
    to: { path: OURS, pathNot: '^lambda/aws/' },
  },
  {
    name: 'physical-ids-stand-alone',
    comment: 'Deployed stacks hold them: every other part reads them, so they depend on none.',
    from: { path: '^lambda/physical-ids\\.ts$' },
    to: { path: OURS, pathNot: CONTRACT },
  },
  {
    name: 'protocol-knows-no-resource',
    comment: "CloudFormation's protocol is the same for every resource type.",
    from: { path: '^lambda/protocol/' },
    to: { path: '^lambda/', pathNot: ['^lambda/protocol/', '^lambda/aws/', '^lambda/physical-ids\\.ts$'] },
  },
  {
    name: 'source-server-knows-no-fleet',
    comment: 'The teardown of one server is the same, alone or in a fleet.',
    from: { path: '^lambda/source-server/' },
    to: { path: ['^lambda/fleet/', '^lambda/drain/'] },
  },
  {
    name: 'fleet-knows-no-drain',
    comment: 'A fleet is many servers, and leaves the staging area alone.',
    from: { path: '^lambda/fleet/' },
    to: { path: '^lambda/drain/' },
  },
  {
    name: 'drain-knows-no-server',
    comment: 'It waits for what DRS made in a VPC, whichever servers it was made for.',
    from: { path: '^lambda/drain/' },
    to: { path: ['^lambda/source-server/', '^lambda/fleet/'] },
  },
  {
    name: 'rare-code-through-lazy',
    comment: 'What few requests need is a bundle of its own: imported from elsewhere, every cold start would read it.',
    from: { path: OURS, pathNot: ['^lambda/lazy\\.ts$', '^test/'] },
    to: {
      path: [
        '^lambda/fleet/handler\\.ts$',
        '^lambda/drain/handler\\.ts$',
        '^lambda/aws/assume-role\\.ts$',
        '^lambda/source-server/recovery-instance-cleanup\\.ts$',
      ],
    },
  },
  {
    name: 'lazy-from-index-only',
    comment: 'The function has one place that decides what is loaded late.',
    from: { path: OURS, pathNot: '^lambda/index\\.ts$' },
    to: { path: '^lambda/lazy\\.ts$' },
  },
  {
    name: 'lazy-is-imported-late',
    comment: 'An import at the top of the file is not late.',
    from: { path: '^lambda/index\\.ts$' },
    to: { path: '^lambda/lazy\\.ts$', dynamic: false },
  },

  // The command line, which runs on a user's machine.
  {
    name: 'cli-only-reads',
    comment: 'A plan must not be able to change anything: what could is not even in its bundle.',
    from: { path: '^cli/' },
    to: { path: CHANGES_SOMETHING, reachable: true },
  },
  {
    name: 'cli-uses-lambda',
    comment: 'It plans by the rules of the function, and is bundled like it.',
    from: { path: '^cli/' },
    to: { path: OURS, pathNot: ['^cli/', '^lambda/', CONTRACT] },
  },
  {
    name: 'cli-template-first',
    comment: 'Reading a template needs no AWS, no operation and no plan.',
    from: { path: '^cli/template/' },
    to: { path: '^cli/', pathNot: '^cli/template/' },
  },
  {
    name: 'cli-aws-second',
    comment: "What is asked of AWS doesn't depend on the plan.",
    from: { path: '^cli/aws/' },
    to: { path: '^cli/', pathNot: ['^cli/aws/', '^cli/template/'] },
  },
  {
    name: 'cli-operation-third',
    comment: 'What a deletion or an update does to each resource is known before its outcome is.',
    from: { path: '^cli/operation/' },
    to: { path: ['^cli/plan/', '^cli/report/', '^cli/index\\.ts$'] },
  },
  {
    name: 'cli-plan-fourth',
    comment: 'A plan is data: how it is shown may change without it.',
    from: { path: '^cli/plan/' },
    to: { path: ['^cli/report/', '^cli/index\\.ts$'] },
  },
  {
    name: 'cli-report-last',
    comment: 'It shows a plan that is made: it reads no template and asks AWS nothing.',
    from: { path: '^cli/report/' },
    to: { path: '^cli/', pathNot: ['^cli/report/', '^cli/plan/'] },
  },
  {
    name: 'nobody-needs-the-cli',
    comment: 'It uses the others, never the other way round.',
    from: { path: OURS, pathNot: ['^cli/', '^test/'] },
    to: { path: '^cli/' },
  },

  // What is never published.
  {
    name: 'emulator-stands-alone',
    comment: 'It stands for AWS, which knows nothing of us: with our code in it, it would share our mistakes.',
    from: { path: '^emulator/' },
    to: { path: OURS, pathNot: '^emulator/' },
  },
  {
    name: 'emulator-for-developers',
    comment: 'It is not published: what a user installs must not need it.',
    from: { path: OURS, pathNot: ['^emulator/', '^bench/', '^bin/', '^scenarios/', '^test/'] },
    to: { path: '^emulator/' },
  },
  {
    name: 'scenarios-for-developers',
    comment: 'They are played by programs and tests, and nothing depends on what they show.',
    from: { path: OURS, pathNot: ['^scenarios/', '^bench/', '^bin/', '^test/'] },
    to: { path: '^scenarios/' },
  },
  {
    name: 'examples-as-users-do',
    comment: "They are copied: they import the package by its name, and nothing that it doesn't export.",
    from: { path: '^examples/' },
    to: { path: OURS, pathNot: ['^examples/', '^lib/index\\.ts$'] },
  },
  {
    name: 'nobody-needs-a-test',
    comment: 'Tests may be moved and thrown away.',
    from: { path: OURS, pathNot: '^test/' },
    to: { path: '^test/' },
  },
];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: forbidden.map((rule) => ({ severity: 'error', ...rule })),
  options: {
    // Also what the compiler removes: `import type`.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    moduleSystems: ['es6', 'cjs'],
    skipAnalysisNotInRules: true,
  },
};
