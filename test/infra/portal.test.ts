import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  addressOf,
  localityOf,
  originSecretHeader,
  viewerAddressHeader,
  viewerCityHeader,
} from '#http/viewer.ts';
import { stageNames, stages } from '../../infra/config.ts';
import { buildPortal, type PortalMode } from '../../infra/portal/build.ts';
import { fileOfPage, isPage } from '../../infra/portal/fallback.ts';
import { cacheControl, portalHeaders } from '../../infra/portal/headers.ts';
import { pagePaths, withPageCopies } from '../../infra/portal/pages.ts';
import { resolveStage } from '../../infra/stage.ts';
import {
  type Assembly,
  assembly,
  objectsIn,
  type Resource,
  readable,
  resourcesOf,
  statementsOf,
  synthTimeout,
} from './assembly.ts';

interface Behaviour {
  readonly PathPattern?: string;
  readonly TargetOriginId: string;
  readonly CachePolicyId: { Ref: string };
  readonly OriginRequestPolicyId?: { Ref: string };
  readonly ResponseHeadersPolicyId: { Ref: string };
  readonly AllowedMethods: string[];
  readonly ViewerProtocolPolicy: string;
  readonly FunctionAssociations?: { EventType: string; FunctionARN: unknown }[];
}
interface Origin {
  readonly Id: string;
  readonly DomainName: unknown;
  readonly OriginAccessControlId?: unknown;
  readonly S3OriginConfig?: { OriginAccessIdentity: unknown };
  readonly CustomOriginConfig?: Record<string, unknown>;
  readonly OriginCustomHeaders?: { HeaderName: string; HeaderValue: string }[];
}
interface Distribution {
  readonly Origins: Origin[];
  readonly DefaultCacheBehavior: Behaviour;
  readonly CacheBehaviors: Behaviour[];
  readonly CustomErrorResponses: Record<string, unknown>[];
  readonly [setting: string]: unknown;
}

const deployed = stageNames.filter((name) => stages[name].portal);

it(
  'stage local has no CloudFront: its pages are served by the local runtime',
  async () => {
    const { portal, resources } = await assembly('local');
    expect(portal).toBeUndefined();
    expect(resources.filter(({ Type }) => Type.startsWith('AWS::CloudFront'))).toEqual([]);
    expect(deployed).toEqual(stageNames.filter((name) => name !== 'local'));
  },
  synthTimeout,
);

/** In aws-cn index.html is copied to the address of every page. */
const copies = {
  Prune: false,
  'cache-control': cacheControl.page,
  'content-type': 'text/html; charset=utf-8',
};

