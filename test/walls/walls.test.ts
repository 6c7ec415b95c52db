import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { flows } from '#flows/contracts.ts';
import { circlesIn } from './circles.ts';
import { importsIn } from './imports.ts';
import { type LayerName, layerNames as layers, readmes, wayIn, wayOfARequest } from './layers.ts';

const root = join(import.meta.dirname, '../..');
const { imports: aliases } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  imports: Readonly<Record<string, string>>;
};
const sources = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.[cm]?tsx?$/.test(file) && !file.includes('node_modules'))
    .map((file) => join(folder, file));

const imported = (file: string) => importsIn(readFileSync(join(root, file), 'utf8'));
const isRelative = (specifier: string) => specifier.startsWith('.');
const isPackage = (specifier: string) =>
  !isRelative(specifier) && !specifier.startsWith('#') && !isBuiltin(specifier);
/** The file to which a relative import leads, from the project's root. */
const target = (file: string, specifier: string) => relative('.', join(dirname(file), specifier));
/** The file to which an import within the project leads, from the root; undefined for a package. */
function localTarget(file: string, specifier: string): string | undefined {
  if (isRelative(specifier)) return target(file, specifier);
  const alias = Object.keys(aliases).find((one) => specifier.startsWith(one.slice(0, -1)));
  return alias && join(aliases[alias]?.slice(0, -1) ?? '', specifier.slice(alias.length - 1));
}

/** `file → import` for every import that is not allowed. */
const crossings = (
  files: readonly string[],
  allowed: (specifier: string, file: string) => boolean,
): string[] =>
  files.flatMap((file) =>
    imported(file)
      .filter((specifier) => !allowed(specifier, file))
      .map((specifier) => `${file} → ${specifier}`),
  );

