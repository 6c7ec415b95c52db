import type { ChannelKeys } from '#contract/settings.ts';
import type { StageConfig } from './config.ts';

/**
 * Texts in infra/config.ts that the bureau must replace by its own. Any value that contains one of them is a stand-in.
 */
const texts = [
  'example.cn',
  '111122223333',
  '1400000000',
  '00000000-0000-4000-8000-000000000000',
  'ASCA00000000000000000',
];
/** Settings whose stand-in is too short to search for in every value. */
const bySetting: Readonly<Record<string, string>> = {
  'settings.sms.templates.code': '100001',
  'settings.sms.templates.notice': '100002',
  'settings.face.ruleId': '1',
};
/** The channels without whose keys nobody can pass a face check or confirm a QR login (CHN-1). */
const appChannels = ['ahtax-app', 'iit-app'] as const;

/** Whether a text contains one of them. */
export const isStandIn = (text: string): boolean => texts.some((one) => text.includes(one));

/** The settings of a stage that are still stand-ins, by name: a deployment with them would fail, or serve nobody. */
export function standIns(config: StageConfig, channelKeys: ChannelKeys): string[] {
  const { alarms } = config;
  return [
    ...leaves(config).flatMap(([path, value]) =>
      isStandIn(value) || bySetting[path] === value ? [path] : [],
    ),
    ...(config.account ? [] : ['account']),
    ...appChannels.flatMap((channel) => (channelKeys[channel]?.length ? [] : [`channelKeys.${channel}`])),
    ...(alarms.topicArn || alarms.emails?.length ? [] : ['alarms.topicArn or alarms.emails']),
    // A topic works only in its own region, and CloudFront's alarm is in another one.
    ...(alarms.topicArn && !alarms.emails?.length && !alarms.cloudFrontTopicArn && hasCloudFrontAlarm(config)
      ? ['alarms.cloudFrontTopicArn or alarms.emails']
      : []),
  ];
}

const hasCloudFrontAlarm = ({ portal, region }: StageConfig): boolean =>
  portal !== undefined && !region.startsWith('cn-');

function leaves(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => leaves(inner, path ? `${path}.${name}` : name));
}