describe.each(deployed)('portal stack of stage %s', (stage) => {
  const china = stages[stage].region.startsWith('cn-');
  let built: Assembly;
  let template: string;
  let resources: Resource[];
  let front: Distribution;
  const one = (type: string, id = ''): Resource => {
    const [found, ...more] = resources.filter(
      (resource) => resource.Type === type && resource.id.startsWith(id),
    );
    if (!found || more.length > 0) throw new Error(`Expected one ${type} ${id}`);
    return found;
  };
  const config = (type: string, ref: { Ref: string }): Record<string, unknown> =>
    Object.values(one(type, ref.Ref).Properties)[0] as Record<string, unknown>;
  const behaviours = () => [front.DefaultCacheBehavior, ...front.CacheBehaviors];
  beforeAll(async () => {
    built = await assembly(stage);
    template = built.portal ?? '';
    resources = resourcesOf(template);
    front = one('AWS::CloudFront::Distribution').Properties.DistributionConfig as Distribution;
  }, synthTimeout);

  it('SSO-15 sends /v1, /oauth2 and /.well-known to the API and everything else to the pages', () => {
    expect(behaviours().map(({ PathPattern, TargetOriginId }) => [PathPattern, TargetOriginId])).toEqual([
      [undefined, 'pages'],
      ['/v1/*', 'api'],
      ['/oauth2/*', 'api'],
      ['/.well-known/*', 'api'],
    ]);
  });

  it('DATA-01 keeps nothing of the API, not even its errors', () => {
    for (const behaviour of front.CacheBehaviors)
      expect(config('AWS::CloudFront::CachePolicy', behaviour.CachePolicyId)).toMatchObject({
        MinTTL: 0,
        DefaultTTL: 0,
        MaxTTL: 0,
      });
    for (const response of front.CustomErrorResponses)
      expect(Object.keys(response).sort()).toEqual(['ErrorCachingMinTTL', 'ErrorCode']);
    expect(front.CustomErrorResponses.map(({ ErrorCachingMinTTL }) => ErrorCachingMinTTL)).toEqual(
      front.CustomErrorResponses.map(() => 0),
    );
    expect(front.CustomErrorResponses.map(({ ErrorCode }) => ErrorCode)).toEqual(
      expect.arrayContaining([400, 403, 404, 500, 503]),
    );
  });

  it('API-01 tells the API the viewer’s address, with the secret that makes it believed', () => {
    for (const { OriginRequestPolicyId, AllowedMethods, ViewerProtocolPolicy } of front.CacheBehaviors) {
      expect(
        OriginRequestPolicyId && config('AWS::CloudFront::OriginRequestPolicy', OriginRequestPolicyId),
      ).toMatchObject({
        HeadersConfig: {
          HeaderBehavior: 'allViewerAndWhitelistCloudFront',
          Headers: ['CloudFront-Viewer-Address', ...(china ? [] : ['CloudFront-Viewer-City'])],
        },
        CookiesConfig: { CookieBehavior: 'all' },
        QueryStringsConfig: { QueryStringBehavior: 'all' },
      });
      expect(AllowedMethods).toHaveLength(7);
      expect(ViewerProtocolPolicy).toBe('https-only');
    }
    expect([viewerAddressHeader, viewerCityHeader]).toEqual([
      'cloudfront-viewer-address',
      'cloudfront-viewer-city',
    ]);
    const reference = `{{resolve:secretsmanager:ahtax-${stage}/origin:SecretString}}`;
    expect(front.Origins.find(({ Id }) => Id === 'api')).toMatchObject({
      CustomOriginConfig: { OriginProtocolPolicy: 'https-only', OriginSSLProtocols: ['TLSv1.2'] },
      OriginCustomHeaders: [{ HeaderName: originSecretHeader, HeaderValue: reference }],
    });
    expect(
      built
        .of('AWS::SecretsManager::Secret')
        .find(({ Properties }) => Properties.Name === `ahtax-${stage}/origin`),
    ).toMatchObject({ Properties: { GenerateSecretString: { PasswordLength: 48 } } });
    const routed = built
      .of('AWS::Lambda::Function')
      .map(({ Properties }) => (Properties.Environment as { Variables: Record<string, unknown> }).Variables)
      .filter((variables) => 'ORIGIN_SECRET' in variables);
    expect(routed.length).toBeGreaterThan(15);
    for (const { ORIGIN_SECRET } of routed) expect(ORIGIN_SECRET).toBe(reference);
  });

  it('reaches the API at the host that takes requests for the domain, whose default address is off', () => {
    const { domain } = stages[stage];
    const api = front.Origins.find(({ Id }) => Id === 'api');
    expect(readable(api?.DomainName)).toMatch(/httpDomain.*RegionalDomainName/);
    expect(front.Aliases).toEqual([domain?.name]);
    expect(`https://${domain?.name}`).toBe(stages[stage].settings.issuer);
    expect(
      built.of('AWS::ApiGatewayV2::Api').map(({ Properties }) => Properties.DisableExecuteApiEndpoint),
    ).toEqual([true]);
  });

  it('has the single page behind the pages only, by the rule of the local server', () => {
    for (const behaviour of front.CacheBehaviors) expect(behaviour.FunctionAssociations).toBeUndefined();
    if (china) {
      // Instead there is a copy at every address: see the uploads.
      expect(template).not.toContain('AWS::CloudFront::Function');
      expect(front.DefaultCacheBehavior.FunctionAssociations).toBeUndefined();
      expect(front.DefaultRootObject).toBe('login.html');
      return;
    }
    const [fallback] = front.DefaultCacheBehavior.FunctionAssociations ?? [];
    expect(fallback?.EventType).toBe('viewer-request');
    const { FunctionCode, AutoPublish, FunctionConfig } = one('AWS::CloudFront::Function').Properties;
    expect([AutoPublish, (FunctionConfig as { Runtime: string }).Runtime]).toEqual([
      true,
      'cloudfront-js-2.0',
    ]);
    for (const path of [
      '/',
      '/login',
      '/a.b/c',
      '/desk/',
      '/account',
      '/x.js',
      '/assets/a-1.css',
      '/index.html',
    ]) {
      const { uri } = runInNewContext(`${FunctionCode}; handler({ request: { uri: '${path}' } })`);
      expect(uri).toBe(isPage(path) ? `/${fileOfPage(path)}` : path);
    }
    expect(['/', '/login', '/a.b/c'].every(isPage)).toBe(true);
    expect(['/', '/login', '/loginx', '/register', '/me', '/me/phones'].map(fileOfPage)).toEqual([
      'login.html',
      'login.html',
      'index.html',
      'register.html',
      'me.html',
      'index.html',
    ]);
    expect(['/x.js', '/index.html'].some(isPage)).toBe(false);
  });

  it('sends every header of the constant with the pages, and strict transport with everything', () => {
    const pages = config(
      'AWS::CloudFront::ResponseHeadersPolicy',
      front.DefaultCacheBehavior.ResponseHeadersPolicyId,
    );
    const { SecurityHeadersConfig: security, CustomHeadersConfig: custom } = pages as {
      SecurityHeadersConfig: Record<string, Record<string, unknown>>;
      CustomHeadersConfig: { Items: { Header: string; Value: string; Override: boolean }[] };
    };
    const sent = {
      'content-security-policy': security.ContentSecurityPolicy?.ContentSecurityPolicy,
      'x-content-type-options': security.ContentTypeOptions && 'nosniff',
      'x-frame-options': security.FrameOptions?.FrameOption,
      'referrer-policy': security.ReferrerPolicy?.ReferrerPolicy,
      ...Object.fromEntries(custom.Items.map(({ Header, Value }) => [Header, Value])),
    };
    expect(sent).toEqual(portalHeaders);
    for (const { ResponseHeadersPolicyId } of behaviours()) {
      const policy = config('AWS::CloudFront::ResponseHeadersPolicy', ResponseHeadersPolicyId);
      expect(policy).toMatchObject({
        SecurityHeadersConfig: {
          StrictTransportSecurity: {
            AccessControlMaxAgeSec: 63_072_000,
            IncludeSubdomains: true,
            Override: true,
          },
          ContentTypeOptions: { Override: true },
        },
      });
    }
    for (const part of objectsIn(pages)) if ('Override' in part) expect(part.Override).toBe(true);
  });

  it('keeps the pages in a private bucket that CloudFront alone reads', () => {
    const bucket = one('AWS::S3::Bucket');
    expect(bucket.Properties).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    });
    expect(JSON.stringify(bucket.Properties.BucketEncryption)).toContain('AES256');
    const statements = statementsOf(one('AWS::S3::BucketPolicy'));
    expect(
      statements.filter(({ Effect }) => Effect === 'Deny').map(({ Condition }) => Condition),
    ).toContainEqual({
      Bool: { 'aws:SecureTransport': 'false' },
    });
    const allowed = statements.filter(({ Effect }) => Effect === 'Allow');
    expect(allowed.map(({ Action }) => Action)).toEqual(['s3:GetObject', 's3:ListBucket']);
    const pages = front.Origins.find(({ Id }) => Id === 'pages');
    for (const { Principal, Condition } of allowed)
      if (china) {
        expect(Object.keys(Principal as object)).toEqual(['CanonicalUser']);
      } else {
        expect(Principal).toEqual({ Service: 'cloudfront.amazonaws.com' });
        expect(
          readable((Condition as { StringEquals: Record<string, unknown> }).StringEquals['AWS:SourceArn']),
        ).toMatch(/:distribution\/<Distribution>$/);
      }
    if (china) {
      expect(template).not.toContain('OriginAccessControl');
      expect(readable(pages?.S3OriginConfig?.OriginAccessIdentity)).toMatch(
        /^origin-access-identity\/cloudfront\/</,
      );
    } else {
      expect(pages?.OriginAccessControlId).toBeDefined();
      expect(one('AWS::CloudFront::OriginAccessControl').Properties.OriginAccessControlConfig).toMatchObject({
        SigningBehavior: 'always',
        SigningProtocol: 'sigv4',
      });
    }
  });

  it('speaks TLS 1.2 or better with the certificate of the partition', () => {
    const { certificate } = stages[stage].portal ?? { certificate: '' };
    expect(front.ViewerCertificate).toEqual({
      [china ? 'IamCertificateId' : 'AcmCertificateArn']: certificate,
      MinimumProtocolVersion: 'TLSv1.2_2021',
      SslSupportMethod: 'sni-only',
    });
    expect(front.HttpVersion).toBe(china ? 'http2' : 'http2and3');
  });

  it('uploads assets for ever and before the pages that name them, and removes nothing', () => {
    const uploads = resources.filter(({ Type }) => Type === 'Custom::CDKBucketDeployment');
    expect(
      uploads.map(({ Properties }) => {
        const { Include, Exclude, Prune, SystemMetadata } = Properties;
        return { Include, Exclude, Prune, ...(SystemMetadata as object) };
      }),
    ).toEqual([
      { Include: ['assets/*'], Exclude: ['*'], Prune: false, 'cache-control': cacheControl.asset },
      { Exclude: ['assets/*'], Prune: false, 'cache-control': cacheControl.page },
      ...(china ? [copies, copies] : []),
    ]);
    for (const [at, { DependsOn }] of uploads.entries())
      expect(DependsOn ?? []).toEqual(at === 0 ? [] : expect.arrayContaining([uploads[at - 1]?.id]));
  });

  it('DATA-01 logs chosen fields of each request, never path, query, cookie or address', () => {
    // The log that comes with the distribution would contain all of them.
    expect(front.Logging).toBeUndefined();
    if (china) {
      expect(built.portalLogs).toBeUndefined();
      return;
    }
    const logging = resourcesOf(built.portalLogs ?? '');
    const of = (type: string) => logging.find(({ Type }) => Type === type)?.Properties ?? {};
    const fields = of('AWS::Logs::Delivery').RecordFields as string[];
    expect(fields).toEqual(expect.arrayContaining(['date', 'time', 'sc-status', 'time-taken']));
    expect(
      fields.filter((field) => /uri|query|cookie|^c-|host|referer|agent|forwarded|country|asn/i.test(field)),
    ).toEqual([]);
    expect(of('AWS::Logs::DeliverySource')).toMatchObject({
      LogType: 'ACCESS_LOGS',
      ResourceArn: {
        'Fn::GetStackOutput': {
          StackName: `ahtax-${stage}-portal`,
          OutputName: 'DistributionArn',
          Region: stages[stage].region,
        },
      },
    });
    expect(JSON.parse(template).Outputs.DistributionArn.Value).toBeDefined();
    expect(of('AWS::Logs::LogGroup').RetentionInDays).toBe(stages[stage].logRetentionDays);
    expect(JSON.stringify(of('AWS::Logs::ResourcePolicy').PolicyDocument)).toMatch(
      /aws:SourceAccount.*delivery\.logs\.amazonaws\.com/,
    );
  });

  it('knows nothing of this machine, names no other partition, and stays small', () => {
    expect(template).not.toContain('/local');
    expect(template).not.toContain(china ? 'arn:aws:' : 'arn:aws-cn:');
    expect(resources.length).toBeLessThan(60);
  });
});

