import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Layer {
  readonly name: string;
  readonly en: string;
  readonly zh: string;
}

/** The folders of `shared/`, in an order in which each folder may import only the folders before it. */
export const layers = [
  {
    name: 'domain',
    en: 'the rules, folders by subject: pure functions, no I/O, no clock',
    zh: '规则，按主题分文件夹：纯函数，不做 I/O，不看时钟',
  },
  {
    name: 'contract',
    en: 'what flows, tables and settings are, as data',
    zh: '流程、数据表、设置的声明，都是数据',
  },
  { name: 'crypto', en: 'passwords, tokens, sealed fields', zh: '密码、令牌、加密字段' },
  {
    name: 'gateways',
    en: 'SMS, face, secrets: an interface and its providers',
    zh: '短信、人脸、密钥：接口及其各家实现',
  },
  {
    name: 'store',
    en: 'keys, conditions, transactions: folders by subject',
    zh: '主键、条件、事务：按主题分文件夹',
  },
  {
    name: 'runtime',
    en: 'what a step works with and answers: context, call, answer, messages, log lines',
    zh: '步骤所用与所答：上下文、调用、应答、中英文提示、日志行',
  },
  {
    name: 'journeys',
    en: 'pieces that several flows share (send a code, check it, open a session)',
    zh: '多个流程共用的部分（发码、验码、建立会话）',
  },
  {
    name: 'http',
    en: "body against the contract's schema, who calls, errors, one line a request",
    zh: '按契约校验请求体、识别调用者、错误应答、每个请求一行日志',
  },
] as const satisfies readonly Layer[];
export type LayerName = (typeof layers)[number]['name'];
export const layerNames = layers.map(({ name }) => name);

/** The READMEs, with the language of the list in each. */
export const readmes = { 'README.md': 'en', 'README.zh-CN.md': 'zh' } as const;
const flow = { en: 'the step: reads like the rule', zh: '业务步骤：读起来就是规则本身' };
const width = 'functions/<flow>'.length;

/** The way of a request from the top down, as a README shows it. */
export const wayOfARequest = (language: 'en' | 'zh'): string =>
  [
    'HTTP API → functions/<flow>/handler.ts',
    `  functions/<flow> ${flow[language]}`,
    ...layers.map((layer) => `  ${`shared/${layer.name}`.padEnd(width)} ${layer[language]}`).reverse(),
  ].join('\n');

const block = /(?<=```\n)HTTP API → functions\/<flow>\/handler\.ts\n[^`]*?(?=\n```)/;
export const wayIn = (page: string): string | undefined => block.exec(page)?.[0];

// If this file is run as a program, it writes the list into both pages.
if (import.meta.main)
  for (const [file, language] of Object.entries(readmes)) {
    const path = join(import.meta.dirname, '../..', file);
    const page = readFileSync(path, 'utf8');
    writeFileSync(
      path,
      page.replace(block, () => wayOfARequest(language)),
    );
  }