describe('imports point one way', () => {
  it.each(layers)('shared/%s knows only the layers below it', (layer: LayerName) => {
    const below = layers.slice(0, layers.indexOf(layer));
    const files = sources(`shared/${layer}`);
    expect(files.length).toBeGreaterThan(0);
    const allowed = (specifier: string, file: string) => {
      if (isRelative(specifier)) return target(file, specifier).startsWith(`shared/${layer}/`);
      if (specifier.startsWith('#')) return below.some((one) => specifier.startsWith(`#${one}/`));
      return true;
    };
    expect(crossings(files, allowed)).toEqual([]);
  });

  it('every folder of shared has its place in the order', () => {
    expect(readdirSync(join(root, 'shared')).sort()).toEqual([...layers].sort());
  });

  it.each(Object.entries(readmes))('%s lists them in this order', (file, language) => {
    // `node test/walls/layers.ts` writes this list.
    expect(wayIn(readFileSync(join(root, file), 'utf8'))).toBe(wayOfARequest(language));
  });

  it('the domain imports nothing at all, not even from Node.js', () => {
    expect(crossings(sources('shared/domain'), isRelative)).toEqual([]);
  });

  it('contracts are data: they import the contract language, the domain and valibot', () => {
    const contracts = [
      ...sources('shared/contract'),
      ...sources('functions').filter((file) => /\/contracts?\.ts$/.test(file)),
    ];
    expect(contracts.length).toBeGreaterThan(flows.length);
    const allowed = (specifier: string, file: string) =>
      /^(#contract\/|#domain\/|valibot$)/.test(specifier) ||
      (isRelative(specifier) && /^shared\/contract\/|\/contract\.ts$/.test(target(file, specifier)));
    expect(crossings(contracts, allowed)).toEqual([]);
  });

  it('the AWS SDK is known to the store alone, and no shared code knows the CDK', () => {
    const users = sources('shared')
      .concat(sources('functions'))
      .filter((file) => imported(file).some((specifier) => specifier.startsWith('@aws-sdk/')))
      .map((file) => dirname(file));
    expect([...new Set(users)]).toEqual(['shared/store/dynamodb']);
    const code = [...sources('shared'), ...sources('functions')];
    expect(
      crossings(code, (specifier) => !/^(aws-cdk-lib|constructs|cdk-nag|esbuild)/.test(specifier)),
    ).toEqual([]);
  });

  it('a flow knows its own folder and shared code, never another flow or infra', () => {
    const files = sources('functions').filter((file) => file !== 'functions/contracts.ts');
    const allowed = (specifier: string, file: string) => {
      if (isRelative(specifier))
        return target(file, specifier).startsWith(`${dirname(file).split('/').slice(0, 2).join('/')}/`);
      if (specifier.startsWith('#')) return layers.some((one) => specifier.startsWith(`#${one}/`));
      return true;
    };
    expect(crossings(files, allowed)).toEqual([]);
  });

  it('infra knows contracts and the domain, never the code of handlers', () => {
    const allowed = (specifier: string, file: string) => {
      // The stand-ins of stage local use the example's code itself.
      if (file === 'infra/local/control/tax-systems.ts' && /\/examples\/relying-party\//.test(specifier))
        return true;
      // The canary is a function too, and reads its secret as the other functions do.
      if (file === 'infra/canary/handler.ts' && specifier === '#gateways/aws.ts') return true;
      if (isRelative(specifier)) return /^(infra\/|cdk\.json$)/.test(target(file, specifier));
      if (specifier.startsWith('#'))
        return /^(#contract\/|#domain\/|#flows\/contracts\.ts$|#flows\/[\w-]+\/contract\.ts$)/.test(
          specifier,
        );
      return true;
    };
    expect(crossings(sources('infra'), allowed)).toEqual([]);
  });

  it('the portal knows the types of contracts, and of the domain code that weighs nothing', () => {
    const files = sources('portal/src');
    expect(files.length).toBeGreaterThan(50);
    const named = (file: string, only?: 'run') =>
      importsIn(readFileSync(join(root, file), 'utf8'), {
        lang: file.endsWith('x') ? 'tsx' : 'ts',
        ...(only ? { only } : {}),
      });
    const foreign = (specifier: string, file: string) => {
      if (isRelative(specifier)) return !target(file, specifier).startsWith('portal/src/');
      return specifier.startsWith('#') && !/^#(contract|flows|domain)\//.test(specifier);
    };
    // Only the API needs the list of common passwords: 100 KB that no page needs.
    const heavy = (specifier: string) =>
      /^#(contract|flows)\/|^#domain\/factors\/common-password/.test(specifier);
    // The list is where the pattern says.
    const list = 'domain/factors/common-passwords.ts';
    expect([heavy(`#${list}`), existsSync(join(root, 'shared', list))]).toEqual([true, true]);
    const wrong = files.flatMap((file) =>
      [
        ...named(file).filter((specifier) => foreign(specifier, file) || isBuiltin(specifier)),
        ...named(file, 'run').filter(heavy),
      ].map((specifier) => `${file} → ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  it.each(['shared', 'functions', 'infra', 'portal/src', 'bench', 'examples'])(
    '%s has no circle of imports',
    (folder) => {
      // Imports of types count too: two files that need each other's types have the same subject.
      const known = new Map(
        sources(folder).map((file) => {
          const lang = file.endsWith('x') ? 'tsx' : 'ts';
          const specifiers = importsIn(readFileSync(join(root, file), 'utf8'), { lang });
          return [file, specifiers.flatMap((specifier) => localTarget(file, specifier) ?? [])] as const;
        }),
      );
      expect(circlesIn(known)).toEqual([]);
    },
  );

  it('nothing that runs deployed imports a development package', () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const names = [...Object.keys(dependencies), 'aws-lambda'];
    const allowed = (specifier: string) =>
      !isPackage(specifier) || names.some((name) => specifier === name || specifier.startsWith(`${name}/`));
    expect(crossings([...sources('shared'), ...sources('functions')], allowed)).toEqual([]);
  });
});

describe('functions', () => {
  const folders = readdirSync(join(root, 'functions'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

  it('are exactly the flows that contracts.ts lists', () => {
    expect(folders.sort()).toEqual(flows.map(({ name }) => name).sort());
  });

  it.each(folders)('%s has its contract and its handler', (folder) => {
    expect(readdirSync(join(root, 'functions', folder))).toEqual(
      expect.arrayContaining(['contract.ts', 'handler.ts']),
    );
  });
});

describe('the scanner of this test', () => {
  it.each<[Record<string, string[]>, string[][]]>([
    [{ a: ['b'], b: ['c'], c: [] }, []],
    [{ a: ['b'], b: ['a'], c: ['a'] }, [['a', 'b']]],
    [
      { a: ['b', 'd'], b: ['c'], c: ['a'], d: ['e'], e: ['d'] },
      [
        ['a', 'b', 'c'],
        ['d', 'e'],
      ],
    ],
    [{ a: ['a', 'elsewhere'] }, [['a']]],
  ])('finds the circles of %j', (imports, circles) => {
    expect(circlesIn(new Map(Object.entries(imports)))).toEqual(circles);
  });

  it.each([
    ["import { a } from '#domain/a.ts';", ['#domain/a.ts']],
    ["import type { a } from '#domain/a.ts';", ['#domain/a.ts']],
    ["import {\n  a,\n  type b,\n} from './a.ts';", ['./a.ts']],
    ["import './effect.ts';", ['./effect.ts']],
    ["export * from './a.ts'; export type { B } from './b.ts';", ['./a.ts', './b.ts']],
    ["const a = await import('./a.ts'); type B = import('./b.ts').B;", ['./a.ts', './b.ts']],
    ["import data from './a.json' with { type: 'json' };", ['./a.json']],
    ["const a = require('./a.cjs');", ['./a.cjs']],
    ["// import { a } from './a.ts'\n/* import './b.ts' */", []],
    ['const text = "import { a } from \'./a.ts\'";', []],
    ['const text = `\nimport a from "./a.ts"`;', []],
    ["const from = 'x'; export const b = from;", []],
    ["const url = 'http://x'; import { a } from './a.ts';", ['./a.ts']],
    ["const r = /['\"`]/; import { a } from './a.ts';", ['./a.ts']],
  ])('reads %j', (source, found) => {
    expect(importsIn(source)).toEqual(found);
  });

  it.each([
    ["import type { a } from './a.ts'; import { type b } from './b.ts';", []],
    ["import { type a, b } from './a.ts'; import './c.ts';", ['./a.ts', './c.ts']],
    ["export type { a } from './a.ts'; type B = import('./b.ts').B; export { c } from './c.ts';", ['./c.ts']],
    ["const a = await import('./a.ts');", ['./a.ts']],
  ])('tells what stays of %j at run time', (source, found) => {
    expect(importsIn(source, { only: 'run' })).toEqual(found);
    expect(importsIn(source, { only: 'at-once' })).toEqual(
      found.filter((one) => !source.includes(`import('${one}')`)),
    );
  });
});

describe('a list in pages', () => {
  it('CTR-3 is read by loops that have a bound, which are in one module', () => {
    // Code that takes the next position from a page that it has read is a loop of its own.
    const ownLoop =
      /\b(from|next|cursor|key|last) = \w+\.next\b[^;]*;\s*\}\s*while|for \(let from: |LastEvaluatedKey/;
    const own = [...sources('functions'), ...sources('shared')].filter((file) =>
      ownLoop.test(readFileSync(join(root, file), 'utf8')),
    );
    // The one query that passes DynamoDB's position on.
    expect(own).toEqual(['shared/store/dynamodb/tables.ts']);
    expect(ownLoop.test('do { const page = await read(from); from = page.next; } while (from);')).toBe(true);
  });
});

describe('the time of a function', () => {
  it('ERR-02 is one budget for all its calls: by `serve`, or by itself', () => {
    const own = sources('functions').filter((file) => {
      if (!file.endsWith('/handler.ts')) return false;
      const code = readFileSync(join(root, file), 'utf8');
      // The last four names are runs that several functions share, each within its time budget.
      return !/\b(serve|withinTimeBudget|runLockSweep|sweepHandOvers|copyChanges|continueCopying)\b(<[^(]*>)?\(/.test(
        code,
      );
    });
    expect(own).toEqual([]);
  });
});

describe('what is looked for', () => {
  it('ENT-5 DOC-2 is compared in the one folding on every page, never by a part of it', () => {
    const own = sources('portal/src').filter((file) =>
      /\.to(Locale)?(Lower|Upper)Case\(/.test(readFileSync(join(root, file), 'utf8')),
    );
    expect(own).toEqual([]);
  });
});

describe('what a browser may lack', () => {
  it('is asked for in one module of the portal, which works without', () => {
    const optional =
      /\b(localStorage|sessionStorage|indexedDB|matchMedia|navigator|caches|Notification)\b\s*[.(?!&]|new BroadcastChannel|randomUUID/;
    const elsewhere = sources('portal/src').filter(
      (file) =>
        !file.endsWith('app/browser-features.ts') && optional.test(readFileSync(join(root, file), 'utf8')),
    );
    expect(elsewhere).toEqual([]);
    expect(readFileSync(join(root, 'portal/src/app/browser-features.ts'), 'utf8')).toMatch(optional);
  });
});