describe('settings of the portal', () => {
  const { portal, ...showcase } = stages.showcase;
  const wanted = portal ?? { certificate: '' };
  it.each([
    ['portal needs a domain', 'showcase', { domain: undefined, portal: wanted }],
    ['portal.certificate', 'showcase', { portal: { certificate: 'ASCA00000000000000000' } }],
    [
      'portal.certificate',
      'showcase',
      { portal: { certificate: wanted.certificate.replace('us-east-1', 'eu-west-1') } },
    ],
    ['portal.certificate', 'prod', { portal: wanted }],
    ['portal.priceClass', 'prod', { portal: { certificate: 'ASCA1', priceClass: 'PriceClass_100' } }],
    ['portal.countries', 'showcase', { portal: { ...wanted, countries: ['China'] } }],
    ['portal.countries', 'showcase', { portal: { ...wanted, countries: [] } }],
  ])('refuse the synth with %s in stage %s', (name, stage, config) => {
    expect(() => resolveStage(stage, { config: config as object })).toThrow(`Stage ${stage}: ${name}`);
  });

  it('may be left out: the API alone', () => {
    expect(
      resolveStage('showcase', { rehearsal: true, config: { ...showcase, portal: undefined } as object })
        .portal,
    ).toBeUndefined();
  });
});

