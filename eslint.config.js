import eslint from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";
import { importBoundaries } from "./eslint.boundaries.js";

const root = import.meta.dirname;

const nodeOnlyGlobals = ["Buffer", "process", "global", "require", "setImmediate", "clearImmediate"];

export default defineConfig(
  globalIgnores(["**/dist/**", "**/coverage/**", "**/.turbo/**", "apps/bench/peers/**"]),
  {
    basePath: root,
    linterOptions: { reportUnusedDisableDirectives: "error" },
  },
  {
    basePath: root,
    files: ["**/*.{js,ts}"],
    extends: [
      eslint.configs.recommended,
      tseslint.configs.strictTypeChecked,
      tseslint.configs.stylisticTypeChecked,
    ],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
    rules: {
      eqeqeq: "error",
      // The type-check knows which names exist.
      "no-undef": "off",
      "no-console": "error",
      "@typescript-eslint/consistent-type-exports": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/dot-notation": ["error", { allowIndexSignaturePropertyAccess: true }],
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", ignoreRestSiblings: true }],
      // `() => {}` is a fine default for a listener.
      "@typescript-eslint/no-empty-function": ["error", { allow: ["arrowFunctions"] }],
      // Both shapes have their use; mapped and indexed types need `type`.
      "@typescript-eslint/consistent-type-definitions": "off",
      // A method that implements a contract may have nothing to await.
      "@typescript-eslint/require-await": "off",
      // A type parameter that is used once still says which type the caller has to give.
      "@typescript-eslint/no-unnecessary-type-parameters": "off",
    },
  },
  {
    // Core also runs in browsers, Deno, Bun and workers.
    basePath: root,
    files: ["packages/mcp-core/src/**/*.ts"],
    // What is written for Node's own requests is given them by Node.
    ignores: [
      "**/*.test.ts",
      "packages/mcp-core/src/testing/**",
      "packages/mcp-core/src/http-node/**",
      "packages/mcp-core/src/http-client-node/**",
    ],
    rules: {
      "no-restricted-globals": [
        "error",
        ...nodeOnlyGlobals.map((name) => ({
          name,
          message: "Core runs where Node's own globals are absent.",
        })),
      ],
    },
  },
  {
    // Command lines and scripts talk to a person.
    basePath: root,
    files: ["apps/**", "scripts/**", "*.{js,ts}"],
    rules: { "no-console": "off" },
  },
  {
    basePath: root,
    files: ["**/*.test.ts"],
    rules: {
      // `expect(object.method)` is how a spy is read.
      "@typescript-eslint/unbound-method": "off",
    },
  },
  {
    // Plain JavaScript is configuration and scripts: checked by tsc, without the rules that need types everywhere.
    basePath: root,
    files: ["**/*.js"],
    extends: [tseslint.configs.disableTypeChecked],
  },
  { basePath: root, ...importBoundaries(root) },
);
