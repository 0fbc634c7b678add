import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

// What may import what is checked by `npm run lint:imports`.
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
);