describe('API-01 the address of the caller', () => {
  afterEach(() => {
    delete process.env.ORIGIN_SECRET;
  });
  const secret = 'Zs8Kq0XwY4';
  const seen = (headers: Record<string, string>) =>
    addressOf({ headers, requestContext: { http: { sourceIp: '192.0.2.7' } } } as never);
  const viewer = (address: string, shown = secret) =>
    seen({ [viewerAddressHeader]: address, [originSecretHeader]: shown });

  it('LGN-12 is the viewer’s, as CloudFront tells it with the secret', () => {
    process.env.ORIGIN_SECRET = secret;
    expect(viewer('198.51.100.10:46532')).toBe('198.51.100.10');
    expect(viewer('2001:db8::8a2e:370:7334:443')).toBe('2001:db8::8a2e:370:7334');
  });

  it('is the connection’s for whoever has no secret, a wrong one, or none to compare with', () => {
    expect(viewer('198.51.100.10:1')).toBe('192.0.2.7');
    expect(viewer('198.51.100.10:1', '')).toBe('192.0.2.7');
    process.env.ORIGIN_SECRET = secret;
    for (const shown of ['', 'x', secret.toLowerCase(), `${secret}x`, `${secret},${secret}`])
      expect(viewer('198.51.100.10:1', shown)).toBe('192.0.2.7');
    expect(seen({ [viewerAddressHeader]: '198.51.100.10:1' })).toBe('192.0.2.7');
    expect(seen({ [originSecretHeader]: secret })).toBe('192.0.2.7');
  });

  it.each(['', ':', '198.51.100.10', 'somewhere:80', '1.2.3.4.5:6'])(
    'is the connection’s beside "%s"',
    (wrong) => {
      process.env.ORIGIN_SECRET = secret;
      expect(viewer(wrong)).toBe('192.0.2.7');
    },
  );
});

