import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** What the files of a folder must not import. */
const border = (files, ...patterns) => ({
  files,
  plugins: { '@typescript-eslint': tseslint.plugin },
  languageOptions: { parser: tseslint.parser },
  rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
});
const emulator = { regex: '(^|/)emulator(/|$)', message: 'Only bin, bench and test use the embedded AWS.' };
const handler = { regex: '^\\.\\.?/(.*/)?lambda(/|$)', message: 'The library runs at synth time, the handler in AWS: share lib/contract.' };
const domain = { regex: '^\\.\\./(drs|ec2)(/|$)', message: "CloudFormation's protocol knows nothing of DRS." };
const commandLine = { regex: '(^|/)cli(/|$)', message: 'The command line uses the library and the handler, never the other way round.' };
const library = { regex: '/lib/(?!contract$)', message: 'The handler and the command line know only lib/contract.' };

export default defineConfig(
  { ignores: ['.build/', 'bundle/', 'cdk.out/', 'coverage/', 'dist/', 'dist-cli/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    // `async` without `await` still has a use: what is thrown becomes a rejection.
    rules: { '@typescript-eslint/require-await': 'off' },
  },
  // Jest's matchers (expect.any, expect.objectContaining) are typed `any`.
  { files: ['test/**/*.ts'], rules: { '@typescript-eslint/no-unsafe-assignment': 'off' } },
  border(['lib/**'], emulator, handler, commandLine),
  border(['lambda/**'], emulator, library, commandLine),
  border(['lambda/protocol/**', 'lambda/aws/**'], emulator, library, commandLine, domain),
  border(['cli/**'], emulator, library),
  border(['examples/**', 'scripts/**'], emulator),
);