describe('SES-4 the city of the caller', () => {
  afterEach(() => {
    delete process.env.ORIGIN_SECRET;
    vi.unstubAllEnvs();
  });
  const seen = (city: string, shown = 'Zs8Kq0XwY4') =>
    localityOf({ headers: { [viewerCityHeader]: city, [originSecretHeader]: shown } });

  it('SES-4 is believed with the secret alone, read from what CloudFront encodes, and dropped where it is no name', () => {
    expect(seen('Hefei')).toBeUndefined();
    process.env.ORIGIN_SECRET = 'Zs8Kq0XwY4';
    expect(seen('Hefei')).toBe('Hefei');
    expect(seen('Hefei', 'x')).toBeUndefined();
    expect(seen('S%C3%A3o%20Paulo')).toBe('São Paulo');
    expect(seen('合肥')).toBe('合肥');
    for (const wrong of ['', ' ', '%', '<b>', '13955100101', 'x'.repeat(61), 'Hefei%0AAdmin'])
      expect(seen(wrong)).toBeUndefined();
  });

  it('SES-4 is nobody’s in partition aws-cn, where a header of this name is the viewer’s own', () => {
    process.env.ORIGIN_SECRET = 'Zs8Kq0XwY4';
    vi.stubEnv('AWS_REGION', 'ap-southeast-1');
    expect(seen('Hefei')).toBe('Hefei');
    for (const region of ['cn-north-1', 'cn-northwest-1']) {
      vi.stubEnv('AWS_REGION', region);
      expect(seen('Hefei')).toBeUndefined();
    }
  });
});

it('a piece of the frame that comes later and does not arrive takes no page away with it', () => {
  const app = join(import.meta.dirname, '../../portal/src/app');
  const pieces = ['Frame.tsx', 'SignedInBar.tsx', 'LazyPart.tsx'].flatMap((file) => [
    ...readFileSync(join(app, file), 'utf8').matchAll(/(<ErrorBoundary[^>]*>\s*)?<Suspense |(<LazyPart) /g),
  ]);
  expect(pieces.length).toBeGreaterThan(4);
  for (const [, around, late] of pieces) expect(around ?? late).toBeDefined();
});

describe('SES-2 who acts in a tab', () => {
  const person = { kind: 'enterprise', taxpayerId: '9134', taxpayerName: '甲', role: 'tax-handler' };
  const agency = { kind: 'agency', agencyId: '9135', agencyName: '乙' };
  const client = { taxpayerId: '9136', taxpayerName: '丙' };
  const read = async () => {
    const { actingIdentityKey } = await import(
      join(import.meta.dirname, '../../portal/src/session/store.ts')
    );
    return (identity: object, sessionId = 's1') => actingIdentityKey({ sessionId, identity }) as string;
  };

  it('REL-5 ENT-4 stays the same one with other permissions and under another name: forms and reads stay', async () => {
    const who = await read();
    const before = who({ ...person, permissions: ['query', 'invoice'] });
    expect(who({ ...person, permissions: ['query'] })).toBe(before);
    expect(who({ ...person, taxpayerName: '甲二', permissions: [] })).toBe(before);
    expect(who({ ...agency, client: { ...client, taxpayerName: '丙二' } })).toBe(who({ ...agency, client }));
  });

  it('SWI-2 is another one with another session, company, client or role: nothing of the one before stays', async () => {
    const who = await read();
    const all = [
      who(person),
      who(person, 's2'),
      who({ ...person, taxpayerId: '9139' }),
      who({ ...person, role: 'invoice-clerk' }),
      who(agency),
      who({ ...agency, client }),
      who({ ...agency, client: { ...client, taxpayerId: '9139' } }),
      who({ kind: 'natural' }),
    ];
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('addresses of pages', () => {
  it('are listed as the portal routes them', () => {
    const routes = readFileSync(join(import.meta.dirname, '../../portal/src/app/routes.tsx'), 'utf8');
    const [, below = ''] = /const accountCentre = \{(.*?)\n\};/s.exec(routes) ?? [];
    const top = [...routes.matchAll(/<Route\s+path="([\w/-]+)"/g)].map(([, path]) => path);
    const sub = [...below.matchAll(/^ {2}'?([\w-]+)'?:/gm)].map(([, path]) => `me/${path}`);
    // The desk exists only on this machine.
    expect([...top.filter((path) => path !== 'desk'), ...sub].sort()).toEqual([...pagePaths].sort());
    expect(sub.length).toBeGreaterThan(5);
  });

  it('are each a copy of index.html, or of their first view, where nothing sends them there', () => {
    const files = join(import.meta.dirname, 'fixtures/pages');
    const pageOf = (path: string) => readFileSync(join(files, fileOfPage(`/${path}`)), 'utf8');
    const copied: string[] = [];
    let kept: readonly string[] = [];
    withPageCopies(files, (folders) => {
      kept = folders;
      for (const folder of folders)
        for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
          if (statSync(join(folder, name)).isFile()) {
            copied.push(name);
            expect(readFileSync(join(folder, name), 'utf8')).toBe(pageOf(name));
          }
    });
    expect(copied.sort()).toEqual([...pagePaths].sort());
    expect(kept.some((folder) => existsSync(folder))).toBe(false);
  });
});

describe('what is deployed of the pages', () => {
  const textOf = (folder: string): string =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((path) => /\.(html|js|css|json|svg)$/.test(path) && statSync(path).isFile())
      .map((path) => readFileSync(path, 'utf8'))
      .join('\n');
  const local = /\/local(?![a-z])/;

  it.each([
    ['the portal', undefined],
    ['the portal of the tests', join(import.meta.dirname, '../runtime/fixtures/portal')],
  ])('of %s knows nothing of /local, which this machine’s build has', async (_what, root) => {
    const build = (mode: PortalMode) => buildPortal({ mode, ...(root ? { root } : {}) });
    const [here, there] = [await build('desk'), await build('production')];
    expect([textOf(here), textOf(there)].map((text) => local.test(text))).toEqual([true, false]);
  });
});
